//! What is told of connections: the list with what is still being taken back, what depends on each, and the export.

use std::process::Stdio;

use serde_json::{Value, json};
use switchboard_store::Store;
use switchboard_tests::context::{TestContext, http};

fn run_twice(context: &TestContext, label: &str) {
    let file = TestContext::file("manifests/automations/list-recordings.json");
    for _ in 0..2 {
        let file = file.to_str().unwrap();
        context.json(&["run", file, "from=2026-10-01", "to=2026-10-31", "-c", label, "--json"]);
    }
}

fn fault(context: &TestContext, fault: &Value) {
    let port = url::Url::parse(&context.emulator.api_base()).unwrap().port().unwrap();
    let (status, _, body) = http("POST", port, "/_emulator/faults", &fault.to_string());
    assert!(status < 300, "{status} {body}");
}

#[test]
fn seed_josys_22_an_export_has_every_label_and_no_secret() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    context.json(&["connection", "plan", "grace", "business", "--json"]);
    run_twice(&context, "work");
    let all = context.json(&["connection", "export"]);
    let labels: Vec<&str> =
        all["connections"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!((&all["version"], labels), (&json!(1), vec!["work", "grace"]), "{all}");
    let one = context.json(&["connection", "export", "grace", "--json"]);
    let grace = &one["connections"][0];
    assert_eq!(
        (&grace["label"], &grace["plan"], &grace["method"]),
        (&json!("grace"), &json!("business"), &json!("byo"))
    );
    assert_eq!((&grace["client_id"], &grace["used_by"]), (&json!("switchboard-demo"), &json!([])), "{one}");
    assert_eq!(all["connections"][0]["used_by"], json!(["list-recordings"]));
    assert!(!grace["scopes"].as_array().unwrap().is_empty() && grace["identity"]["email"] == "grace@emulator.test");
    let none = context.run(&["connection", "export", "nobody", "--json"]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.out.is_empty() && none.err.contains("not-found"), "{}{}", none.out, none.err);
}

/// The connections that the trace in these words names, one for each request of a call.
fn traced(said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| line.contains(" http://127.0.0.1:"));
    let requests = lines.filter(|line| line.contains(" GET ") || line.contains(" POST "));
    requests
        .filter(|line| !line.starts_with("(sign-in)"))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn seed_josys_22_every_request_of_a_trace_names_its_connection() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    let third = context.connect_with("alan.night", "alan@emulator.test", "allow", &["--trace", "--json"]);
    assert_eq!(third.code, 0, "{}", third.err);
    let named = traced(&third.err);
    assert!(!named.is_empty() && named.iter().all(|label| label == "alan.night"), "{}", third.err);
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let mut labels = ["work", "grace", "alan.night"];
    let trace_of = |label: &str, with: &str| {
        for arguments in [
            &["call", "zoom.users.me", "-c", with][..],
            &["run", &file, "from=2026-10-01", "to=2026-10-31", "-c", with],
            &["connection", "test", with],
        ] {
            for json in [&[][..], &["--json"]] {
                let done = context.run(&[arguments, &["--trace"], json].concat());
                let named = traced(&done.err);
                assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
                assert!(!named.is_empty() && named.iter().all(|name| name == label), "{label}: {}", done.err);
            }
        }
    };
    labels.iter().for_each(|label| trace_of(label, label));
    // By its id it has its label all the same; and the new one from then on, without connecting again.
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    let id = store.connection("grace").unwrap().unwrap().id;
    trace_of("grace", &id);
    assert_eq!(context.run(&["connection", "rename", "grace", "grace@nights"]).code, 0);
    labels[1] = "grace@nights";
    trace_of("grace@nights", "grace@nights");
    let all = context.run(&["doctor", "--trace"]);
    let named: std::collections::BTreeSet<String> = traced(&all.err).into_iter().collect();
    assert!(named.len() > 1 && named.iter().all(|name| labels.contains(&name.as_str())), "{}", all.err);
}

#[test]
fn a_grant_that_is_still_to_be_taken_back_is_listed_until_it_is() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "status", "status": 503, "path": "/oauth/revoke", "count": 0}));
    let done = context.run(&["connection", "disconnect", "work", "--yes", "--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["disconnected"], &out["revoked"]), (&json!(true), &json!(false)), "{out}");
    assert!(out["note"].as_str().unwrap().contains("connection list"), "{out}");
    let rows = context.json(&["connection", "list", "--json"]);
    assert_eq!((&rows[0]["label"], &rows[0]["state"]), (&json!("work"), &json!("revoking")), "{rows}");
    assert!(rows[0]["reason"].as_str().unwrap().contains("503") && rows[0]["next_attempt_at"].is_string(), "{rows}");
    let people = context.run(&["connection", "list"]);
    assert!(people.out.contains("revoking") && people.err.contains("may still hold"), "{}{}", people.out, people.err);
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("revoking"), &json!(1)), "{shown}");
    // The label is free meanwhile, and what is pending stays beside the new one.
    let call = context.run(&["call", "zoom.users.me", "-c", "work", "--json"]);
    assert!(call.code != 0 && call.err.contains("not-found"), "{}", call.err);
    context.connect("work", "grace@emulator.test");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["pending_revocations"][0]["state"]), (&json!("active"), &json!("revoking")));
}

/// A failed command does not cut off the revocation that it began.
#[test]
fn failed_command_still_retries_revocations() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "status", "status": 503, "path": "/oauth/revoke", "count": 0}));
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
