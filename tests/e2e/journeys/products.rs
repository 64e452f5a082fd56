//! One journey for each product whose pages the connections were designed after, as far as connections go.

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

fn nightly(context: &TestContext, label: &str) {
    let (account, client, secret) = context.emulator.server_to_server();
    context.json(&context.own_app(label, &client, &secret).with(&["--account-id", &account, "--json"]));
}

fn manifest() -> Value {
    serde_json::from_str(&std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap()).unwrap()
}

/// Every activity about meetings, with its first example.
fn meeting_activities() -> Vec<(String, Value, Vec<String>)> {
    let of = |one: &Value| {
        let scopes =
            one["scopes"]["granular"][0].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned());
        (format!("zoom.{}", one["name"].as_str().unwrap()), one["examples"][0]["input"].clone(), scopes.collect())
    };
    manifest()["activities"].as_array().unwrap().iter().filter(|one| one["area"] == "meetings").map(of).collect()
}

fn call(context: &TestContext, connection: &str, activity: &str, input: &Value) -> CommandOutput {
    context.run_with(&["call", activity, "-c", connection, "--input", "-", "--yes", "--json"], &input.to_string())
}

#[test]
fn journey_4_uipath_every_kind_of_connection_does_what_its_app_may() {
    let context = TestContext::new();
    // Three kinds in one list.
    nightly(&context, "nightly");
    context.connect("own", "grace@emulator.test");
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let packaged = [
        "connect",
        "packaged",
        "--method",
        "browser",
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--profile",
        "emulator",
    ];
    assert_eq!(context.sign_in(&packaged, "ada@emulator.test", "allow").code, 0);

    // A second session of the same user stops before it does harm, and the first goes on.
    let again = [
        "connect",
        "again",
        "--method",
        "browser",
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--profile",
        "emulator",
        "--json",
    ];
    let second = context.sign_in(&again, "ada@emulator.test", "allow");
    assert_eq!(TestContext::error(&second)["code"], "same-account", "{}", second.err);
    context.json(&["connection", "test", "packaged", "--json"]);

    // Every activity about meetings runs, on whichever kind has its scopes.
    let mut activities = meeting_activities();
    activities.sort_by_key(|(activity, ..)| activity == "zoom.meetings.delete");
    for (activity, input, scopes) in activities {
        let connection = if scopes.iter().any(|scope| scope.ends_with(":admin")) { "nightly" } else { "packaged" };
        let done = call(&context, connection, &activity, &input);
        assert_eq!(done.code, 0, "{activity} on {connection}: {}", done.err);
    }
}

#[test]
fn journey_4_uipath_each_scope_missing_in_turn_is_named() {
    let context = TestContext::new();
    let activities = meeting_activities();
    let mut all: Vec<String> = activities.iter().flat_map(|(.., scopes)| scopes.clone()).collect();
    all.push("user:read:user".to_owned());
    all.sort();
    all.dedup();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    for (n, (activity, input, scopes)) in activities.iter().enumerate() {
        let missing = scopes.first().unwrap();
        let held: Vec<String> = all.iter().filter(|scope| scope != &missing).cloned().collect();
        let token = context.emulator.issue_token_with("ada@emulator.test", &held).unwrap();
        let label = format!("without-{n}");
        let connect = ["connect", &label, "--token", "-", "--api-base", &api, "--oauth-base", &oauth, "--json"];
        assert_eq!(context.run_with(&connect, &token).code, 0);
        let done = call(&context, &label, activity, input);
        let error = TestContext::error(&done);
        assert_eq!((done.code, &error["code"]), (4, &json!("scope-missing")), "{activity} without {missing}: {error}");
        let names = error["details"].to_string() + error["message"].as_str().unwrap();
        let stem = missing.trim_end_matches(":admin");
        assert!(names.contains(stem), "{activity} names {missing}: {error}");
    }
}

#[test]
fn journey_4_uipath_pre_approval_is_set_by_an_activity_and_decides_who_connects() {
    let context = TestContext::new();
    nightly(&context, "nightly");
    context.approval(&json!({"required": true}));
    let set = |input: Value| {
        let done = call(&context, "nightly", "zoom.apps.preapproval-set", &input);
        assert_eq!(done.code, 0, "{input}: {}", done.err);
    };
    let app = "switchboard-demo";
    let may = |label: &str, user: &str| {
        let done = context.connect_with(label, user, "allow", &["--json"]);
        if done.code == 0 {
            assert_eq!(context.run(&["connection", "disconnect", label, "--yes"]).code, 0);
            return "connects".to_owned();
        }
        TestContext::error(&done)["remedy"]["id"].as_str().unwrap_or_default().to_owned()
    };
    let (grace, alan) = ("grace@emulator.test", "alan@emulator.test");
    assert_eq!(may("a", grace), "needs-pre-approval", "on, and nobody is approved");
    assert_eq!(may("a", "ada@emulator.test"), "connects", "an owner is approved by being one (seed_anyclip_11)");
    let directory = context.json(&["call", "zoom.users.list", "-c", "nightly", "--json"]);
    let id = |email: &str| {
        let users = directory["users"].as_array().unwrap();
        users.iter().find(|user| user["email"] == email).unwrap()["id"].clone()
    };
    // A dry run shows the change and changes nothing.
    let looked = context.run_with(
        &["call", "zoom.apps.preapproval-set", "-c", "nightly", "--input", "-", "--dry-run", "--json"],
        &json!({"app": app, "change": "add_users", "users": [id(grace)]}).to_string(),
    );
    assert!(looked.code == 0 && looked.out.contains(app), "{}{}", looked.out, looked.err);
    assert_eq!(may("a", grace), "needs-pre-approval");
    set(json!({"app": app, "change": "add_users", "users": [id(grace)]}));
    assert_eq!((may("a", grace), may("b", alan)), ("connects".into(), "approve-for-all-off".into()), "one user");
    let groups = context.json(&["call", "zoom.groups.list", "-c", "nightly", "--json"]);
    let research =
        groups["groups"].as_array().unwrap().iter().find(|group| group["name"] == "Research").unwrap()["id"].clone();
    set(json!({"app": app, "change": "add_groups", "groups": [research]}));
    assert_eq!(
        (may("a", grace), may("b", alan)),
        ("connects".into(), "connects".into()),
        "the user and the group add up"
    );
    set(json!({"app": app, "change": "all_users"}));
    assert_eq!(may("b", alan), "connects", "everybody");
    set(json!({"app": app, "change": "off"}));
    assert_eq!(may("b", alan), "needs-pre-approval", "off again");
}

#[test]
fn journey_1_anyclip_an_administrator_approves_connects_verifies_and_the_uninstall_starts_the_clock() {
    let context = TestContext::new();
    context.approval(&json!({"required": true, "pre_approve": {"client_id": "switchboard-demo"}}));
    let done = context.connect_with("work", "grace@emulator.test", "allow", &["--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["ok"], &out["identity"]["email"]), (&json!(true), &json!("grace@emulator.test")), "{out}");
    assert_eq!(context.json(&["connection", "test", "work", "--json"])["ok"], true);
    let (status, _) =
        context.ask("POST", "/_emulator/apps/switchboard-demo/deauthorize", &json!({"user": "grace@emulator.test"}));
    assert_eq!(status, 204);
    // The next call is refused at the service, and from then on here.
    assert_eq!(context.run(&["call", "zoom.users.me", "--json"]).code, 4);
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_ne!(shown["state"], "active", "{shown}");
    let sent = || context.ask("GET", "/_emulator/requests", &Value::Null).1["requests"].as_array().unwrap().len();
    let before = sent();
    let refused = context.run(&["call", "zoom.users.me", "--json"]);
    assert_eq!((refused.code, sent()), (4, before), "nothing is sent any more: {}", refused.err);
    let doctor = context.run(&["doctor", "work", "--json"]);
    assert!(doctor.code == 1 && doctor.out.contains("connection reconnect work"), "{}", doctor.out);
}

#[test]
fn journey_2_next_two_people_with_one_zoom_user_are_kept_apart() {
    let context = TestContext::new();
    context.connect("first", "ada@emulator.test");
    let stopped = context.connect_with("second", "ada@emulator.test", "allow", &["--json"]);
    assert_eq!(TestContext::error(&stopped)["code"], "same-account", "{}", stopped.err);
    context.json(&["connection", "test", "first", "--json"]);
    // Forced: the first is told, and why.
    assert_eq!(context.connect_with("second", "ada@emulator.test", "allow", &["--replace", "--json"]).code, 0);
    let told = context.json(&["connection", "show", "first", "--json"]);
    assert!(told["state"] == "replaced" && told["reason"].as_str().unwrap().contains("`second`"), "{told}");
    let doctor = context.run(&["doctor", "first", "--json"]);
    assert!(doctor.out.contains("\"replaced\"") && doctor.out.contains("reconnect first"), "{}", doctor.out);
    // Reset (seed_next_26): disconnect both, connect the first again.
    for label in ["second", "first"] {
        assert_eq!(context.run(&["connection", "disconnect", label, "--yes", "--json"]).code, 0);
    }
    context.connect("first", "ada@emulator.test");
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    assert_eq!(context.run(&["connection", "disconnect", "first", "--yes"]).code, 0);
    let after = context.run(&["call", "zoom.recordings.list", "from=2026-01-01", "--json"]);
    assert_eq!(TestContext::error(&after)["code"], "not-connected", "{}", after.err);
}

#[test]
fn journey_5_josys_two_accounts_with_labels_and_every_role() {
    let (school, lab) = (TestContext::new(), TestContext::new());
    let connect = |label: &str, of: &TestContext, user: &str| {
        let (client, secret) = of.emulator.admin_app();
        let own = school.own_app_at(of, label, &client, &secret);
        let more = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list", "--json"];
        let done = school.sign_in(&own.with(&more), user, "allow");
        assert_eq!(done.code, 0, "{}", done.err);
    };
    connect("school", &school, "ada@emulator.test");
    lab.approval(&json!({"roles": {"grace@emulator.test": "1"}}));
    connect("lab", &lab, "grace@emulator.test");
    lab.emulator.issued_tokens().iter().for_each(|token| school.add_secret("a token of the lab", token));
    let remedy = |label: &str| {
        let done = school.run(&["doctor", label, "--json"]);
        let found: Value = serde_json::from_str(&done.out).unwrap();
        let bad = found.as_array().unwrap().iter().find(|one| one["ok"] == false);
        bad.map_or_else(|| "passes".to_owned(), |one| one["remedy"]["id"].as_str().unwrap_or("?").to_owned())
    };
    assert_eq!(
        (remedy("school"), remedy("lab")),
        ("passes".into(), "passes".into()),
        "an owner, and an admin with every right"
    );
    for (role, expected) in [("RHelpDeskRoleOfTheSeed1", "role-rights-missing"), ("2", "needs-admin"), ("1", "passes")]
    {
        lab.approval(&json!({"roles": {"grace@emulator.test": role}}));
        assert_eq!(remedy("lab"), expected, "role {role}");
        assert_eq!(remedy("school"), "passes", "the other account is not touched");
    }
    for label in ["school", "lab"] {
        let users = school.json(&["call", "zoom.users.list", "-c", label, "--json"]);
        let states: std::collections::BTreeSet<&str> =
            users["users"].as_array().unwrap().iter().filter_map(|user| user["status"].as_str()).collect();
        assert!(states.contains("active") && states.contains("pending"), "{label}: {states:?}");
    }
    assert_eq!(school.json(&["connection", "rename", "lab", "laboratory", "--json"])["label"], "laboratory");
    assert_eq!(remedy("laboratory"), "passes", "renamed without signing in again");
}
