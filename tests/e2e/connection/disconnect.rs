//! What depends on a connection, as `switchboard connection disconnect` and `connect --replace` name it.

use std::process::Stdio;

use serde_json::json;
use switchboard_store::Store;
use switchboard_tests::context::TestContext;

use super::run_twice;

#[test]
fn seed_anyclip_46_disconnecting_names_what_depends_on_it_before_it_asks() {
    let context = TestContext::connected();
    run_twice(&context, "work");
    let refused = context.run(&["connection", "disconnect", "work", "--json"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    let words = "list-recordings used it 2 times, last at 20";
    assert!(refused.err.contains(words), "{}", refused.err);
    assert_eq!(context.json(&["connection", "list", "--json"])[0]["state"], "active", "nothing was done");
    // At a terminal the question comes last.
    let asked = at_a_terminal(&context, "connection disconnect work", "no\n");
    let (depends, question) = (asked.find(words), asked.find("Type its label to continue"));
    assert!(depends.is_some() && depends < question, "{asked}");
    assert!(asked.contains("nothing was done"), "{asked}");
    let out = context.json(&["connection", "disconnect", "work", "--yes", "--json"]);
    assert_eq!((&out["used_by"][0]["automation"], &out["used_by"][0]["runs"]), (&json!("list-recordings"), &json!(2)));
}

/// A command with a terminal to type at, made by `script`: everything that it shows.
fn at_a_terminal(context: &TestContext, line: &str, typed: &str) -> String {
    use std::io::Write;
    let line = format!("{} {line}", TestContext::binary().display());
    let command = context.command(&[]);
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(context.home.path());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    let mut child = context.start(script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    context.read_output(child.wait_with_output().unwrap()).out
}

#[test]
fn replacing_says_what_depends_on_the_first_before_anybody_signs_in() {
    let context = TestContext::connected();
    run_twice(&context, "work");
    let done = context.connect_with("again", "ada@emulator.test", "allow", &["--replace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let depends = done.err.find("`work` ends (list-recordings used it 2 times, last at 20");
    assert!(depends.is_some() && depends < done.err.find("open and approve"), "{}", done.err);
}

/// A failed command does not cut off the revocation that it began.
#[test]
fn failed_command_still_retries_revocations() {
    let context = TestContext::connected();
    let fault = json!({"kind": "status", "status": 503, "path": "/oauth/revoke", "count": 0});
    assert!(context.ask("POST", "/_emulator/faults", &fault).0 < 300);
    assert_eq!(context.run(&["connection", "disconnect", "work", "--yes"]).code, 0);
    assert!(context.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);
    let store = Store::open(context.home.path()).unwrap();
    let pending = store.revocations().unwrap().remove(0);
    store.note_revocation(&pending.id, "due now", 0).unwrap();
    let failed = context.run(&["call", "zoom.users.me", "-c", "nobody"]);
    assert_ne!(failed.code, 0);
    assert!(failed.err.contains("the service revoked the grant of `work`"), "{}", failed.err);
    assert!(store.revocations().unwrap().is_empty());
}
