//! A sign-in that is refused ends no connection that was there before, as far as the service lets it; else it says so.

use serde_json::json;
use switchboard_tests::world::World;

fn works_as(world: &World, label: &str, email: &str) {
    let me = world.json(&["call", "zoom.users.me", "--connection", label, "--json"]);
    assert_eq!(me["email"], email, "{label}");
}

#[test]
fn seed_next_25_the_wrong_account_leaves_that_accounts_own_connection_alive() {
    let world = World::new();
    world.connect("grace", "grace@emulator.test");
    let more = ["--expect-email", "ada@emulator.test", "--json"];
    let refused = world.connect_with("work", "grace@emulator.test", "allow", &more);
    let told = World::error(&refused);
    assert_eq!((refused.code, &told["code"]), (4, &json!("wrong-account")), "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("ada@emulator.test was expected") && words.contains("`grace` stays usable"), "{words}");
    assert_eq!(told["remedy"]["id"], "wrong-account", "{told}");
    works_as(&world, "grace", "grace@emulator.test");

    // The same, where another connection is connected again.
    world.connect("work", "ada@emulator.test");
    let refused = world.sign_in(&["connection", "reconnect", "work", "--json"], "grace@emulator.test", "allow");
    let told = World::error(&refused);
    assert_eq!(told["code"], "wrong-account", "{told}");
    assert!(told["message"].as_str().unwrap().contains("`grace` stays usable"), "{told}");
    works_as(&world, "grace", "grace@emulator.test");
    works_as(&world, "work", "ada@emulator.test");
}

/// `/users/me`, which tells who somebody is, fails so many times; 0 is always.
fn nobody_told(world: &World, count: u32) -> String {
    let away =
        json!({"kind": "error", "status": 400, "code": 300, "message": "x", "path": "/users/me", "count": count});
    assert!(world.ask("POST", "/_emulator/faults", &away).0 < 300);
    let refused = world.connect_with("again", "ada@emulator.test", "allow", &["--json"]);
    assert!(world.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);
    let told = World::error(&refused);
    told["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_sign_in_of_nobody_knows_whom_says_which_connection_has_ended_and_what_to_do() {
    let world = World::connected();
    let words = nobody_told(&world, 1);
    assert!(words.contains("`work` has ended") && words.contains("switchboard connection reconnect work"), "{words}");
    assert!(words.contains("revoked the grant of this sign-in"), "{words}");
    let shown = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["state"], "needs-reconnect", "{shown}");
    let back = world.sign_in(&["connection", "reconnect", "work", "--json"], "ada@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    works_as(&world, "work", "ada@emulator.test");
}

#[test]
fn a_sign_in_of_nobody_knows_whom_changes_no_connection_that_may_still_hold() {
    let world = World::connected();
    let words = nobody_told(&world, 0);
    assert!(words.contains("may have ended that connection; check it with: switchboard connection test"), "{words}");
    let shown = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["state"], "active", "{shown}");
}

#[test]
fn a_connection_that_was_replaced_is_not_signed_in_to_again_by_mistake() {
    let world = World::connected();
    let done = world.connect_with("newer", "ada@emulator.test", "allow", &["--replace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let told = World::error(&world.run(&["connection", "reconnect", "work", "--paste", "--json"]));
    assert_eq!(told["code"], "same-account", "before a browser is opened: {told}");
    assert!(told["message"].as_str().unwrap().contains("`newer`"), "{told}");
    works_as(&world, "newer", "ada@emulator.test");
    let back = world.sign_in(&["connection", "reconnect", "work", "--replace", "--json"], "ada@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    works_as(&world, "work", "ada@emulator.test");
    assert_eq!(world.json(&["connection", "show", "newer", "--json"])["state"], "replaced");
}
