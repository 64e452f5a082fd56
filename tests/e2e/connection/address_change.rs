//! A user's address changes at Zoom, or goes to another user: a connection follows the user by the id.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

const OLD: &str = "ada@emulator.test";
const NEW: &str = "lovelace@emulator.test";

fn kept(context: &TestContext, label: &str) -> Value {
    context.json(&["connection", "show", label, "--json"])["identity"].clone()
}

fn recordings(context: &TestContext) -> Vec<Value> {
    let found = context.json(&["call", "zoom.recordings.list", "from=2026-01-01", "to=2026-11-23", "--json"]);
    found["recordings"].as_array().unwrap().clone()
}

#[test]
fn seed_next_08_the_connection_and_the_recordings_follow_the_user_when_the_address_changes() {
    let context = TestContext::connected();
    let listed = context.list_recordings();
    let (before, mine) = (kept(&context, "work"), recordings(&context));
    assert!(!mine.is_empty() && before["email"] == OLD, "{before}");

    context.approval(&json!({"emails": {OLD: NEW}}));
    // Nothing breaks, and what the person hosted is still theirs, by the id.
    assert_eq!(context.list_recordings(), listed);
    let after = recordings(&context);
    assert_eq!(after.len(), mine.len());
    assert!(after.iter().all(|one| one["host_id"] == before["user_id"]), "{after:?}");
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], NEW);

    let tested = context.run(&["connection", "test", "work"]);
    assert_eq!(tested.code, 0, "{}", tested.err);
    assert!(tested.err.contains(&format!("the user's address changed from {OLD} to {NEW}")), "{}", tested.err);
    let now = kept(&context, "work");
    assert_eq!(
        (&now["email"], &now["user_id"], &now["account_id"]),
        (&json!(NEW), &before["user_id"], &before["account_id"])
    );
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["used_by"][0]["runs"], 2, "what used it still does: {shown}");
    assert!(!context.run(&["connection", "test", "work"]).err.contains("address"), "told once");
}

#[test]
fn seed_next_08_the_doctor_and_a_new_sign_in_bring_the_address_up_to_date() {
    let context = TestContext::connected();
    context.approval(&json!({"emails": {OLD: NEW}}));
    let found: Value = serde_json::from_str(&context.run(&["doctor", "work", "--json"]).out).unwrap();
    let notes = found.as_array().unwrap().iter().filter(|one| one["state"] == "note");
    assert!(notes.map(|one| one["text"].as_str().unwrap()).any(|text| text.contains(NEW)), "{found}");
    assert_eq!(kept(&context, "work")["email"], NEW);

    context.approval(&json!({"emails": {NEW: "third@emulator.test"}}));
    let id = kept(&context, "work")["user_id"].clone();
    let again = context.sign_in(&["connection", "reconnect", "work", "--json"], "third@emulator.test", "allow");
    assert_eq!(again.code, 0, "the same user under another address: {}", again.err);
    assert_eq!(
        (&kept(&context, "work")["email"], &kept(&context, "work")["user_id"]),
        (&json!("third@emulator.test"), &id)
    );
}

#[test]
fn seed_next_08_an_expected_address_means_its_present_user() {
    let context = TestContext::connected();
    // The address goes to Grace: the user who had it is another now.
    context.approval(&json!({"emails": {OLD: NEW}}));
    context.approval(&json!({"emails": {"grace@emulator.test": OLD}}));
    let swapped = context.sign_in(&["connection", "reconnect", "work", "--json"], OLD, "allow");
    let told = TestContext::error(&swapped);
    assert_eq!(told["code"], "wrong-account", "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("the user ") && words.matches(OLD).count() > 1, "one address, two users: {words}");
    context.json(&["connection", "test", "work", "--json"]);

    let second = context.connect_with("second", OLD, "allow", &["--expect-email", OLD, "--json"]);
    assert_eq!(second.code, 0, "Grace is not connected yet, whatever was kept: {}", second.err);
    assert_ne!(kept(&context, "second")["user_id"], kept(&context, "work")["user_id"]);
    assert_eq!(kept(&context, "work")["email"], NEW);

    let twice = context.connect_with("twice", NEW, "allow", &["--expect-email", NEW, "--json"]);
    assert_eq!(TestContext::error(&twice)["code"], "same-account", "{}", twice.err);
    assert!(!twice.err.contains("open and approve"), "stopped before a browser: {}", twice.err);
}

#[test]
fn an_address_of_the_emulator_belongs_to_one_user() {
    let context = TestContext::new();
    for change in
        [json!({OLD: "grace@emulator.test"}), json!({"nobody@emulator.test": NEW}), json!({OLD: "no address"})]
    {
        let (status, body) = context.ask("POST", "/_emulator/approval", &json!({"emails": change}));
        assert!(status == 400 && body["error"].is_string(), "{body}");
    }
}
