//! `switchboard runs resume` and `runs retry`.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

/// Creates a meeting, waits, creates another one.
const TWO_MEETINGS: &str = r#"{
  "automation": "1", "id": "two-meetings", "connections": {"zoom": {"type": "zoom"}},
  "steps": [
    {"id": "first", "use": "zoom.meetings.create", "with": {"topic": "Resume one", "start_time": "2099-12-01T10:00:00", "timezone": "UTC"}},
    {"id": "pause", "wait": {"for": "PT3S"}},
    {"id": "second", "use": "zoom.meetings.create", "with": {"topic": "Resume two", "start_time": "2099-12-02T10:00:00", "timezone": "UTC"}}
  ],
  "outputs": {"ids": ["${{ steps.first.meeting.id }}", "${{ steps.second.meeting.id }}"]}
}"#;

fn save(context: &TestContext, name: &str, text: &str) -> String {
    let file = context.home.path().join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn last_run(context: &TestContext) -> Value {
    context.json(&["runs", "list", "--json"]).get(0).cloned().unwrap_or_default()
}

fn topics(context: &TestContext) -> Vec<String> {
    let list = context.json(&["call", "zoom.meetings.list", "--json"]);
    let meetings = list["meetings"].as_array().unwrap();
    meetings
        .iter()
        .filter_map(|one| one["topic"].as_str())
        .filter(|topic| topic.starts_with("Resume"))
        .map(str::to_owned)
        .collect()
}

fn state_of(run: &Value, path: &str) -> Option<String> {
    let step = run["steps"].as_array()?.iter().find(|step| step["path"] == path)?;
    step["state"].as_str().map(str::to_owned)
}

/// Waits until a step of the latest run has this state.
fn wait_for(context: &TestContext, path: &str, state: &str) -> String {
    let give_up = Instant::now() + Duration::from_secs(30);
    while Instant::now() < give_up {
        if let Some(id) = last_run(context)["id"].as_str() {
            let run = context.json(&["runs", "show", id, "--json"]);
            if state_of(&run, path).as_deref() == Some(state) {
                return id.to_owned();
            }
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    panic!("`{path}` is not `{state}`: {}", last_run(context));
}

/// Issue 14: a run whose process is killed is carried on, and no meeting is created twice.
#[test]
fn a_killed_run_is_resumed_and_creates_nothing_twice() {
    let context = TestContext::connected();
    let file = save(&context, "two.json", TWO_MEETINGS);
    let mut child = context.start(&mut context.command(&["run", &file]));
    let id = wait_for(&context, "pause", "started");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(last_run(&context)["state"], "interrupted");
    assert!(context.run(&["runs", "show", &id]).out.contains(&format!("switchboard runs resume {id}")));
    let refused = context.run(&["runs", "retry", &id]);
    assert!(refused.code == 1 && refused.err.contains(&format!("runs resume {id}")), "{}", refused.err);

    let outputs = context.json(&["runs", "resume", &id, "--json"]);
    assert_eq!(outputs["ids"].as_array().unwrap().len(), 2);
    assert_eq!(last_run(&context)["state"], "succeeded");
    let mut found = topics(&context);
    found.sort();
    assert_eq!(found, ["Resume one", "Resume two"]);
    let again = context.run(&["runs", "resume", &id]);
    assert!(again.code == 1 && again.err.contains("has ended"), "{}", again.err);
}

/// Issue 14: a write that had begun when the process ended is not repeated blindly.
#[test]
fn a_write_of_unknown_outcome_needs_a_person() {
    let context = TestContext::connected();
    let file = save(&context, "two.json", TWO_MEETINGS);
    let slow = json!({"kind": "latency", "millis": 60_000, "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let mut child = context.start(&mut context.command(&["run", &file]));
    let id = wait_for(&context, "first", "started");
    child.kill().unwrap();
    child.wait().unwrap();
    context.ask("DELETE", "/_emulator/faults", &Value::Null);

    let resumed = context.run(&["runs", "resume", &id]);
    assert!(resumed.code == 1 && resumed.err.contains("error[interrupted]"), "{}", resumed.err);
    let refused = context.run(&["runs", "retry", &id]);
    assert!(refused.code == 1 && refused.err.contains("error[outcome-unknown]"), "{}", refused.err);
    assert!(refused.err.contains(&format!("switchboard runs retry {id} --repeat first")), "{}", refused.err);
    assert_eq!(topics(&context), Vec::<String>::new());
    context.json(&["runs", "retry", &id, "--repeat", "first", "--json"]);
    assert_eq!(topics(&context).len(), 2);
}

/// Issue 14: the results of the earlier run are there too when the second try is killed and carried on.
#[test]
fn a_killed_retry_is_resumed_and_creates_nothing_twice() {
    let context = TestContext::connected();
    let create = |id: &str, topic: &str| {
        json!({"id": id, "use": "zoom.meetings.create",
            "with": {"topic": topic, "start_time": "2099-12-01T10:00:00", "timezone": "UTC"}})
    };
    let document = json!({
        "automation": "1", "id": "late", "connections": {"zoom": {"type": "zoom"}},
        "steps": [{"id": "pause", "wait": {"for": "PT2S"}}, create("first", "Resume one"), create("second", "Resume two")],
    });
    let file = save(&context, "late.json", &document.to_string());
    let fault = json!({"kind": "status", "status": 400, "method": "POST", "path": "/users/me/meetings", "nth": 2});
    assert!(context.ask("POST", "/_emulator/faults", &fault).0 < 300);
    assert_eq!(context.run(&["run", &file]).code, 5);
    let id = last_run(&context)["id"].as_str().unwrap().to_owned();
    let mut child = context.start(&mut context.command(&["runs", "retry", &id]));
    let second = wait_for_other(&context, &id);
    child.kill().unwrap();
    child.wait().unwrap();
    context.json(&["runs", "resume", &second, "--json"]);
    let mut found = topics(&context);
    found.sort();
    assert_eq!(found, ["Resume one", "Resume two"]);
}

/// Waits until there is a newer run, which waits.
fn wait_for_other(context: &TestContext, id: &str) -> String {
    let give_up = Instant::now() + Duration::from_secs(30);
    while last_run(context)["id"] == id && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(30));
    }
    wait_for(context, "pause", "started")
}

/// Issue 14: a second retry has the results of the first run too, and a run that cleaned up is not tried again.
#[test]
fn a_retry_of_a_retry_repeats_nothing() {
    let context = TestContext::connected();
    let create = |id: &str, topic: &str| {
        json!({"id": id, "use": "zoom.meetings.create",
            "with": {"topic": topic, "start_time": "2099-12-01T10:00:00", "timezone": "UTC"}})
    };
    let fault = |fault: &Value| assert!(context.ask("POST", "/_emulator/faults", fault).0 < 300);
    let refuse_first =
        json!({"kind": "status", "status": 400, "method": "POST", "path": "/users/me/meetings", "nth": 1});
    let mut document = json!({
        "automation": "1", "id": "twice", "connections": {"zoom": {"type": "zoom"}},
        "steps": [{"id": "both", "for_each": "${{ ['a', 'b'] }}", "item_key": "${{ item }}", "on_item_error": "continue",
            "steps": [create("create", "Resume ${{ item }}")]}, create("last", "Resume last")],
    });
    let file = save(&context, "twice.json", &document.to_string());
    // The first item fails, everything after it succeeds.
    fault(&refuse_first);
    assert_eq!(context.run(&["run", &file]).code, 7);
    let first = last_run(&context)["id"].as_str().unwrap().to_owned();
    // The second try ends before it comes to the results of the first run.
    let refused = context.run(&["runs", "retry", &first, "--limit", "items=1"]);
    assert!(refused.err.contains("error[limit.items]"), "{}", refused.err);
    let second = last_run(&context)["id"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    context.json(&["runs", "retry", &second, "--json"]);
    let mut found = topics(&context);
    found.sort();
    assert_eq!(found, ["Resume a", "Resume b", "Resume last"]);

    document["finally"] = json!([create("note", "Resume note")]);
    let file = save(&context, "cleaned.json", &document.to_string());
    fault(&refuse_first);
    context.run(&["run", &file]);
    let id = last_run(&context)["id"].as_str().unwrap().to_owned();
    let refused = context.run(&["runs", "retry", &id]);
    assert!(refused.err.contains("error[run.cleaned-up]"), "{}", refused.err);
}

/// Issue 14: a result is not taken over for another call.
#[test]
fn retry_takes_over_no_result_of_another_input() {
    let context = TestContext::connected();
    let create = |topic: &str| {
        json!({"id": "create", "use": "zoom.meetings.create",
            "with": {"topic": topic, "start_time": "2099-12-01T10:00:00", "timezone": "UTC"}})
    };
    let fail = json!({"id": "stop", "fail": {"message": "on purpose"}});
    let document = json!({
        "automation": "1", "id": "changing", "connections": {"zoom": {"type": "zoom"}},
        "steps": [create("Resume ${{ run.id }}"), fail],
    });
    let file = save(&context, "changing.json", &document.to_string());
    assert_eq!(context.run(&["run", &file]).code, 1);
    let id = last_run(&context)["id"].as_str().unwrap().to_owned();
    let refused = context.run(&["runs", "retry", &id]);
    assert!(refused.err.contains("error[input-changed]"), "{}", refused.err);
    assert_eq!(topics(&context).len(), 1);
    assert_eq!(context.run(&["runs", "retry", &id, "--from", "create"]).code, 1);
    assert_eq!(topics(&context).len(), 2);
}

/// Issue 14: only what failed is performed again.
#[test]
fn retry_performs_only_what_failed() {
    let context = TestContext::connected();
    let create = json!({"id": "create", "use": "zoom.meetings.create",
        "with": {"topic": "Resume ${{ item }}", "start_time": "2099-12-01T10:00:00", "timezone": "UTC"}});
    let document = json!({
        "automation": "1", "id": "three", "connections": {"zoom": {"type": "zoom"}},
        "steps": [{"id": "all", "for_each": "${{ ['a', 'b', 'c'] }}", "item_key": "${{ item }}", "on_item_error": "continue", "steps": [create]}],
        "outputs": {"failed": "${{ steps.all.failed | map(attribute='key') }}", "done": "${{ steps.all.items }}"},
    });
    let file = save(&context, "three.json", &document.to_string());
    let fault = json!({"kind": "status", "status": 400, "method": "POST", "path": "/users/me/meetings", "nth": 2});
    let (status, answer) = context.ask("POST", "/_emulator/faults", &fault);
    assert!(status < 300, "{answer}");
    let first = context.run(&["run", &file, "--json"]);
    assert_eq!(first.code, 7, "{}{}", first.out, first.err);
    assert_eq!(topics(&context).len(), 2);
    let id = last_run(&context)["id"].as_str().unwrap().to_owned();
    let wrong = context.run(&["runs", "retry", &id, "--from", "al"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `all`"), "{}", wrong.err);

    let outputs = context.json(&["runs", "retry", &id, "--json"]);
    assert_eq!(outputs, json!({"failed": [], "done": ["a", "b", "c"]}));
    let mut found = topics(&context);
    found.sort();
    assert_eq!(found, ["Resume a", "Resume b", "Resume c"]);
    let latest = last_run(&context)["id"].as_str().unwrap().to_owned();
    let nothing = context.run(&["runs", "retry", &latest]);
    assert!(nothing.code == 2 && nothing.err.contains("nothing failed"), "{}", nothing.err);
    // From a step on, everything after it is performed again.
    context.json(&["runs", "retry", &latest, "--from", "all[b]/create", "--json"]);
    assert_eq!(topics(&context).len(), 5);
}
