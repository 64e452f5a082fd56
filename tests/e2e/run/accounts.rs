//! Finding the connector, two accounts side by side, and what an account's plan and role allow.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

fn found(context: &TestContext, search: &[&str]) -> Value {
    context.json(&[&["connector", "list"], search, &["--json"]].concat())
}

#[test]
fn seed_uipath_21_zoom_stands_in_the_list_with_icon_version_and_summary_of_its_manifest() {
    let context = TestContext::new();
    let all = found(&context, &[]);
    let zoom = &all[0];
    let manifest = std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    for field in ["connector", "title", "version", "summary", "icon"] {
        assert!(zoom[field] == manifest[field] && !zoom[field].as_str().unwrap().is_empty(), "{field}: {zoom}");
    }
    let icon = zoom["icon"].as_str().unwrap();
    assert!(icon.starts_with("<svg") && !icon.contains("script"), "{icon}");
    assert_eq!(zoom["activities"], manifest["activities"].as_array().unwrap().len());
}

#[test]
fn seed_uipath_22_the_list_is_searched_by_name_and_by_what_it_does() {
    let context = TestContext::new();
    assert_eq!(found(&context, &["zo"])[0]["connector"], "zoom");
    let by_what = found(&context, &["meeting"]);
    assert!(by_what[0]["matching"].as_array().unwrap().contains(&json!("zoom.meetings.create")), "{by_what}");
    assert_eq!(found(&context, &["payroll"]), json!([]));
    let people = context.run(&["connector", "list", "payroll"]);
    assert!(people.out.is_empty() && people.err.contains("switchboard connector list"), "{}", people.err);
}

#[test]
fn seed_josys_34_the_catalogue_leads_to_the_connection() {
    let context = TestContext::new();
    let shown = context.run(&["connector", "list"]);
    assert!(shown.out.lines().any(|line| line.trim_start().starts_with("zoom ")), "{}", shown.out);
    let next = shown.err.lines().find_map(|line| line.split_once("connect it: switchboard ")).unwrap().1;
    assert_eq!(next.split(' ').collect::<Vec<_>>(), ["connect", "LABEL"], "{next}");
    // As it says, here at the emulator's cloud.
    let at = context.addresses();
    let mut arguments: Vec<&str> =
        next.split(' ').map(|word| if word == "LABEL" { "directory" } else { word }).collect();
    arguments.extend(["--profile", "emulator"]);
    arguments.extend(at.iter().map(String::as_str));
    assert_eq!(context.sign_in(&arguments, "ada@emulator.test", "allow").code, 0);
    assert_eq!(context.labels(), ["directory"]);
}

#[test]
fn seed_josys_23_one_person_in_two_accounts_stays_two_connections() {
    let (first, other) = (TestContext::new(), TestContext::new());
    first.connect("first", "ada@emulator.test");
    let (client, secret) = other.emulator.app();
    let own = first.own_app_at(&other, "second", &client, &secret);
    let done = first.sign_in(&own.with(&[]), "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "the same address is no reason to stop: {}", done.err);
    other.emulator.issued_tokens().iter().for_each(|token| first.add_secret("a token of the other account", token));
    let rows = first.json(&["connection", "list", "--json"]);
    let seen: Vec<(&Value, &Value, &Value)> =
        rows.as_array().unwrap().iter().map(|row| (&row["label"], &row["state"], &row["identity"]["email"])).collect();
    let (active, ada) = (json!("active"), json!("ada@emulator.test"));
    assert_eq!(seen, [(&json!("first"), &active, &ada), (&json!("second"), &active, &ada)], "{rows}");
    // Each goes to its own account.
    let topic = "topic=Only in the second";
    first.json(&["call", "zoom.meetings.create", topic, "kind=instant", "-c", "second", "--json"]);
    let in_second = first.json(&["call", "zoom.meetings.list", "kind=live", "-c", "second", "--json"]).to_string()
        + &first.json(&["call", "zoom.meetings.list", "-c", "second", "--json"]).to_string();
    let in_first = first.json(&["call", "zoom.meetings.list", "-c", "first", "--json"]).to_string();
    assert!(!in_first.contains("Only in the second"), "{in_first}");
    assert!(
        in_second.contains("Only in the second")
            || other.ask("GET", "/_emulator/state", &Value::Null).1.to_string().contains("Only in the second")
    );
}

fn fault(context: &TestContext, fault: Value) {
    let (status, body) = context.ask("POST", "/_emulator/faults", &fault);
    assert!(status < 300, "{body}");
}

#[test]
fn seed_josys_25_a_lesser_plan_is_said_with_the_plans_that_do() {
    let context = TestContext::new();
    context.connect_admin("josys", "ada@emulator.test");
    let words = "Only available for Paid account.";
    fault(
        &context,
        json!({"kind": "error", "status": 400, "code": 200, "message": words, "path": "/permissions", "count": 0}),
    );
    let done = context.run(&["doctor", "josys", "--json"]);
    let found: Value = serde_json::from_str(&done.out).unwrap();
    let low = found.as_array().unwrap().iter().find(|one| one["remedy"]["id"] == "plan-too-low");
    let low = low.unwrap_or_else(|| panic!("{found}"));
    assert!(done.code == 1 && low["text"].as_str().unwrap().contains("Professional, Business or Enterprise"), "{low}");
}

#[test]
fn seed_josys_31_user_advanced_settings_are_told_by_name_and_what_works_without_goes_on() {
    let context = TestContext::new();
    context.connect_admin("josys", "ada@emulator.test");
    let found = context.run(&["doctor", "josys", "--json"]);
    assert!(
        found.out.contains("check at the service whether the role has: View and Edit on User advanced settings"),
        "{}",
        found.out
    );
    let words = "You do not have the right permissions.";
    fault(
        &context,
        json!({"kind": "error", "status": 200, "code": 200, "message": words, "path": "/settings", "count": 0}),
    );
    let settings =
        context.run(&["call", "zoom.users.settings-get", "user=grace@emulator.test", "-c", "josys", "--json"]);
    assert_eq!((settings.code, &TestContext::error(&settings)["code"]), (5, &json!("forbidden")), "{}", settings.err);
    assert!(
        !context.json(&["call", "zoom.users.list", "-c", "josys", "--json"])["users"].as_array().unwrap().is_empty()
    );
}
