//! Earlier runs, and one whose process is gone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_store::Store;
use switchboard_tests::context::TestContext;

fn states(context: &TestContext) -> Vec<Value> {
    let runs = context.json(&["runs", "list", "--json"]);
    runs.as_array().unwrap().iter().map(|run| run["state"].clone()).collect()
}

/// Issue 11, 14
#[test]
fn a_killed_run_is_interrupted() {
    let context = TestContext::connected();
    let slow = json!({"kind": "latency", "millis": 60_000, "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let mut command = context.command(&["run", &file, "from=2026-11-01", "to=2026-11-23"]);
    let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let give_up = Instant::now() + Duration::from_secs(20);
    while states(&context).is_empty() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(states(&context), ["running"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(states(&context), ["interrupted"]);
    let id = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let shown = context.run(&["runs", "show", &id]);
    assert!(shown.out.contains("error[interrupted]"), "{}", shown.out);
    let run = context.json(&["runs", "show", &id, "--json"]);
    assert_eq!(run["error"]["code"], "interrupted", "{run}");
    assert!(run["fix"].as_str().unwrap().contains(&format!("switchboard runs resume {id}")), "{run}");
    let locks = context.home.path().join("locks");
    let left = locks
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("run-"));
    assert_eq!(left.count(), 0);
}

/// Starts a run that waits for the service, and gives its id.
fn waiting(context: &TestContext) -> (std::process::Child, String) {
    let slow = json!({"kind": "latency", "millis": 60_000, "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let before = states(context).len();
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let mut command = context.command(&["run", &file, "from=2026-11-01", "to=2026-11-23"]);
    let child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let give_up = Instant::now() + Duration::from_secs(20);
    while states(context).len() == before && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    (child, context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned())
}

/// Issue 11, 14: runs that ended or were interrupted can be deleted, one that goes on cannot.
#[test]
fn runs_are_deleted_unless_they_go_on() {
    let context = TestContext::connected();
    context.list_recordings();
    let ended = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let (mut child, running) = waiting(&context);
    let refused = context.run(&["runs", "delete", &running]);
    assert!(refused.code != 0 && refused.err.contains("is still running"), "{}", refused.err);
    assert_eq!(context.json(&["runs", "delete", &ended, "--json"]), json!({ "deleted": [ended] }));
    assert_eq!(context.run(&["runs", "show", &ended]).code, 2);
    assert_eq!(context.json(&["runs", "prune", "--older-than", "1ms", "--json"]), json!({ "deleted": [] }));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(context.json(&["runs", "prune", "--older-than", "30d", "--json"]), json!({ "deleted": [] }));
    assert_eq!(context.json(&["runs", "prune", "--older-than", "1ms", "--json"]), json!({ "deleted": [running] }));
    assert_eq!(states(&context), Vec::<Value>::new());
}

#[test]
fn runs_prune_reports_what_it_deleted_before_an_error() {
    let context = TestContext::connected();
    context.list_recordings();
    context.list_recordings();
    let runs = context.json(&["runs", "list", "--json"]);
    let id = |place: usize| runs[place]["id"].as_str().unwrap();
    let (last, first) = (id(0), id(1));
    let store = Store::open(context.home.path()).unwrap();
    // A folder in the place of the lock: this run cannot be deleted.
    std::fs::create_dir(store.lock_path(&format!("run/{last}")).unwrap().unwrap()).unwrap();
    let done = context.run(&["runs", "prune", "--older-than", "1ms", "--json"]);
    assert_eq!(done.code, 1, "{}", done.err);
    assert_eq!(serde_json::from_str::<Value>(&done.out).unwrap(), json!({ "deleted": [first] }), "{}", done.err);
    assert!(done.err.contains(r#""code":"store""#), "{}", done.err);
}

/// `interrupted` is the state of a run whose process is gone; one that was stopped is `cancelled`, also in its error.
#[test]
fn stopped_run_has_one_name() {
    let context = TestContext::connected();
    let (mut child, id) = waiting(&context);
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let run = context.json(&["runs", "show", &id, "--json"]);
    assert_eq!((&run["state"], &run["error"]["code"]), (&json!("cancelled"), &json!("cancelled")), "{run}");
    let shown = context.run(&["runs", "show", &id]).out;
    assert!(shown.contains("error[cancelled]") && !shown.contains("  at: "), "{shown}");
}
