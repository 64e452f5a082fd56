//! Bad input and bad weather: each a clear error with place and fix, and the documented exit code.

use serde_json::Value;
use switchboard_tests::context::{CommandOutput, TestContext};

#[track_caller]
fn refused(done: &CommandOutput, exit: i32, code: &str, says: &str) {
    let last = done.err.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON error: {}", done.err));
    assert_eq!(error["error"]["code"], code, "{error}");
    assert_eq!(done.code, exit, "{error}");
    assert!(error["error"]["fix"].is_string(), "a fix: {error}");
    assert!(error.to_string().contains(says), "`{says}` in {error}");
}

#[test]
fn an_unknown_activity_names_the_nearest() {
    let done = TestContext::new().run(&["call", "zoom.meeting.create", "--json"]);
    refused(&done, 2, "activity.unknown", "zoom.meetings.create");
}

#[test]
fn a_missing_connection_says_how_to_connect() {
    let done = TestContext::new().run(&["call", "zoom.users.me", "--json"]);
    refused(&done, 4, "not-connected", "switchboard connect");
}

#[test]
fn an_unknown_field_and_a_wrong_type_are_named() {
    let context = TestContext::connected();
    let done = context.run(&["call", "zoom.meetings.create", "topik=x", "--json"]);
    refused(&done, 3, "input.invalid", "topik");
    let done = context.run(&[
        "call",
        "zoom.meetings.create",
        "topic=x",
        "start_time=2026-12-01T10:00:00",
        "timezone=Europe/Berlin",
        "duration=long",
        "--json",
    ]);
    refused(&done, 3, "input.invalid", "duration");
}

#[test]
fn a_scope_that_was_not_granted_is_named() {
    let context = TestContext::new();
    let done = context.connect_with("narrow", "ada@emulator.test", "allow", &["--scopes", "user:read:user"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let done = context.run(&["call", "zoom.recordings.list", "from=2026-01-01", "--json"]);
    refused(&done, 4, "scope-missing", "cloud_recording:read:list_user_recordings");
}

#[test]
fn a_permanent_deletion_is_refused_until_the_policy_allows_it() {
    let context = TestContext::connected();
    let call = |uuid: &str, more: &[&str]| {
        let uuid = format!("meeting={uuid}");
        let call = ["call", "zoom.recordings.delete-permanently", &uuid, "--yes", "--json"];
        context.run(&[&call[..], more].concat())
    };
    refused(&call("TrashedWhole00000000005==", &[]), 1, "refused.policy", "--allow zoom.recordings.delete-permanently");
    let looked = call("TrashedWhole00000000005==", &["--dry-run"]);
    assert!(looked.code == 0 && looked.out.contains("action"), "{}", looked.err);
    let given = call("TrashedWhole00000000005==", &["--allow", "zoom.recordings.delete-permanently"]);
    assert_eq!(given.code, 0, "{}", given.err);
    let policy = r#"{"allow":["zoom.recordings.delete-permanently"]}"#;
    std::fs::write(context.home.path().join("policy.json"), policy).expect("written");
    assert_eq!(call("TrashedNoRoom0000000006==", &[]).code, 0);
}

#[test]
fn a_field_that_is_missing_is_named_before_anybody_is_asked() {
    let context = TestContext::connected();
    let done = context.run(&["call", "zoom.meetings.delete", "id=81234567890", "--json"]);
    refused(&done, 3, "input.invalid", "add meeting=");
}

#[test]
fn a_number_that_was_written_as_text_names_the_sign_that_makes_it_one() {
    let context = TestContext::connected();
    let meeting = ["topic=x", "start_time=2036-12-01T10:00:00", "timezone=Europe/Berlin", "duration=45", "--json"];
    let done = context.run(&[&["call", "zoom.meetings.create"][..], &meeting].concat());
    refused(&done, 3, "input.invalid", "`:=`");
}

#[test]
fn a_declined_consent_is_said_plainly() {
    let context = TestContext::new();
    let done = context.connect_with("work", "ada@emulator.test", "deny", &["--json"]);
    refused(&done, 4, "denied", "not granted");
    assert_eq!(context.json(&["connection", "list", "--json"]), serde_json::json!([]));
}

#[test]
fn a_grant_that_was_taken_away_asks_to_reconnect_and_keeps_the_connection() {
    let context = TestContext::connected();
    // A second consent of the same user ends the first grant, as at Zoom.
    let second = context.connect_with("second", "ada@emulator.test", "allow", &["--replace"]);
    assert_eq!(second.code, 0, "{}", second.err);
    let done = context.run(&["call", "zoom.users.me", "--connection", "work", "--json"]);
    assert_eq!(done.code, 4, "{}", done.err);
    assert!(done.err.contains("take over with: switchboard connection reconnect work --replace"), "{}", done.err);
    let rows = context.json(&["connection", "list", "--json"]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "nothing is deleted: {rows}");
    assert_eq!(
        context.json(&["call", "zoom.users.me", "--connection", "second", "--json"])["email"],
        "ada@emulator.test"
    );
}

#[test]
fn an_address_of_this_machine_where_nothing_listens_is_named() {
    let context = TestContext::new();
    // taken and given back: nobody listens there now
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (api, oauth) = (format!("http://127.0.0.1:{port}/v2"), format!("http://127.0.0.1:{port}/oauth"));
    let connect = ["connect", "me", "--token", "-", "--api-base", &api, "--oauth-base", &oauth, "--json"];
    let done = context.run_with(&connect, "a-pasted-token");
    refused(&done, 6, "unreachable", &format!("nothing answers at http://127.0.0.1:{port}"));
    assert_eq!(context.json(&["connection", "list", "--json"]), serde_json::json!([]));
}

#[test]
fn a_dead_service_is_an_outage_and_not_a_mistake() {
    let context = TestContext::connected();
    let TestContext { emulator, home, .. } = &context;
    let port: u16 = url::Url::parse(&emulator.api_base()).unwrap().port().unwrap();
    switchboard_tests::context::http("POST", port, "/_emulator/faults", r#"{"kind":"drop","count":20}"#);
    let done = context.run(&["call", "zoom.users.me", "--json"]);
    assert_eq!(done.code, 6, "{} {}", done.err, home.path().display());
}

#[test]
fn every_mistake_of_a_document_has_its_place() {
    let context = TestContext::new();
    let file = context.home.path().join("bad.json");
    let text = r#"{
  "automation": "1", "id": "bad", "version": "1", "title": "Bad",
  "connections": { "zoom": { "type": "zoom" } },
  "steps": [
    { "id": "a", "use": "zoom.users.mee", "connection": "zoom", "with": {} },
    { "id": "b", "use": "zoom.meetings.get", "connection": "zoom", "with": { "meeting": "${{ steps.nowhere.id }}", "extra": 1 } },
    { "id": "c", "use": "zoom.users.me", "connection": "zoom", "with": {}, "retries": 3 },
    { "id": "d", "set": { "x": "${{ 1 + }}" } }
  ]
}"#;
    std::fs::write(&file, text).unwrap();
    let done = context.run(&["check", file.to_str().unwrap(), "--json"]);
    assert_eq!(done.code, 3, "{}", done.err);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    for (line, says) in [(5, "zoom.users.me"), (6, "nowhere"), (6, "extra"), (7, "retries"), (8, "expected expression")]
    {
        let found = report[0]["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d["line"] == line && d.to_string().contains(says));
        assert!(found, "line {line}, {says}: {report:#}");
    }
}

#[test]
fn a_run_with_a_failing_step_keeps_what_happened() {
    let context = TestContext::connected();
    let file = context.home.path().join("gone.json");
    let text = r#"{ "automation": "1", "id": "gone", "version": "1", "title": "Gone", "connections": { "zoom": { "type": "zoom" } },
      "steps": [ { "id": "me", "use": "zoom.users.me", "connection": "zoom", "with": {} },
                 { "id": "gone", "use": "zoom.meetings.get", "connection": "zoom", "with": { "meeting": "99999999999" } } ] }"#;
    std::fs::write(&file, text).unwrap();
    let done = context.run(&["run", file.to_str().unwrap(), "--json"]);
    assert_eq!(done.code, 5, "{}", done.err);
    let runs = context.json(&["runs", "list", "--json"]);
    assert_eq!(runs[0]["state"], "failed", "{runs}");
    let run = context.json(&["runs", "show", runs[0]["id"].as_str().unwrap(), "--json"]);
    let states: Vec<&Value> = run["steps"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["succeeded", "failed"]);
}

#[test]
fn a_time_limit_of_any_length_is_taken() {
    let context = TestContext::connected();
    let done = context.run(&["call", "zoom.users.me", "--timeout", "9223372036854775807s"]);
    assert_eq!(done.code, 0, "{}", done.err);
}
