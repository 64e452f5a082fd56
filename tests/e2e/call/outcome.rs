//! How a failure ends: the exit code, and whether trying again is advised.

use std::path::PathBuf;

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

/// The next creation of a meeting happens, and its answer is an error of the server.
fn lose_answer(context: &TestContext, fault: &Value) {
    assert_eq!(context.ask("POST", "/_emulator/faults", fault).0, 200);
}

fn unavailable() -> Value {
    json!({"kind": "status", "status": 503, "method": "POST", "path": "/meetings"})
}

const CREATE: [&str; 5] =
    ["call", "zoom.meetings.create", "topic=x", "start_time=2027-01-01T10:00:00Z", "timezone=UTC"];

fn document(context: &TestContext, document: &Value) -> PathBuf {
    let file = context.home.path().join("document.json");
    std::fs::write(&file, document.to_string()).unwrap();
    file
}

fn run(context: &TestContext, steps: Value, more: &[&str]) -> CommandOutput {
    let connections = if steps.to_string().contains("zoom.") { json!({"zoom": {"type": "zoom"}}) } else { json!({}) };
    let source = json!({"automation": "1", "id": "outcome", "connections": connections, "steps": steps});
    let file = document(context, &source);
    context.run(&[&["run", file.to_str().unwrap()], more].concat())
}

fn creation() -> Value {
    json!([{"id": "create", "use": "zoom.meetings.create",
        "with": {"topic": "x", "start_time": "2027-01-01T10:00:00Z", "timezone": "UTC"}}])
}

#[test]
fn write_that_may_have_happened_is_not_tried_again() {
    let context = TestContext::connected();
    lose_answer(&context, &unavailable());
    let people = context.run(&CREATE);
    assert_eq!(people.code, 1, "{}", people.err);
    assert!(
        people.err.contains("whether the change was made") && !people.err.contains("again: from"),
        "{}",
        people.err
    );
    lose_answer(&context, &unavailable());
    let error = TestContext::error(&context.run(&[&CREATE[..], &["--json"]].concat()));
    assert_eq!((&error["code"], &error["outcome_unknown"]), (&json!("unavailable"), &json!(true)), "{error}");
    lose_answer(&context, &unavailable());
    let done = run(&context, creation(), &["--json"]);
    let error = TestContext::error(&done);
    assert_eq!((done.code, &error["outcome_unknown"]), (1, &json!(true)), "{error}");
    assert!(error["fix"].as_str().unwrap().contains("whether the change was made"), "{error}");
}

#[test]
fn read_without_an_answer_is_tried_again_later() {
    let context = TestContext::connected();
    let down = json!({"kind": "status", "status": 503, "path": "/users/me", "count": 0});
    lose_answer(&context, &down);
    assert_eq!(context.run(&["call", "zoom.users.me"]).code, 6);
    assert_eq!(run(&context, json!([{"id": "me", "use": "zoom.users.me", "with": {}}]), &[]).code, 6);
    // What a request of any kind does depends on its input.
    let any = context.run(&["call", "zoom.api.request", "path=/users/me"]);
    assert!(any.code == 6 && !any.err.contains("whether the change was made"), "{}", any.err);
}

#[test]
fn failure_by_the_document_is_not_the_services() {
    let context = TestContext::connected();
    for code in ["not-enough", "scope-missing", "timeout"] {
        let done = run(&context, json!([{"id": "stop", "fail": {"message": "enough", "code": code}}]), &["--json"]);
        let error = TestContext::error(&done);
        assert_eq!((done.code, &error["code"], &error["by_document"]), (1, &json!(code), &json!(true)), "{error}");
    }
}

#[test]
fn run_shows_place_and_details_as_a_call_does() {
    let context = TestContext::connected();
    let steps = json!([{"id": "one", "use": "zoom.meetings.get", "with": {"meeting": "81239999999"}}]);
    let call = TestContext::error(&context.run(&["call", "zoom.meetings.get", "meeting=81239999999", "--json"]));
    let error = TestContext::error(&run(&context, steps.clone(), &["--json"]));
    assert_eq!(error["code"], call["code"], "{error}");
    assert_eq!(error["details"]["zoom_code"], call["details"]["zoom_code"], "{error}");
    assert_eq!((&error["retry"], &error["family"]), (&json!("never"), &json!("problem")), "{error}");
    assert!(error["line"].as_u64() == Some(1) && error["column"].as_u64() > Some(1), "{error}");
    assert_eq!(error["pointer"], "/steps/0", "{error}");
    let people = run(&context, steps, &[]).err;
    assert!(people.contains("document.json:1:") && people.contains("details: {"), "{people}");
    assert!(people.contains("  at: /steps/0"), "{people}");
}

#[test]
fn run_points_to_the_field_that_the_service_refuses() {
    let context = TestContext::connected();
    let steps = json!([{"id": "one", "use": "zoom.meetings.create",
        "with": {"topic": "x", "start_time": "${{ 'yesterday' }}", "timezone": "UTC"}}]);
    let error = TestContext::error(&run(&context, steps, &["--json"]));
    assert_eq!(error["pointer"], "/steps/0/with/start_time", "{error}");
}

#[test]
fn advice_to_confirm_is_for_the_command_that_was_given() {
    let context = TestContext::connected();
    let steps = json!([{"id": "gone", "use": "zoom.meetings.delete", "with": {"meeting": "81234567890"}}]);
    let error = TestContext::error(&run(&context, steps, &["--no-input", "--json"]));
    assert!(error["fix"].as_str().unwrap().contains("--yes"), "{error}");
    assert!(!error.to_string().contains("--dry-run"), "run has no such flag: {error}");
}

#[test]
fn every_file_is_checked_also_after_one_that_is_missing() {
    let context = TestContext::new();
    let bad = document(&context, &json!({"automation": "1", "id": "a", "nonsense": 1, "steps": []}));
    let good = TestContext::file("manifests/automations/list-recordings.json");
    let files = ["missing.json", bad.to_str().unwrap(), good.to_str().unwrap()];
    let people = context.run(&[&["check"][..], &files].concat());
    assert_eq!(people.code, 3, "{}", people.err);
    assert!(people.err.contains("cannot read missing.json") && people.err.contains("nonsense"), "{}", people.err);
    assert!(people.out.contains("list-recordings.json: ok"), "{}", people.out);
    let program = context.run(&[&["check", "--json"][..], &files].concat());
    let reports: Vec<Value> = serde_json::from_str(&program.out).unwrap();
    let ok: Vec<&Value> = reports.iter().map(|report| &report["ok"]).collect();
    assert_eq!(ok, [&json!(false), &json!(false), &json!(true)], "{}", program.out);
    assert_eq!(context.run(&["check", "missing.json", good.to_str().unwrap()]).code, 2);
}

#[test]
fn tour_takes_the_port_that_was_chosen() {
    let context = TestContext::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = context.run(&["try", "--tour", "--port", &port, "--json"]);
    assert_eq!(TestContext::error(&done)["code"], "port-busy", "{}", done.err);
}
