//! The doctor tells the cause that the command knew, and what is refused is told alike everywhere.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext, landing};

const GRACE: &str = "grace@emulator.test";

fn attempts(context: &TestContext, label: &str) -> Vec<Value> {
    context.findings(&[label]).into_iter().filter(|one| one["about"] == "last attempt").collect()
}

fn fault(context: &TestContext, fault: &Value) {
    assert_eq!(context.ask("POST", "/_emulator/faults", fault).0, 200, "{fault}");
}

#[test]
fn the_doctor_tells_what_the_command_told() {
    for (broken, words) in [
        (json!({"kind": "status", "status": 503, "path": "/users/me", "count": 0}), "server error"),
        (json!({"kind": "drop", "path": "/users/me", "count": 0}), "connection"),
        (
            json!({"kind": "text", "status": 200, "path": "/users/me", "count": 0, "body": "<html>a page</html>",
            "content_type": "text/html"}),
            "page",
        ),
        (json!({"kind": "status", "status": 503, "path": "/oauth/token", "count": 0}), "503"),
    ] {
        let context = TestContext::new();
        fault(&context, &broken);
        let done = context.connect_with("g", GRACE, "allow", &["--json"]);
        let error = TestContext::error(&done);
        let found = attempts(&context, "g");
        let text = found[0]["text"].as_str().unwrap();
        assert!(text.contains(error["message"].as_str().unwrap()) && text.contains(words), "{text} {error}");
        assert!(!text.contains("no answer came"), "{text}");
        assert!(found[0]["fix"].as_str().unwrap().contains("switchboard connect g --client-id"), "{found:?}");
    }
}

/// A sign-in that waits, and the lines it says.
fn waiting(context: &TestContext, more: &[&str], until: &str) -> std::process::Child {
    let (client, secret) = context.emulator.app();
    let own = context.own_app("g", &client, &secret);
    let mut child = context.piped(&own.with(more));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    said.find(|line| line.contains(until)).unwrap();
    child
}

#[test]
fn a_sign_in_that_still_waits_elsewhere_has_not_failed() {
    let context = TestContext::connected();
    for (more, until) in
        [(&["--no-open", "--redirect-port", "0"][..], "waiting five minutes"), (&["--device"], "and enter the code")]
    {
        let mut child = waiting(&context, more, until);
        let found = attempts(&context, "g");
        let text = found[0]["text"].as_str().unwrap();
        assert!(found[0]["state"] == "note" && text.contains("another sign-in waits"), "{found:?}");
        assert!(!text.contains("was not connected"), "{text}");
        child.kill().unwrap();
        child.wait().unwrap();
        let found = attempts(&context, "g");
        assert!(found[0]["text"].as_str().unwrap().contains("no answer came"), "{more:?}: {found:?}");
        assert_eq!(context.run(&["doctor", "--dismiss", "g"]).code, 0);
    }
}

#[test]
fn a_lost_answer_is_told_as_that_and_as_nothing_else() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "token-death"}));
    fault(&context, &json!({"kind": "drop", "after": true, "path": "/oauth/token"}));
    let call = ["call", "zoom.users.me", "-c", "work", "--json"];
    assert_ne!(context.run(&call).code, 0, "the answer is lost");
    assert_eq!(TestContext::error(&context.run(&call))["code"], "needs-reconnect");
    let found: Vec<Value> = context.findings(&["work"]).into_iter().filter(|one| one["ok"] == false).collect();
    assert_eq!(found[0]["remedy"]["id"], "answer-lost", "{found:?}");
    let text = found[0].to_string();
    for wrong in ["revoked the grant", "90 days", "removed at Zoom"] {
        assert!(!text.contains(wrong), "{text}");
    }
    assert!(text.contains("switchboard connection reconnect work"), "{text}");
}

#[test]
fn what_a_server_to_server_app_is_refused_for_is_not_contradicted() {
    let context = TestContext::new();
    let (account, client, secret) = context.emulator.server_to_server();
    let refused = |done: &CommandOutput, id: &str, fix: &str| {
        let error = TestContext::error(done);
        assert_eq!(error["remedy"]["id"], id, "{error}");
        for part in ["redirect", "check the app's credentials", "check the client id"] {
            assert!(!format!("{} {}", error["message"], error["fix"]).contains(part), "{part}: {error}");
        }
        assert!(error["fix"].as_str().unwrap().contains(fix), "{error}");
        done.code
    };
    let wrong = context.server_to_server("s", "NoSuchAccount", &client, &secret);
    assert_eq!(refused(&wrong, "account-id-wrong", "Copy the Account ID"), 5);
    let kind = context.server_to_server("s", &account, "switchboard-classic", "classic-secret-not-a-secret");
    assert_eq!(refused(&kind, "not-server-to-server", "switchboard connect s --client-id switchboard-classic"), 5);
    context
        .approval(&json!({"apps": {"switchboard-server": {"active": false}, "switchboard-demo": {"active": false}}}));
    let inactive = context.server_to_server("s", &account, &client, &secret);
    let code = refused(&inactive, "app-not-active", "The app is not activated");
    let browser = context.connect_app("b", context.emulator.app(), &[], |page| landing(page, GRACE, "allow"));
    assert_eq!((code, browser.code), (4, 4), "{}", browser.err);
}

#[test]
fn a_call_that_somebody_else_must_mend_says_who_and_how() {
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    context.connect("work", GRACE);
    context.approval(&json!({"apps": {"switchboard-server": {"active": false}}, "users": {GRACE: "inactive"}}));
    fault(&context, &json!({"kind": "token-death"}));
    for (label, id, fix) in
        [("nightly", "app-not-active", "not activated"), ("work", "user-deactivated", "activates the user")]
    {
        for command in
            [&["call", "zoom.users.get", "user=ada@emulator.test", "-c", label][..], &["connection", "test", label]]
        {
            let done = context.run(&[command, &["--json"]].concat());
            let error = TestContext::error(&done);
            assert_eq!((done.code, &error["remedy"]["id"]), (4, &json!(id)), "{error}");
            assert!(error["fix"].as_str().unwrap().contains(fix), "{error}");
        }
    }
}
