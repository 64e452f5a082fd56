//! Finding the connector, two accounts side by side, and what an account's plan and role allow.

use serde_json::{Value, json};
use switchboard_tests::world::World;

fn found(world: &World, search: &[&str]) -> Value {
    world.json(&[&["connector", "list"], search, &["--json"]].concat())
}

#[test]
fn seed_uipath_21_22_josys_34_zoom_stands_in_the_list_and_is_found_by_name_and_by_what_it_does() {
    let world = World::new();
    let all = found(&world, &[]);
    let zoom = &all[0];
    assert_eq!((&zoom["connector"], &zoom["title"]), (&json!("zoom"), &json!("Zoom")), "{all}");
    assert!(zoom["version"].as_str().unwrap().contains('.') && zoom["summary"].as_str().unwrap().len() > 20, "{zoom}");
    assert!(zoom["icon"].as_str().unwrap().starts_with("<svg") && !zoom["icon"].as_str().unwrap().contains("script"));
    assert_eq!(found(&world, &["zo"])[0]["connector"], "zoom");
    let by_what = found(&world, &["meeting"]);
    assert!(by_what[0]["matching"].as_array().unwrap().contains(&json!("zoom.meetings.create")), "{by_what}");
    assert_eq!(found(&world, &["payroll"]), json!([]));
    let shown = world.run(&["connector", "list"]);
    assert!(
        shown.out.contains("zoom") && shown.err.contains("switchboard connect LABEL"),
        "{}{}",
        shown.out,
        shown.err
    );
}

#[test]
fn seed_josys_23_one_person_in_two_accounts_stays_two_connections() {
    let (first, other) = (World::new(), World::new());
    first.connect("first", "ada@emulator.test");
    let (client, secret) = other.emulator.app();
    let (api, oauth) = (other.emulator.api_base(), other.emulator.oauth_base());
    let file = first.secret_file(&secret);
    let arguments = [
        "connect",
        "second",
        "--client-id",
        &client,
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
    ];
    let done = first.sign_in(&arguments, "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "the same address is no reason to stop: {}", done.err);
    other.emulator.issued_tokens().iter().for_each(|token| first.knows("a token of the other account", token));
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

fn connect_admin(world: &World) {
    let (client, secret) = world.emulator.admin_app();
    let (api, oauth, file) = (world.emulator.api_base(), world.emulator.oauth_base(), world.secret_file(&secret));
    let arguments = [
        "connect",
        "josys",
        "--admin",
        "--for",
        "zoom.users.*",
        "--client-id",
        &client,
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
    ];
    let done = world.sign_in(&arguments, "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "{}", done.err);
}

fn fault(world: &World, fault: Value) {
    let (status, body) = world.ask("POST", "/_emulator/faults", &fault);
    assert!(status < 300, "{body}");
}

#[test]
fn seed_josys_25_a_lesser_plan_is_said_with_the_plans_that_do() {
    let world = World::new();
    connect_admin(&world);
    let words = "Only available for Paid account.";
    fault(
        &world,
        json!({"kind": "error", "status": 400, "code": 200, "message": words, "path": "/permissions", "count": 0}),
    );
    let done = world.run(&["doctor", "josys", "--json"]);
    let found: Value = serde_json::from_str(&done.out).unwrap();
    let low = found.as_array().unwrap().iter().find(|one| one["remedy"]["id"] == "plan-too-low");
    let low = low.unwrap_or_else(|| panic!("{found}"));
    assert!(done.code == 1 && low["text"].as_str().unwrap().contains("Professional, Business or Enterprise"), "{low}");
}

#[test]
fn seed_josys_31_user_advanced_settings_are_told_by_name_and_what_works_without_goes_on() {
    let world = World::new();
    connect_admin(&world);
    let found = world.run(&["doctor", "josys", "--json"]);
    assert!(
        found.out.contains("look in Zoom yourself whether the role has: View and Edit on User advanced settings"),
        "{}",
        found.out
    );
    let words = "You do not have the right permissions.";
    fault(
        &world,
        json!({"kind": "error", "status": 200, "code": 200, "message": words, "path": "/settings", "count": 0}),
    );
    let settings = world.run(&["call", "zoom.users.settings-get", "user=grace@emulator.test", "-c", "josys", "--json"]);
    assert_eq!((settings.code, &World::error(&settings)["code"]), (5, &json!("forbidden")), "{}", settings.err);
    assert!(!world.json(&["call", "zoom.users.list", "-c", "josys", "--json"])["users"].as_array().unwrap().is_empty());
}
