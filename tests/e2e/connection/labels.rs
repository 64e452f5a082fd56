//! Names of connections: asked for first, unique, changed without signing in again, and kept when a sign-in is repeated.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

#[test]
fn seed_josys_22_a_label_is_required_unique_and_renamed_without_signing_in_again() {
    let context = TestContext::connected();
    assert_eq!(context.run(&["connect", "--json"]).code, 2, "a label is required");
    let taken = context.connect_with("work", "grace@emulator.test", "allow", &["--json"]);
    assert_eq!(TestContext::error(&taken)["code"], "label-taken", "{}", taken.err);
    context.connect("grace", "grace@emulator.test");
    let before = context.json(&["connection", "show", "work", "--json"]);
    context.json(&["connection", "rename", "work", "main", "--json"]);
    let clash = context.run(&["connection", "rename", "grace", "main", "--json"]);
    assert_eq!(TestContext::error(&clash)["code"], "label-taken", "{}", clash.err);
    let after = context.json(&["connection", "show", "main", "--json"]);
    assert_eq!((&before["identity"], &before["created_at"]), (&after["identity"], &after["created_at"]));
    assert_eq!(context.json(&["call", "zoom.users.me", "-c", "main", "--json"])["email"], "ada@emulator.test");
    assert_eq!(context.json(&["call", "zoom.users.me", "-c", "grace", "--json"])["email"], "grace@emulator.test");
    // By the new name in every list from now on.
    assert_eq!(context.labels(), ["main", "grace"]);
    for list in [&["connection", "list"][..], &["connection", "list", "--json"], &["connection", "export"]] {
        let told = context.run(list).out;
        assert!(told.contains("main") && told.contains("grace") && !told.contains("work"), "{list:?}: {told}");
    }
    let about: Vec<String> =
        context.findings(&[]).iter().map(|one| one["about"].as_str().unwrap().to_owned()).collect();
    assert!(about.contains(&"main".to_owned()) && !about.contains(&"work".to_owned()), "{about:?}");
}

#[test]
fn seed_josys_35_the_label_comes_before_the_sign_in_and_stays_when_that_is_repeated() {
    let context = TestContext::new();
    // Nobody is sent to Zoom before the connection has a name that is free.
    let nameless = context.connect_packaged("", "ada@emulator.test", &["--json"]);
    assert!(nameless.code != 0 && !nameless.err.contains("open and approve"), "{}", nameless.err);
    context.connect("taken", "ada@emulator.test");
    let taken = context.connect_with("taken", "grace@emulator.test", "allow", &["--json"]);
    assert!(!taken.err.contains("open and approve"), "{}", taken.err);
    // A sign-in that did not end well: the doctor still knows the name, and the same command goes on under it.
    let declined = context.connect_with("school", "grace@emulator.test", "deny", &["--json"]);
    assert_eq!(TestContext::error(&declined)["code"], "denied");
    let attempt = context.findings(&[]).into_iter().find(|one| one["about"] == "last attempt").unwrap();
    assert!(attempt["text"].as_str().unwrap().contains("`school`"), "{attempt}");
    assert_eq!(context.labels(), ["taken"], "and it is not taken by that");
    context.connect("school", "grace@emulator.test");
    // A sign-in that has to be repeated later.
    let before = context.json(&["connection", "show", "school", "--json"]);
    let gone = json!({"user": "grace@emulator.test"});
    context.ask("POST", "/_emulator/apps/switchboard-demo/deauthorize", &gone);
    assert_eq!(context.run(&["call", "zoom.users.me", "-c", "school"]).code, 4);
    let back = context.sign_in(&["connection", "reconnect", "school", "--json"], "grace@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    let after: Value = context.json(&["connection", "show", "school", "--json"]);
    assert_eq!(
        (&after["label"], &after["state"], &after["created_at"]),
        (&json!("school"), &json!("active"), &before["created_at"])
    );
    assert_eq!(context.labels(), ["taken", "school"]);
}
