//! Signing in anew: for the same as before, at the same address, with everything that depends on the connection kept.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

const GRACE: &str = "grace@emulator.test";

/// `connection reconnect LABEL` with these flags, and what it says as JSON.
fn reconnect(context: &TestContext, label: &str, more: &[&str]) -> (Value, String) {
    let done = context.sign_in(&[&["connection", "reconnect", label, "--json"], more].concat(), GRACE, "allow");
    (serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err)), done.err)
}

fn made_for(activity: &str) -> TestContext {
    let context = TestContext::new();
    let done = context.connect_with("g", GRACE, "allow", &["--for", activity]);
    assert_eq!(done.code, 0, "{}", done.err);
    context
}

#[test]
fn a_connection_that_was_made_for_little_is_signed_in_anew_for_no_more() {
    let context = made_for("zoom.users.me");
    let (said, told) = reconnect(&context, "g", &[]);
    assert_eq!((&said["scopes"], &said["added"]), (&json!(["user:read:user"]), &json!([])), "{said}");
    assert!(told.contains("the same scopes as before") && told.contains("user:read:user"), "{told}");
}

#[test]
fn more_is_asked_for_where_that_is_said_and_kept_from_then_on() {
    let context = made_for("zoom.users.me");
    let id = context.json(&["connection", "show", "g", "--json"])["id"].clone();
    let (said, _) = reconnect(&context, "g", &["--for", "zoom.meetings.list"]);
    assert_eq!(said["added"], json!(["meeting:read:list_meetings"]), "{said}");
    let (said, _) = reconnect(&context, "g", &[]);
    assert_eq!((said["scopes"].as_array().unwrap().len(), &said["gone"]), (2, &json!([])), "{said}");
    let (said, _) = reconnect(&context, "g", &["--all"]);
    assert!(said["scopes"].as_array().unwrap().len() > 20, "{said}");
    let (said, _) = reconnect(&context, "g", &[]);
    assert!(said["scopes"].as_array().unwrap().len() > 20, "{said}");
    assert_eq!(context.json(&["connection", "show", "g", "--json"])["id"], id);
    let unknown =
        TestContext::error(&context.run(&["connection", "reconnect", "g", "--for", "zoom.meeting.list", "--json"]));
    assert!(unknown["fix"].as_str().unwrap().contains("did you mean"), "{unknown}");
}

#[test]
fn the_doctor_looks_at_what_a_connection_was_made_for() {
    let context = made_for("zoom.users.me");
    let lacking = |context: &TestContext| {
        let findings = context.findings(&["g"]);
        findings
            .into_iter()
            .filter_map(|one| one["text"].as_str().map(str::to_owned))
            .find(|text| text.contains("lack"))
    };
    assert_eq!(lacking(&context), None, "it has all it was made for");
    reconnect(&context, "g", &["--all"]);
    assert!(
        lacking(&context).is_some_and(|text| !text.contains("chosen")),
        "of all activities some are an administrator's"
    );
}

#[test]
fn the_call_back_port_of_a_connection_is_kept() {
    let context = TestContext::new();
    let done = context.connect_with("g", GRACE, "allow", &["--redirect-port", "7913"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let (_, told) = reconnect(&context, "g", &[]);
    assert!(told.contains("exactly:  http://127.0.0.1:7913/oauth/callback"), "{told}");
    let (_, told) = reconnect(&context, "g", &["--redirect-port", "7914"]);
    assert!(told.contains(":7914/"), "{told}");
    let (_, told) = reconnect(&context, "g", &[]);
    assert!(told.contains(":7914/"), "{told}");
}

#[test]
fn a_new_secret_of_an_account_s_app_is_taken_over_and_a_wrong_one_changes_nothing() {
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    let shown = || context.json(&["connection", "show", "nightly", "--json"]);
    let before = shown();
    let with = |secret: &str| {
        let file = context.secret_file(secret);
        context.run(&["connection", "reconnect", "nightly", "--client-secret-file", &file, "--json"])
    };
    let wrong = with("another-secret-not-a-secret");
    assert_eq!(TestContext::error(&wrong)["code"], "rejected", "{}", wrong.err);
    assert_eq!(context.run(&["connection", "test", "nightly"]).code, 0, "the one that is kept is good");
    let right = with(&context.emulator.server_to_server().2);
    assert_eq!(right.code, 0, "{}", right.err);
    assert_eq!((&shown()["id"], &shown()["state"]), (&before["id"], &json!("active")));
    assert_eq!(context.run(&["connection", "test", "nightly"]).code, 0);
    let without = TestContext::error(&context.run(&["connection", "reconnect", "nightly", "--json"]));
    assert!(without["fix"].as_str().unwrap().contains("--client-secret-file FILE"), "{without}");
    let browser = TestContext::error(&context.run(&["connection", "reconnect", "nightly", "--paste", "--json"]));
    assert_eq!(browser["code"], "usage", "{browser}");
}

#[test]
fn what_is_kept_beside_a_connection_goes_with_it() {
    let context = made_for("zoom.users.me");
    context.json(&["connection", "plan", "g", "pro", "--json"]);
    let id = context.json(&["connection", "show", "g", "--json"])["id"].as_str().unwrap().to_owned();
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    store.count_usage(&id, "nightly", "run_1", 1).unwrap();
    assert_eq!(store.plan(&id).unwrap().as_deref(), Some("pro"));
    assert!(store.requested_access(&id).unwrap().is_some());
    assert_eq!(context.run(&["connection", "disconnect", "g", "--yes"]).code, 0);
    assert_eq!(store.plan(&id).unwrap(), None);
    assert_eq!(store.requested_access(&id).unwrap(), None);
    assert_eq!(store.usage(&id).unwrap(), []);
}
