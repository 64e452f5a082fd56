//! A user's address changes at Zoom, or goes to another user: a connection follows the user by the id.

use serde_json::{Value, json};
use switchboard_tests::world::World;

const OLD: &str = "ada@emulator.test";
const NEW: &str = "lovelace@emulator.test";

fn kept(world: &World, label: &str) -> Value {
    world.json(&["connection", "show", label, "--json"])["identity"].clone()
}

fn recordings(world: &World) -> Vec<Value> {
    let found = world.json(&["call", "zoom.recordings.list", "from=2026-01-01", "to=2026-11-23", "--json"]);
    found["recordings"].as_array().unwrap().clone()
}

#[test]
fn seed_next_08_the_connection_and_the_recordings_follow_the_user_when_the_address_changes() {
    let world = World::connected();
    let listed = world.list_recordings();
    let (before, mine) = (kept(&world, "work"), recordings(&world));
    assert!(!mine.is_empty() && before["email"] == OLD, "{before}");

    world.approval(&json!({"emails": {OLD: NEW}}));
    // Nothing breaks, and what the person hosted is still theirs, by the id.
    assert_eq!(world.list_recordings(), listed);
    let after = recordings(&world);
    assert_eq!(after.len(), mine.len());
    assert!(after.iter().all(|one| one["host_id"] == before["user_id"]), "{after:?}");
    assert_eq!(world.json(&["call", "zoom.users.me", "--json"])["email"], NEW);

    let tested = world.run(&["connection", "test", "work"]);
    assert_eq!(tested.code, 0, "{}", tested.err);
    assert!(tested.err.contains(&format!("the user's address changed from {OLD} to {NEW}")), "{}", tested.err);
    let now = kept(&world, "work");
    assert_eq!(
        (&now["email"], &now["user_id"], &now["account_id"]),
        (&json!(NEW), &before["user_id"], &before["account_id"])
    );
    let shown = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["used_by"][0]["runs"], 2, "what used it still does: {shown}");
    assert!(!world.run(&["connection", "test", "work"]).err.contains("address"), "told once");
}

#[test]
fn seed_next_08_the_doctor_and_a_new_sign_in_bring_the_address_up_to_date() {
    let world = World::connected();
    world.approval(&json!({"emails": {OLD: NEW}}));
    let found: Value = serde_json::from_str(&world.run(&["doctor", "work", "--json"]).out).unwrap();
    let notes = found.as_array().unwrap().iter().filter(|one| one["state"] == "note");
    assert!(notes.map(|one| one["text"].as_str().unwrap()).any(|text| text.contains(NEW)), "{found}");
    assert_eq!(kept(&world, "work")["email"], NEW);

    world.approval(&json!({"emails": {NEW: "third@emulator.test"}}));
    let id = kept(&world, "work")["user_id"].clone();
    let again = world.sign_in(&["connection", "reconnect", "work", "--json"], "third@emulator.test", "allow");
    assert_eq!(again.code, 0, "the same user under another address: {}", again.err);
    assert_eq!(
        (&kept(&world, "work")["email"], &kept(&world, "work")["user_id"]),
        (&json!("third@emulator.test"), &id)
    );
}

#[test]
fn seed_next_08_an_expected_address_means_its_present_user() {
    let world = World::connected();
    // The address goes to Grace: the user who had it is another now.
    world.approval(&json!({"emails": {OLD: NEW}}));
    world.approval(&json!({"emails": {"grace@emulator.test": OLD}}));
    let swapped = world.sign_in(&["connection", "reconnect", "work", "--json"], OLD, "allow");
    let told = World::error(&swapped);
    assert_eq!(told["code"], "wrong-account", "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("the user ") && words.matches(OLD).count() > 1, "one address, two users: {words}");
    world.json(&["connection", "test", "work", "--json"]);

    let second = world.connect_with("second", OLD, "allow", &["--expect-email", OLD, "--json"]);
    assert_eq!(second.code, 0, "Grace is not connected yet, whatever was kept: {}", second.err);
    assert_ne!(kept(&world, "second")["user_id"], kept(&world, "work")["user_id"]);
    assert_eq!(kept(&world, "work")["email"], NEW);

    let twice = world.connect_with("twice", NEW, "allow", &["--expect-email", NEW, "--json"]);
    assert_eq!(World::error(&twice)["code"], "same-account", "{}", twice.err);
    assert!(!twice.err.contains("open and approve"), "stopped before a browser: {}", twice.err);
}

#[test]
fn an_address_of_the_emulator_belongs_to_one_user() {
    let world = World::new();
    for change in
        [json!({OLD: "grace@emulator.test"}), json!({"nobody@emulator.test": NEW}), json!({OLD: "no address"})]
    {
        let (status, body) = world.ask("POST", "/_emulator/approval", &json!({"emails": change}));
        assert!(status == 400 && body["error"].is_string(), "{body}");
    }
}
