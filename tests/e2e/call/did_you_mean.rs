//! Slips of the hand, and much to say: near names, everything that is missing at once, and few lines where many would hide
//! what matters.

use serde_json::{Value, json};
use switchboard_manifest::Manifest;
use switchboard_tests::context::{CommandOutput, TestContext};

#[track_caller]
fn slipped(done: &CommandOutput, exit: i32, code: &str, says: &[&str]) {
    let error = TestContext::error(done);
    assert_eq!((done.code, &error["code"]), (exit, &json!(code)), "{error}");
    let all = format!("{} {}", error["message"], error["fix"]);
    says.iter().for_each(|part| assert!(all.contains(part), "{part}: {all}"));
}

#[test]
fn a_mistyped_label_run_field_or_event_gets_the_nearest() {
    let context = TestContext::connected();
    context.list_recordings();
    let run = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    for command in [
        &["call", "zoom.users.me", "-c", "wrok"][..],
        &["connection", "show", "wrok"],
        &["connection", "test", "wrok"],
        &["connection", "disconnect", "wrok", "--yes"],
        &["connection", "rename", "wrok", "main"],
        &["doctor", "wrok"],
    ] {
        slipped(&context.run(&[command, &["--json"]].concat()), 2, "not-found", &["did you mean `work`?"]);
    }
    let far = context.run(&["connection", "show", "payroll", "--json"]);
    slipped(&far, 2, "not-found", &["no connection called `payroll`", "connection list"]);
    assert!(!far.err.contains("did you mean"), "{}", far.err);
    let last = if run.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &run[..run.len() - 1]);
    slipped(&context.run(&["runs", "show", &wrong, "--json"]), 2, "not-found", &[&format!("did you mean `{run}`?")]);
    for event in ["meeting.craeted", "zoom.meeting.craeted"] {
        slipped(
            &context.run(&["event", "show", event, "--json"]),
            2,
            "event.unknown",
            &["did you mean `zoom.meeting.created`?"],
        );
    }
    let field = context.run(&["call", "zoom.meetings.create", "topic=x", "durration:=5", "--json"]);
    slipped(&field, 3, "input.invalid", &["unknown field `durration`", "did you mean `duration`?"]);
    assert_eq!(TestContext::error(&field)["pointer"], "/durration");
}

#[test]
fn of_all_activities_and_events_the_one_that_was_meant_is_named() {
    let text = std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&text).unwrap();
    for (wrong, meant) in [
        ("zoom.meetings.craete", Some("zoom.meetings.create")),
        ("meetings.create", Some("zoom.meetings.create")),
        ("Zoom.Meetings.Delete", Some("zoom.meetings.delete")),
        ("zoom.user.me", Some("zoom.users.me")),
        ("zoom.recordings.lst", Some("zoom.recordings.list")),
        ("zoom.recording.get", Some("zoom.recordings.get")),
        ("zoom.group.list", Some("zoom.groups.list")),
        ("zoom.payroll.run", None),
        ("payroll", None),
        ("zoom.x", None),
        ("zoom.", None),
        ("zoom", None),
        ("", None),
    ] {
        assert_eq!(manifest.nearest(wrong).as_deref(), meant, "{wrong}");
    }
    let event = |wrong: &str| manifest.nearest_event(wrong);
    assert_eq!(event("meeting.craeted").as_deref(), Some("zoom.meeting.created"));
    assert_eq!(event("zoom.recording.complete").as_deref(), Some("zoom.recording.completed"));
    assert_eq!(event("zoom.payroll"), None);
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let context = TestContext::connected();
    let missing = context.run(&["call", "zoom.registrants.get", "--json"]);
    let schema = context.json(&["activity", "schema", "zoom.registrants.get"]);
    let required: Vec<String> =
        schema["required"].as_array().unwrap().iter().map(|name| format!("`{}`", name.as_str().unwrap())).collect();
    assert!(required.len() > 1, "{schema}");
    slipped(&missing, 3, "input.invalid", &required.iter().map(String::as_str).collect::<Vec<_>>());
    let both = context.run(&["call", "zoom.users.create", "emial=x", "--json"]);
    slipped(&both, 3, "input.invalid", &["unknown field `emial`", "did you mean `email`?", "missing: "]);
    let file = TestContext::file("manifests/automations/schedule-meeting.json");
    let run = context.run(&["run", file.to_str().unwrap(), "--json"]);
    slipped(&run, 3, "input", &["missing input: `topic`", "missing input: `start_time`", "missing input: `timezone`"]);
    assert_eq!(context.json(&["runs", "list", "--json"]), json!([]), "no run was begun");
}

#[test]
fn lists_are_narrowed_by_a_word() {
    let context = TestContext::new();
    for (command, key, word) in [("activity", "activity", "POLLS"), ("event", "event", "recording")] {
        let all = context.json(&[command, "list", "--json"]);
        let some = context.json(&[command, "list", word, "--json"]);
        let (all, some) = (all.as_array().unwrap(), some.as_array().unwrap());
        assert!(!some.is_empty() && some.len() < all.len() / 2, "{command}: {} of {}", some.len(), all.len());
        let expected: Vec<&Value> =
            all.iter().filter(|row| row[key].as_str().unwrap().contains(&word.to_lowercase())).collect();
        assert!(expected.iter().all(|row| some.contains(row)), "{command}");
        let table = context.run(&[command, "list", word]);
        assert_eq!(table.out.lines().count(), some.len() + 1, "{}", table.out);
        let none = context.run(&[command, "list", "payroll"]);
        assert!(none.code == 0 && none.out.is_empty() && none.err.contains("`payroll`"), "{}{}", none.out, none.err);
        assert_eq!(context.json(&[command, "list", "payroll", "--json"]), json!([]));
    }
}

#[test]
fn a_run_is_shown_in_words_and_its_failure_with_place_and_fix() {
    let context = TestContext::connected();
    context.list_recordings();
    let id = |at: usize| context.json(&["runs", "list", "--json"])[at]["id"].as_str().unwrap().to_owned();
    let good = context.run(&["runs", "show", &id(0)]).out;
    assert!(!good.contains('{'), "no JSON: {good}");
    let lines: Vec<&str> = good.lines().map(str::trim_end).collect();
    for line in ["inputs", "from  2026-01-01", "steps", "outputs", "complete  true"] {
        assert!(lines.contains(&line), "{line}: {good}");
    }
    let file = context.home.path().join("gone.json");
    let text = r#"{ "automation": "1", "id": "gone", "version": "1", "title": "Gone", "connections": { "zoom": { "type": "zoom" } },
      "steps": [ { "id": "gone", "use": "zoom.meetings.get", "connection": "zoom", "with": { "meeting": "99999999999" } } ] }"#;
    std::fs::write(&file, text).unwrap();
    assert_eq!(context.run(&["run", file.to_str().unwrap()]).code, 5);
    let bad = context.run(&["runs", "show", &id(0)]).out;
    assert!(bad.contains("error[not-found]: step `gone`: ") && bad.contains("gone.json:2:"), "{bad}");
    assert!(!bad.contains("\"family\""), "no JSON of the error: {bad}");
    let program = context.json(&["runs", "show", &id(0), "--json"]);
    assert_eq!((&program["error"]["code"], &program["error"]["family"]), (&json!("not-found"), &json!("problem")));
}

#[test]
fn connecting_counts_what_would_fill_the_screen_and_says_where_it_is_listed() {
    let context = TestContext::new();
    let done = context.connect_with("work", "ada@emulator.test", "allow", &[]);
    assert_eq!(done.code, 0, "{}", done.err);
    let notes: Vec<&str> = done.err.lines().filter(|line| line.starts_with("! ")).collect();
    assert!(
        notes.len() == 1
            && notes[0].contains("activities will not work")
            && notes[0].contains("switchboard doctor work"),
        "{notes:?}"
    );
    assert!(done.err.contains("scopes; switchboard connection show work lists them"), "{}", done.err);
    let named = context.run(&["doctor", "work"]).out;
    assert!(named.contains("zoom.users.list"), "as promised: {named}");
    assert!(context.run(&["connection", "show", "work"]).out.contains("meeting:write:meeting"));

    let few = ["--for", "zoom.users.me", "--for", "zoom.users.list", "--for", "zoom.meetings.list"];
    let done = context.connect_with("few", "grace@emulator.test", "allow", &few);
    assert!(done.err.contains("! zoom.users.list will not work"), "few are named: {}", done.err);
    // In the order that the service names them, which is any.
    let granted = done.err.lines().find_map(|line| line.strip_prefix("granted: ")).unwrap();
    let mut granted: Vec<&str> = granted.split(' ').collect();
    granted.sort_unstable();
    assert_eq!(granted, ["meeting:read:list_meetings", "user:read:user"]);
    // Programs get all of it as before.
    let out = context.connect_with("all", "alan@emulator.test", "allow", &["--json"]).out;
    let out: Value = serde_json::from_str(&out).unwrap();
    let (lacking, warnings) = (out["will_not_work"].as_array().unwrap(), out["warnings"].as_array().unwrap());
    assert!(lacking.len() > 5 && warnings.len() == lacking.len(), "{} {}", lacking.len(), warnings.len());
}

#[test]
fn a_pasted_token_says_that_its_scopes_are_not_known() {
    let context = TestContext::new();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let connect = ["connect", "lab", "--token", "-", "--api-base", &api, "--oauth-base", &oauth];
    let done = context.run_with(&connect, &token);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("granted: unknown (the service sent no scopes)"), "{}", done.err);
}

#[test]
fn the_doctor_of_an_empty_home_names_the_first_step() {
    let context = TestContext::new();
    let found = context.run(&["doctor"]);
    assert!(found.code == 0 && found.out.contains("nothing is connected yet"), "{}", found.out);
    assert!(
        found.out.contains("switchboard try") && found.out.contains("switchboard connect --guide byo"),
        "{}",
        found.out
    );
    context.connect("work", "ada@emulator.test");
    assert!(!context.run(&["doctor"]).out.contains("nothing is connected"));
}

#[test]
fn a_web_page_in_place_of_data_is_said_to_be_one() {
    let context = TestContext::connected();
    context.ask("POST", "/_emulator/faults", &json!({"kind": "html", "status": 200, "operation": "GET users/*"}));
    let done = context.run(&["call", "zoom.users.me", "--json"]);
    slipped(&done, 5, "unexpected-answer", &["web page", "proxy", "status.zoom.us"]);
}

#[test]
fn the_emulator_is_steered_with_the_same_care() {
    let context = TestContext::new();
    let port = context.port().to_string();
    let steer = |words: &[&str]| context.run(&[&["emulator"][..], words, &["--port", &port]].concat());
    let slip = steer(&["fault", "status", "status=429", "vriant=daily", "--json"]);
    slipped(&slip, 2, "usage", &["did you mean `variant`?"]);
    let done = steer(&["fault", "status", "status=429", "variant=daily"]);
    assert!(done.code == 0 && done.err.contains("status waits for the next request"), "{}", done.err);
    assert!(steer(&["fault", "clear"]).err.contains("no fault waits"));
    slipped(&steer(&["clock", "soon", "--json"]), 2, "usage", &["90s, 20m, 3h or 2d"]);
    let nobody = context.run(&["emulator", "reset", "--port", "9", "--json"]);
    slipped(&nobody, 1, "emulator", &["no emulator at 127.0.0.1:9"]);
}
