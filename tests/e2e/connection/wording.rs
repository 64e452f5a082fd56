//! What is said of tokens that do not hold, of connections that have ended, and of what nobody could take back.

use serde_json::json;
use switchboard_tests::context::TestContext;

#[test]
fn disconnecting_says_what_was_not_revoked_and_how_to_end_it() {
    let context = TestContext::new();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let connect = ["connect", "lab", "--token", "-", "--api-base", &api, "--oauth-base", &oauth];
    assert_eq!(context.run_with(&connect, &token).code, 0);
    let shown = context.run(&["connection", "show", "lab"]).out;
    assert!(shown.lines().all(|line| !line.starts_with("hosts.") || line.split_whitespace().count() > 1), "{shown}");
    let gone = context.json(&["connection", "disconnect", "lab", "--yes", "--json"]);
    let note = gone["note"].as_str().unwrap_or_default();
    assert!(gone["revoked"] == false && note.contains("the pasted token works until it expires"), "{gone}");

    context.connect_server_to_server("nightly");
    let gone = context.json(&["connection", "disconnect", "nightly", "--yes", "--json"]);
    let note = gone["note"].as_str().unwrap_or_default();
    assert!(gone["revoked"] == false && note.contains("deactivate the app"), "{gone}");

    context.connect("work", "ada@emulator.test");
    let gone = context.json(&["connection", "disconnect", "work", "--yes", "--json"]);
    assert_eq!((&gone["revoked"], &gone["note"]), (&json!(true), &json!(null)), "{gone}");
}

#[test]
fn a_refused_pasted_token_is_told_apart_from_a_service_that_fails() {
    let context = TestContext::new();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let connect = ["connect", "lab", "--token", "-", "--api-base", &api, "--oauth-base", &oauth, "--json"];
    let told = TestContext::error(&context.run_with(&connect, "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2ln"));
    assert_eq!((&told["code"], &told["remedy"]["id"]), (&json!("token-refused"), &json!("token-refused")), "{told}");
    let remedy = told["remedy"].to_string();
    assert!(remedy.contains("JWT app") && remedy.contains("--guide s2s"), "{told}");
    assert!(!told["message"].as_str().unwrap().contains("just given"), "{told}");
    assert!(!told.to_string().contains("reconnect"), "there is no connection yet: {told}");
    // A service that fails says nothing about the token.
    let down = json!({"kind": "status", "status": 503, "path": "/users/me", "count": 0});
    assert_eq!(context.ask("POST", "/_emulator/faults", &down).0, 200);
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let told = TestContext::error(&context.run_with(&connect, &token));
    assert!(!told.to_string().contains("JWT"), "{told}");
}

#[test]
fn an_ended_connection_has_one_remedy_with_its_label() {
    let context = TestContext::connected();
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 100 * 86_400})).0 < 300);
    for time in ["first", "next"] {
        let done = context.run(&["call", "zoom.users.me", "-c", "work", "--json"]);
        let told = TestContext::error(&done);
        assert_eq!(done.code, 4, "{time}: {told}");
        let all = format!("{} {}", told["message"], told["fix"]);
        assert!(told["fix"].as_str().unwrap_or_default().contains("connection reconnect work"), "{time}: {told}");
        assert!(!all.contains("LABEL") && !all.contains("disconnect it"), "{time}: {told}");
    }
}
