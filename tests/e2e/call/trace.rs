//! What a trace tells of signing in, secrets that come in by a wrong way, and addresses that are pasted wrongly.

use serde_json::json;
use switchboard_tests::context::{TestContext, landing};

#[test]
fn every_request_to_the_sign_in_service_has_its_line_in_a_trace() {
    let context = TestContext::new();
    let done = context.connect_with("work", "ada@emulator.test", "allow", &["--trace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let lines = |err: &str, path: &str| {
        let address = format!("(sign-in)  POST   {}{path} 200", context.emulator.oauth_base());
        err.lines().filter(|line| line.starts_with(&address) && line.ends_with(" ms")).count()
    };
    assert_eq!(lines(&done.err, "/token"), 1, "the code: {}", done.err);
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200})).0 < 300);
    let call = context.run(&["call", "zoom.users.me", "--json", "--trace"]);
    assert_eq!((call.code, lines(&call.err, "/token")), (0, 1), "the renewal: {}", call.err);
    let gone = context.run(&["connection", "disconnect", "work", "--yes", "--trace"]);
    assert!(lines(&gone.err, "/revoke") > 0, "{}", gone.err);
}

#[test]
fn a_token_in_the_arguments_is_refused_and_not_repeated() {
    let context = TestContext::new();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let service = ["--api-base", &api, "--oauth-base", &oauth, "--json"];
    // Not the real one: what a process is started with is searched too.
    let typed = context.run_with(&[&["connect", "lab", "--token", "typed-by-mistake"][..], &service].concat(), &token);
    let told = TestContext::error(&typed);
    assert_eq!(typed.code, 2, "{told}");
    assert!(told["message"].as_str().unwrap().contains("arguments") && !typed.err.contains("typed-by"), "{told}");
    assert_eq!(context.json(&["connection", "list", "--json"]), json!([]));

    let connect = [&["connect", "lab", "--token", "-"][..], &service].concat();
    let none = TestContext::error(&context.run_with(&connect, ""));
    assert!(
        none["fix"].as_str().unwrap().contains(&format!("{} < FILE", connect[..connect.len() - 1].join(" "))),
        "{none}"
    );
    assert_eq!(context.run_with(&connect, &token).code, 0);
    let none = TestContext::error(&context.run_with(&["connection", "reconnect", "lab", "--json"], ""));
    assert!(none["fix"].as_str().unwrap().contains("switchboard connection reconnect lab --token - < FILE"), "{none}");
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    assert_eq!(context.run_with(&["connection", "reconnect", "lab", "--json"], &token).code, 0);
}

#[test]
fn an_address_may_be_pasted_again_and_in_quotes() {
    let context = TestContext::new();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("work", &client, &secret);
    let paste = |browse: &dyn Fn(&str) -> String| context.sign_in_by(&own.with(&["--json"]), browse);
    let done = paste(&|page| {
        let landed = landing(page, "ada@emulator.test", "allow");
        format!("rubbish\nhttps://example.com/elsewhere?code=1\n \"{landed}\" ")
    });
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(done.err.matches("Paste again").count(), 2, "{}", done.err);
    context.json(&["connection", "test", "-c", "work", "--json"]);
    assert_eq!(context.run(&["doctor", "-c", "work"]).code, 0);

    let own = context.own_app("never", &client, &secret);
    let never = context.sign_in_by(&own.with(&["--json"]), |_| "rubbish\n".repeat(9));
    assert_eq!(TestContext::error(&never)["code"], "callback-invalid", "{}", never.err);
    assert_eq!(never.err.matches("Paste again").count(), 5, "{}", never.err);
}
