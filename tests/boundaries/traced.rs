//! What a trace tells of signing in, and secrets that come in by a wrong way.

use serde_json::json;
use switchboard_tests::world::World;

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
    assert!(none["fix"].as_str().unwrap().contains("connect lab --profile zoom --token - < FILE"), "{none}");
    assert_eq!(world.run_with(&connect, &token).code, 0);
    let none = World::error(&world.run_with(&["connection", "reconnect", "lab", "--json"], ""));
    assert!(none["fix"].as_str().unwrap().contains("switchboard connection reconnect lab < FILE"), "{none}");
    let token = world.emulator.issue_token("ada@emulator.test").unwrap();
    assert_eq!(world.run_with(&["connection", "reconnect", "lab", "--json"], &token).code, 0);
}
