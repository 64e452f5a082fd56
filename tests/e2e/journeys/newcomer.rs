//! What a newcomer does, with the real binary, the real component and the emulator.

use std::path::Path;

use serde_json::json;
use switchboard_tests::context::TestContext;

#[test]
fn the_connected_user_is_known() {
    let context = TestContext::connected();
    let me = context.json(&["call", "zoom.users.me", "--json"]);
    assert_eq!(me["email"], "ada@emulator.test", "{me}");
    let rows = context.json(&["connection", "list", "--json"]);
    assert_eq!(rows[0]["label"], "work", "{rows}");
    assert_eq!(rows[0]["identity"]["email"], "ada@emulator.test");
}

#[test]
fn a_meeting_is_scheduled_read_changed_and_deleted() {
    let context = TestContext::connected();
    let made = context.json(&[
        "call",
        "zoom.meetings.create",
        "topic=Weekly sync",
        "start_time=2026-12-01T10:00:00",
        "timezone=Europe/Berlin",
        "duration:=45",
        "--json",
    ]);
    let made = &made["meeting"];
    let id = made["id"].as_str().expect("ids are text").to_owned();
    assert!(made["join_url"].as_str().unwrap().starts_with("http"), "{made}");
    let meeting = format!("meeting={id}");
    let read = context.json(&["call", "zoom.meetings.get", &meeting, "--json"]);
    assert_eq!((&read["topic"], &read["duration"]), (&json!("Weekly sync"), &json!(45)), "{read}");
    let invitation = context.json(&["call", "zoom.meetings.invitation", &meeting, "--json"]);
    assert!(invitation["text"].as_str().unwrap().contains("Topic: Weekly sync\r\n"), "{invitation}");
    let changed = context.run(&["call", "zoom.meetings.update", &meeting, "topic=Moved", "--json"]);
    assert_eq!(changed.code, 0, "{}", changed.err);
    assert_eq!(context.json(&["call", "zoom.meetings.get", &meeting, "--json"])["topic"], "Moved");
    let refused = context.run(&["call", "zoom.meetings.delete", &meeting, "--json"]);
    assert_eq!(refused.code, 2, "deleting needs a yes: {}", refused.err);
    assert_eq!(context.run(&["call", "zoom.meetings.delete", &meeting, "--yes", "--json"]).code, 0);
    let gone = context.run(&["call", "zoom.meetings.get", &meeting, "--json"]);
    assert_eq!(gone.code, 5, "{}", gone.err);
    assert!(gone.err.contains("not-found"), "{}", gone.err);
}

#[test]
fn a_year_of_recordings_is_listed_completely() {
    let context = TestContext::connected();
    let found = context.json(&["call", "zoom.recordings.list", "from=2026-01-01", "to=2026-11-23", "--json"]);
    let (rows, coverage) = (found["recordings"].as_array().unwrap(), &found["coverage"]);
    assert_eq!(coverage["complete"], true, "{coverage}");
    let mut uuids: Vec<&str> = rows.iter().filter_map(|row| row["meeting_uuid"].as_str()).collect();
    let all = uuids.len();
    uuids.sort_unstable();
    uuids.dedup();
    assert_eq!(uuids.len(), all, "no recording twice");
    let months: std::collections::BTreeSet<&str> =
        rows.iter().filter_map(|row| row["start_time"].as_str()?.get(..7)).collect();
    assert!(months.len() > 1, "more than one month: {months:?}");
    assert!(coverage["pages"].as_u64().unwrap() >= months.len() as u64, "a page for each month: {coverage}");
}

#[test]
fn the_first_automation_schedules_lists_and_keeps_a_proven_file() {
    let context = TestContext::connected();
    let file = TestContext::file("manifests/automations/first-light.json");
    let out = context.json(&["run", file.to_str().unwrap(), "--json"]);
    assert_eq!((&out["who"], &out["complete"]), (&json!("ada@emulator.test"), &json!(true)), "{out}");
    let kept = Path::new(out["path"].as_str().unwrap());
    let kept = if kept.is_absolute() { kept.to_owned() } else { context.home.path().join(kept) };
    let bytes = std::fs::read(&kept).unwrap();
    assert_eq!(out["size"], bytes.len() as u64);
    assert_eq!(&bytes[4..8], b"ftyp", "a real MP4");
    let runs = context.json(&["runs", "list", "--json"]);
    assert_eq!(runs[0]["state"], "succeeded", "{runs}");
    let run = context.json(&["runs", "show", runs[0]["id"].as_str().unwrap(), "--json"]);
    let steps: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|step| step["path"].as_str().unwrap()).collect();
    assert_eq!(steps, ["me", "meeting", "recordings", "file"]);
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let context = TestContext::connected();
    let planned = context.json(&[
        "call",
        "zoom.meetings.create",
        "topic=Look first",
        "start_time=2026-12-01T10:00:00",
        "timezone=Europe/Berlin",
        "--dry-run",
        "--json",
    ]);
    assert_eq!(planned["request"]["method"], "POST", "{planned}");
    assert_eq!(planned["request"]["body"]["topic"], "Look first");
    let meetings = context.json(&["call", "zoom.meetings.list", "--json"]);
    assert!(!meetings.to_string().contains("Look first"), "{meetings}");
}

#[test]
fn every_ready_automation_checks() {
    let context = TestContext::new();
    let folder = TestContext::file("manifests/automations");
    let files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    let mut arguments = vec!["check"];
    arguments.extend(files.iter().map(String::as_str));
    let done = context.run(&arguments);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
}

#[test]
fn an_expired_token_is_renewed_and_the_new_one_survives_the_process() {
    let context = TestContext::connected();
    let (_, _, _) =
        switchboard_tests::context::http("POST", port(&context), "/_emulator/clock", r#"{"advance_s": 4000}"#);
    for _ in 0..2 {
        assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    }
}

fn port(context: &TestContext) -> u16 {
    url::Url::parse(&context.emulator.api_base()).unwrap().port().unwrap()
}
