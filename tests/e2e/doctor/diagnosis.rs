//! What is wrong is recognised by its most exact sign, and the steps fit the case.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

const GRACE: &str = "grace@emulator.test";

/// The remedy of the page that says `words`.
fn seen(context: &TestContext, words: &str) -> String {
    let done = context.run(&["doctor", "--seen", words, "--json"]);
    let found: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{words}: {}", done.err));
    found[0]["remedy"]["id"].as_str().unwrap().to_owned()
}

/// What the doctor finds wrong.
fn wrong(context: &TestContext, more: &[&str]) -> Vec<Value> {
    context.findings(more).into_iter().filter(|one| one["ok"] == false).collect()
}

fn message(context: &TestContext, more: &[&str]) -> CommandOutput {
    context.run(&[&["doctor", "--message"][..], more].concat())
}

#[test]
fn of_a_whole_page_the_number_or_else_the_longest_words_decide() {
    let context = TestContext::new();
    for (page, id) in [
        ("You cannot authorize Switchboard. The app has been disabled (4,717)", "app-not-active"),
        ("Cannot authorize. An account admin is required to install this type of app", "admin-only-app"),
        (
            "Cannot authorize. You cannot authorize Switchboard. Your account requires pre-approval",
            "needs-pre-approval",
        ),
        ("You cannot authorize Switchboard. It is not approved for all users.", "approve-for-all-off"),
        ("No such user can sign in", "user-deactivated"),
        ("Error 1001", "user-deactivated"),
        ("The owner of the token does not exist (4,735)", "user-deactivated"),
        ("4735", "user-deactivated"),
        ("4741", "replaced"),
    ] {
        assert_eq!(seen(&context, page), id, "{page}");
    }
    let page = context.run(&["doctor", "--seen", "switchboard-demo is disabled"]);
    assert!(page.out.contains("choose the app") && !page.out.contains("the app the app"), "{}", page.out);
}

#[test]
fn an_app_that_was_switched_off_is_named_for_a_connection_that_works_no_more() {
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    context.approval(&json!({"apps": {"switchboard-server": {"active": false}}}));
    context.ask("POST", "/_emulator/faults", &json!({"kind": "token-death"}));
    let found = wrong(&context, &["nightly"]);
    assert_eq!(found[0]["remedy"]["id"], "app-not-active", "{found:?}");
    let asked = message(&context, &["nightly"]);
    assert!(asked.code == 0 && asked.out.contains("Activate your app"), "{}{}", asked.out, asked.err);
}

#[test]
fn credentials_that_no_longer_hold_are_named_for_a_connection_that_works_no_more() {
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    context.ask("POST", "/_emulator/faults", &json!({"kind": "token-death"}));
    let refusal = json!({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}).to_string();
    let fault = json!({"kind": "text", "status": 400, "path": "/oauth/token", "count": 0, "body": refusal,
        "content_type": "application/json"});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200);
    let found = wrong(&context, &["nightly"]);
    assert_eq!(found[0]["remedy"]["id"], "credentials-wrong", "{found:?}");
}

#[test]
fn a_user_who_was_deactivated_is_found_before_and_after_the_token_ends() {
    let context = TestContext::new();
    context.connect("work", GRACE);
    context.approval(&json!({"users": {GRACE: "inactive"}}));
    let before = wrong(&context, &["work"]);
    assert_eq!(before[0]["remedy"]["id"], "user-deactivated", "{before:?}");
    context.ask("POST", "/_emulator/faults", &json!({"kind": "token-death"}));
    // Once by the very question, and once by what is kept.
    for _ in 0..2 {
        let after = wrong(&context, &["work"]);
        assert_eq!(after[0]["remedy"]["id"], "user-deactivated", "{after:?}");
    }
    let asked = message(&context, &["work"]);
    assert!(asked.out.contains(GRACE) && asked.out.contains("activates the user"), "{}{}", asked.out, asked.err);
}

#[test]
fn a_grant_that_zoom_has_yet_to_take_back_is_told_also_by_the_name_it_had() {
    let context = TestContext::connected();
    context.connect("grace", GRACE);
    let down = json!({"kind": "error", "status": 503, "code": 0, "message": "x", "path": "/oauth/revoke", "count": 0});
    assert_eq!(context.ask("POST", "/_emulator/faults", &down).0, 200);
    let gone = context.run(&["connection", "disconnect", "grace", "--yes"]);
    assert!(gone.err.contains("the grant was not revoked"), "{}", gone.err);
    for arguments in [&[][..], &["grace"]] {
        let found = context.findings(arguments);
        let told = found.iter().find(|one| one["about"] == "grace").unwrap_or_else(|| panic!("{found:?}"));
        assert!(told["text"].as_str().unwrap().contains("is not revoked yet"), "{told}");
    }
    assert_eq!(context.run(&["doctor"]).code, 0, "no present connection suffers by it");
    assert_eq!(context.run(&["doctor", "nobody"]).code, 2);
}

#[test]
fn a_sign_in_that_was_stopped_is_no_trouble_of_the_connections_there_are() {
    let context = TestContext::connected();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("never", &client, &secret);
    let mut child = context.piped(&own.with(&["--no-open", "--redirect-port", "0"]));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    said.find(|line| line.contains("waiting five minutes")).unwrap();
    said.next();
    std::thread::sleep(std::time::Duration::from_millis(200));
    child.kill().unwrap();
    child.wait().unwrap();
    let found = context.findings(&[]);
    let attempt = found.iter().find(|one| one["about"] == "last attempt").unwrap_or_else(|| panic!("{found:?}"));
    assert!(attempt["text"].as_str().unwrap().contains("`never` was not connected"), "{attempt}");
    assert_eq!(context.run(&["doctor"]).code, 0, "{found:?}");
}

#[test]
fn an_app_of_another_kind_than_the_way_that_was_chosen_is_named() {
    let context = TestContext::new();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("far", &client, &secret);
    let refused = json!({"reason": "Device flow is not enabled", "error": "unauthorized_client"}).to_string();
    let fault = json!({"kind": "text", "status": 400, "path": "/oauth/devicecode", "count": 0, "body": refused,
        "content_type": "application/json"});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200);
    let told = TestContext::error(&context.run(&own.with(&["--device", "--json"])));
    assert_eq!(told["remedy"]["id"], "device-not-allowed", "{told}");

    let (account, _, _) = context.emulator.server_to_server();
    let told = TestContext::error(&context.run(&own.with(&["--account-id", &account, "--json"])));
    assert_eq!(told["remedy"]["id"], "not-server-to-server", "{told}");
}

/// What a flag asks is not left out because another asks for something else.
#[test]
fn flags_that_contradict_each_other_are_refused() {
    let context = TestContext::new();
    let webhook = ["--event", "message", "--event-secret-file", "secret"];
    for (first, second) in [
        (&["--seen", "4700"][..], &webhook[..]),
        (&["work"], &["--seen", "4700"]),
        (&["--connection", "work"], &["--seen", "4700"]),
        (&["work"], &webhook),
        (&["--connection", "work"], &webhook),
    ] {
        let done = context.run(&[&["doctor"], first, second].concat());
        assert_eq!(done.code, 2, "{first:?} {second:?}: {}", done.err);
        assert!(done.err.contains("cannot be used with"), "{first:?} {second:?}: {}", done.err);
    }
}

/// What a connection was made for is not read as "everything" where it cannot be read, and the doctor goes on.
#[test]
fn unreadable_choice_is_a_finding_and_no_free_choice() {
    let context = TestContext::connected();
    let id = context.json(&["connection", "show", "work", "--json"])["id"].as_str().unwrap().to_owned();
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    store.set_requested_access(&id, &json!({"scopes": 7})).unwrap();
    for words in [&["connection", "show", "work", "--json"][..], &["connection", "reconnect", "work", "--json"]] {
        let error = TestContext::error(&context.run(words));
        assert!(error["message"].as_str().unwrap().contains("requested_access"), "{words:?}: {error}");
    }
    let findings = context.run(&["doctor", "--json"]);
    assert_eq!(findings.code, 1, "{}", findings.err);
    assert!(
        findings.out.contains("requested_access") && findings.out.contains("ada@emulator.test"),
        "{}",
        findings.out
    );
}

/// One row that cannot be read does not hide what else was found.
#[test]
fn unreadable_connection_does_not_end_the_diagnosis() {
    let context = TestContext::connected();
    let id = context.json(&["connection", "show", "work", "--json"])["id"].as_str().unwrap().to_owned();
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    store.set_connection_state(&id, "nonsense", None).unwrap();
    let done = context.run(&["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}{}", done.out, done.err));
    let about = |name: &str| findings.iter().filter(|finding| finding["about"] == name).count();
    assert_eq!((done.code, about("store"), about("connector"), about("key")), (1, 2, 1, 1), "{}", done.out);
}
