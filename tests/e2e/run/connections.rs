//! Automations that name more than one connection, and which one each run used.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

/// Two connections of different users, and a document that asks each who it is.
fn context() -> (TestContext, String) {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    let document = json!({
        "automation": "1", "id": "two-users",
        "connections": { "boss": {"type": "zoom"}, "helper": {"type": "zoom"} },
        "steps": [
            { "id": "first", "use": "zoom.users.me", "connection": "boss" },
            { "id": "second", "use": "zoom.users.me", "connection": "helper" }
        ],
        "outputs": { "boss": "${{ steps.first.email }}", "helper": "${{ steps.second.email }}" }
    });
    let file = context.home.path().join("two.json");
    std::fs::write(&file, document.to_string()).unwrap();
    (context, file.display().to_string())
}

fn refused(context: &TestContext, arguments: &[&str]) -> String {
    let before = context.json(&["runs", "list", "--json"]).as_array().unwrap().len();
    let done = context.run(&[arguments, &["--json"]].concat());
    assert_eq!(done.code, 2, "{}", done.err);
    assert_eq!(context.json(&["runs", "list", "--json"]).as_array().unwrap().len(), before, "nothing has begun");
    TestContext::error(&done).to_string()
}

#[test]
fn each_step_runs_on_the_connection_that_its_name_stands_for() {
    let (context, file) = context();
    assert_eq!(context.run(&["check", &file]).code, 0);
    let outputs = context.json(&["run", &file, "-c", "boss=grace", "-c", "helper=work", "--json"]);
    let (ada, grace) = (json!("ada@emulator.test"), json!("grace@emulator.test"));
    assert_eq!((&outputs["boss"], &outputs["helper"]), (&grace, &ada), "{outputs}");
    let run = context.json(&["runs", "list", "--json"])[0].clone();
    assert_eq!(run["connections"], json!({"boss": "grace", "helper": "work"}), "{run}");
    let shown = context.run(&["runs", "show", run["id"].as_str().unwrap()]).out;
    assert!(shown.contains("connection: boss=grace helper=work"), "{shown}");
    assert!(context.run(&["runs", "list"]).out.contains("boss=grace helper=work"));
    for label in ["work", "grace"] {
        let used = context.json(&["connection", "show", label, "--json"])["used_by"].clone();
        assert_eq!(used[0]["automation"], "two-users", "{label}: {used}");
    }
    // A name stands for the connection of the same label, too.
    context.json(&["connection", "rename", "work", "helper", "--json"]);
    let outputs = context.json(&["run", &file, "-c", "boss=grace", "--json"]);
    assert_eq!((&outputs["boss"], &outputs["helper"]), (&grace, &ada), "{outputs}");
}

#[test]
fn a_document_with_several_connections_is_not_run_on_a_guess() {
    let (context, file) = context();
    let both = "name each: -c boss=LABEL -c helper=LABEL";
    assert!(refused(&context, &["run", &file]).contains(both), "none is given");
    context.json(&["connection", "default", "work", "--json"]);
    assert!(refused(&context, &["run", &file]).contains(both), "a default is a guess for two");
    assert!(refused(&context, &["run", &file, "-c", "work"]).contains(both), "one for both");
    assert!(refused(&context, &["run", &file, "-c", "boss=work"]).contains(both), "one of two");
    assert!(refused(&context, &["run", &file, "-c", "bos=work"]).contains("did you mean `boss`?"), "an unknown name");
    assert!(
        refused(&context, &["run", &file, "-c", "boss=wrk", "-c", "helper=grace"]).contains("not-found"),
        "a label"
    );
    assert!(refused(&context, &["run", &file, "-c", "boss=work", "-c", "boss=grace"]).contains("give one"), "twice");
}

#[test]
fn a_run_on_one_connection_says_which() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let done = context.run(&["run", &file, "from=2026-10-01", "to=2026-10-31", "-c", "grace"]);
    assert!(done.code == 0 && done.err.contains(" done on grace: switchboard runs show "), "{}", done.err);
    let run = context.json(&["runs", "list", "--json"])[0].clone();
    assert_eq!(run["connections"], json!({"zoom": "grace"}), "{run}");
    let named = context.run(&["run", &file, "from=2026-10-01", "to=2026-10-31", "-c", "zoom=grace"]);
    assert_eq!(named.code, 0, "{}", named.err);
    let default = |label: &str| -> Value {
        let rows = context.json(&["connection", "list", "--json"]);
        rows.as_array().unwrap().iter().find(|row| row["label"] == label).unwrap()["default"].clone()
    };
    assert_eq!((default("work"), default("grace")), (json!(false), json!(false)));
    context.json(&["connection", "default", "grace", "--json"]);
    assert_eq!((default("work"), default("grace")), (json!(false), json!(true)));
    assert_eq!(context.json(&["connection", "show", "grace", "--json"])["default"], json!(true));
}

#[test]
fn a_document_that_only_computes_needs_no_account() {
    let context = TestContext::new();
    let document = json!({
        "automation": "1", "id": "sum",
        "steps": [{ "id": "sum", "set": {"value": "${{ [1, 2] | sum }}"} }],
        "outputs": { "sum": "${{ steps.sum.value }}" }
    });
    let file = context.home.path().join("sum.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let outputs = context.json(&["run", &file.display().to_string(), "--json"]);
    assert_eq!(outputs["sum"], 3);
}
