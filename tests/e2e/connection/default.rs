//! `switchboard connection default`.

use serde_json::json;
use switchboard_tests::context::TestContext;

#[test]
fn a_connection_that_was_chosen_is_used_where_none_is_named() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    let me = ["call", "zoom.users.me", "--json"];
    let unsure = TestContext::error(&context.run(&me));
    assert_eq!(unsure["code"], "ambiguous", "{unsure}");
    assert!(unsure["fix"].as_str().unwrap().contains("switchboard connection default LABEL"), "{unsure}");
    let chosen = context.json(&["connection", "default", "grace", "--json"]);
    assert_eq!(chosen["default"], "grace", "{chosen}");
    assert_eq!(context.json(&me)["email"], "grace@emulator.test");
    assert_eq!(context.json(&["call", "zoom.users.me", "-c", "work", "--json"])["email"], "ada@emulator.test");
    // The name may change, and it is told.
    context.json(&["connection", "rename", "grace", "hopper", "--json"]);
    assert!(context.run(&["connection", "list"]).out.contains("hopper (default)"));
    assert!(context.run(&["connection", "default"]).out.contains("default connection: hopper"));
    let unknown = TestContext::error(&context.run(&["connection", "default", "hoper", "--json"]));
    assert_eq!(unknown["code"], "not-found", "{unknown}");
    assert_eq!(context.json(&me)["email"], "grace@emulator.test", "a name that is not there changes nothing");
    assert_eq!(context.json(&["connection", "default", "--none", "--json"])["default"], json!(null));
    assert_eq!(TestContext::error(&context.run(&me))["code"], "ambiguous");
}

#[test]
fn the_default_follows_its_user_to_a_new_connection_and_its_end_is_told() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    context.json(&["connection", "default", "work", "--json"]);
    assert_eq!(context.connect_with("again", "ada@emulator.test", "allow", &["--replace"]).code, 0);
    assert_eq!(context.json(&["connection", "default", "--json"])["default"], "again");
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    let ended = context.run(&["connection", "disconnect", "again", "--yes"]);
    assert!(ended.err.contains("switchboard connection default LABEL chooses another"), "{}", ended.err);
    assert_eq!(context.json(&["connection", "disconnect", "grace", "--yes", "--json"])["was_default"], false);
}
