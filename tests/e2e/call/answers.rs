//! Answers that prove nothing, run through the command: no connection ends by a page, no list hides its gap, nothing empty is sent.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

fn fault(context: &TestContext, fault: &Value) {
    assert_eq!(context.ask("POST", "/_emulator/faults", fault).0, 200, "{fault}");
}

fn forget_faults(context: &TestContext) {
    assert!(context.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);
}

#[test]
fn a_page_with_401_ends_no_pasted_connection() {
    let context = TestContext::new();
    let (at, token) = (context.addresses(), context.emulator.issue_token("alan@emulator.test").unwrap());
    let connect = [&["connect", "lab", "--token", "-"][..], &at.each_ref().map(String::as_str)].concat();
    assert_eq!(context.run_with(&connect, &token).code, 0);
    for status in [401, 403, 404, 407] {
        fault(&context, &json!({"kind": "html", "status": status, "path": "/v2/", "count": 0}));
        for command in [&["call", "zoom.users.me", "-c", "lab"][..], &["connection", "test", "lab"]] {
            let error = TestContext::error(&context.run(&[command, &["--json"]].concat()));
            assert_eq!(error["code"], "unexpected-answer", "{status}: {error}");
        }
        forget_faults(&context);
        let shown = context.json(&["connection", "show", "lab", "--json"]);
        assert_eq!(shown["state"], "active", "{status}: {shown}");
        assert_eq!(context.json(&["call", "zoom.users.me", "-c", "lab", "--json"])["email"], "alan@emulator.test");
    }
}

fn answer(context: &TestContext, body: &Value) {
    let answer = json!({"kind": "text", "status": 200, "body": body.to_string(), "content_type": "application/json",
        "path": "/v2/", "count": 0});
    fault(context, &answer);
}

#[test]
fn answer_about_another_user_is_refused() {
    let context = TestContext::connected();
    answer(&context, &json!({"id": "u-other", "email": "eve@emulator.test", "type": 2, "status": "active"}));
    for user in ["ada@emulator.test", "u-ada"] {
        let error = TestContext::error(&context.run(&["call", "zoom.users.get", &format!("user={user}"), "--json"]));
        assert_eq!(error["code"], "unexpected-answer", "{error}");
        assert_eq!(error["details"]["asked"], user, "{error}");
    }
}

#[test]
fn write_with_a_foreign_answer_has_an_unknown_outcome() {
    let context = TestContext::connected();
    answer(&context, &json!({"ok": true}));
    let call = ["call", "zoom.meetings.delete", "meeting=81234500001", "--yes", "--json"];
    let error = TestContext::error(&context.run(&call));
    assert_eq!((&error["code"], &error["not_sent"]), (&json!("unexpected-answer"), &json!(false)), "{error}");
}

#[test]
fn a_list_that_never_ends_is_given_with_its_reason() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "pages", "lie": "endless", "path": "/meetings", "count": 0}));
    let list = context.json(&["call", "zoom.meetings.list", "--json"]);
    assert!(!list["meetings"].as_array().unwrap().is_empty(), "{list}");
    assert_eq!(list["coverage"]["reason"], "page-token", "{list}");
    assert!(context.requests().len() < 30);
}

#[test]
fn an_empty_occurrence_deletes_nothing() {
    let context = TestContext::connected();
    let before = context.requests().len();
    let call = ["call", "zoom.meetings.delete", "meeting=81234500001", "occurrence_id=", "--yes", "--json"];
    let done = context.run(&call);
    let error = TestContext::error(&done);
    assert_eq!((done.code, &error["pointer"]), (3, &json!("/occurrence_id")), "{error}");
    assert_eq!(context.requests().len(), before, "nothing was sent");
}

#[test]
fn a_series_that_the_service_shortens_is_reported() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "shorten", "occurrences": 3, "path": "/meetings"}));
    let recurrence = r#"recurrence:={"every":"daily","occurrences":4}"#;
    let saved = context.json(&[
        "call",
        "zoom.meetings.create",
        "topic=x",
        "kind=recurring",
        "start_time=2031-03-26T10:00:00",
        "timezone=Europe/Berlin",
        recurrence,
        "--json",
    ]);
    let adjusted = json!([{"field": "/recurrence/occurrences", "asked": "4", "stored": "3"}]);
    assert_eq!(saved["adjusted"], adjusted, "{saved}");
}

#[test]
fn one_command_explains_every_problem_code() {
    let context = TestContext::new();
    let list = context.json(&["error", "list", "--json"]);
    for part in ["problems", "service_codes"] {
        assert!(list[part].as_array().unwrap().len() > 20, "{part}");
        for row in list[part].as_array().unwrap() {
            assert!(!row["cause"].as_str().unwrap().is_empty(), "{row}");
        }
    }
    let text = context.run(&["error", "list", "3301"]).out;
    assert!(text.starts_with("Zoom 3301: recording-not-ready-or-none\n  cause: "), "{text}");
    assert!(text.contains("\n  fix: "), "the fix of the problem, where the service's code has none: {text}");
    assert!(context.run(&["error", "list", "refused.host"]).out.contains("\n  fix: "));
    for json in [&[][..], &["--json"]] {
        let unknown = context.run(&[&["error", "list", "not-fond"], json].concat());
        assert_eq!(unknown.code, 2, "{}", unknown.out);
        assert!(unknown.err.contains("did you mean `not-found`?"), "{}", unknown.err);
    }
}
