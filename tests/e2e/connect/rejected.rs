//! A sign-in that is refused ends no connection that was there before, as far as the service lets it; else it says so.

use serde_json::json;
use switchboard_tests::context::TestContext;

fn works_as(context: &TestContext, label: &str, email: &str) {
    let me = context.json(&["call", "zoom.users.me", "--connection", label, "--json"]);
    assert_eq!(me["email"], email, "{label}");
}

#[test]
fn seed_next_25_the_wrong_account_leaves_that_accounts_own_connection_alive() {
    let context = TestContext::new();
    context.connect("grace", "grace@emulator.test");
    let more = ["--expect-email", "ada@emulator.test", "--json"];
    let refused = context.connect_with("work", "grace@emulator.test", "allow", &more);
    let told = TestContext::error(&refused);
    assert_eq!((refused.code, &told["code"]), (4, &json!("wrong-account")), "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("ada@emulator.test was expected") && words.contains("`grace` stays usable"), "{words}");
    assert_eq!(told["remedy"]["id"], "wrong-account", "{told}");
    works_as(&context, "grace", "grace@emulator.test");

    // The same, where another connection is connected again.
    context.connect("work", "ada@emulator.test");
    let refused = context.sign_in(&["connection", "reconnect", "work", "--json"], "grace@emulator.test", "allow");
    let told = TestContext::error(&refused);
    assert_eq!(told["code"], "wrong-account", "{told}");
    assert!(told["message"].as_str().unwrap().contains("`grace` stays usable"), "{told}");
    works_as(&context, "grace", "grace@emulator.test");
    works_as(&context, "work", "ada@emulator.test");
}

/// `/users/me`, which tells who somebody is, fails so many times; 0 is always.
fn nobody_told(context: &TestContext, count: u32) -> String {
    let away =
        json!({"kind": "error", "status": 400, "code": 300, "message": "x", "path": "/users/me", "count": count});
    assert!(context.ask("POST", "/_emulator/faults", &away).0 < 300);
    let refused = context.connect_with("again", "ada@emulator.test", "allow", &["--json"]);
    assert!(context.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);
    let told = TestContext::error(&refused);
    told["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_sign_in_of_nobody_knows_whom_says_which_connection_has_ended_and_what_to_do() {
    let context = TestContext::connected();
    let words = nobody_told(&context, 1);
    assert!(words.contains("`work` has ended") && words.contains("switchboard connection reconnect work"), "{words}");
    assert!(words.contains("revoked the grant of this sign-in"), "{words}");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["state"], "needs-reconnect", "{shown}");
    let back = context.sign_in(&["connection", "reconnect", "work", "--json"], "ada@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    works_as(&context, "work", "ada@emulator.test");
}

#[test]
fn a_sign_in_of_nobody_knows_whom_changes_no_connection_that_may_still_hold() {
    let context = TestContext::connected();
    let words = nobody_told(&context, 0);
    assert!(words.contains("may have ended that connection; check it with: switchboard connection test"), "{words}");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!(shown["state"], "active", "{shown}");
}

#[test]
fn a_connection_that_was_replaced_is_not_signed_in_to_again_by_mistake() {
    let context = TestContext::connected();
    let done = context.connect_with("newer", "ada@emulator.test", "allow", &["--replace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let told = TestContext::error(&context.run(&["connection", "reconnect", "work", "--paste", "--json"]));
    assert_eq!(told["code"], "same-account", "before a browser is opened: {told}");
    assert!(told["message"].as_str().unwrap().contains("`newer`"), "{told}");
    works_as(&context, "newer", "ada@emulator.test");
    let back =
        context.sign_in(&["connection", "reconnect", "work", "--replace", "--json"], "ada@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    works_as(&context, "work", "ada@emulator.test");
    assert_eq!(context.json(&["connection", "show", "newer", "--json"])["state"], "replaced");
}
