//! What a trace tells of signing in, secrets that come in by a wrong way, and addresses that are pasted wrongly.

use serde_json::json;
use switchboard_tests::world::{World, landing};

#[test]
fn every_request_to_the_sign_in_service_has_its_line_in_a_trace() {
    let world = World::new();
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--trace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let lines = |err: &str, path: &str| {
        let address = format!("(sign-in)  POST   {}{path} 200", world.emulator.oauth_base());
        err.lines().filter(|line| line.starts_with(&address) && line.ends_with(" ms")).count()
    };
    assert_eq!(lines(&done.err, "/token"), 1, "the code: {}", done.err);
    assert!(world.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200})).0 < 300);
    let call = world.run(&["call", "zoom.users.me", "--json", "--trace"]);
    assert_eq!((call.code, lines(&call.err, "/token")), (0, 1), "the renewal: {}", call.err);
    let gone = world.run(&["connection", "disconnect", "work", "--yes", "--trace"]);
    assert!(lines(&gone.err, "/revoke") > 0, "{}", gone.err);
}

#[test]
fn a_token_in_the_arguments_is_refused_and_not_repeated() {
    let world = World::new();
    let token = world.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    let service = ["--api-base", &api, "--oauth-base", &oauth, "--json"];
    // Not the real one: what a process is started with is searched too.
    let typed = world.run_with(&[&["connect", "lab", "--token", "typed-by-mistake"][..], &service].concat(), &token);
    let told = World::error(&typed);
    assert_eq!(typed.code, 2, "{told}");
    assert!(told["message"].as_str().unwrap().contains("arguments") && !typed.err.contains("typed-by"), "{told}");
    assert_eq!(world.json(&["connection", "list", "--json"]), json!([]));

    let connect = [&["connect", "lab", "--token", "-"][..], &service].concat();
    let none = World::error(&world.run_with(&connect, ""));
    assert!(
        none["fix"].as_str().unwrap().contains(&format!("{} < FILE", connect[..connect.len() - 1].join(" "))),
        "{none}"
    );
    assert_eq!(world.run_with(&connect, &token).code, 0);
    let none = World::error(&world.run_with(&["connection", "reconnect", "lab", "--json"], ""));
    assert!(none["fix"].as_str().unwrap().contains("switchboard connection reconnect lab --token - < FILE"), "{none}");
    let token = world.emulator.issue_token("ada@emulator.test").unwrap();
    assert_eq!(world.run_with(&["connection", "reconnect", "lab", "--json"], &token).code, 0);
}

#[test]
fn an_address_may_be_pasted_again_and_in_quotes() {
    let world = World::new();
    let (client, secret) = world.emulator.app();
    let own = world.own_app("work", &client, &secret);
    let paste = |browse: &dyn Fn(&str) -> String| world.sign_in_by(&own.with(&["--json"]), browse);
    let done = paste(&|page| {
        let landed = landing(page, "ada@emulator.test", "allow");
        format!("rubbish\nhttps://example.com/elsewhere?code=1\n \"{landed}\" ")
    });
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(done.err.matches("Paste again").count(), 2, "{}", done.err);
    world.json(&["connection", "test", "-c", "work", "--json"]);
    assert_eq!(world.run(&["doctor", "-c", "work"]).code, 0);

    let own = world.own_app("never", &client, &secret);
    let never = world.sign_in_by(&own.with(&["--json"]), |_| "rubbish\n".repeat(9));
    assert_eq!(World::error(&never)["code"], "callback-invalid", "{}", never.err);
    assert_eq!(never.err.matches("Paste again").count(), 5, "{}", never.err);
}
