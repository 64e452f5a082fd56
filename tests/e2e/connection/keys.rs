//! The key of the secrets, changed by the real command and killed while it does.

use std::process::Stdio;
use std::time::Duration;

use switchboard_tests::context::TestContext;

#[test]
fn s_07_g28_killed_with_9_at_any_point_of_a_key_change_every_secret_opens() {
    let context = TestContext::connected();
    let mut prints = std::collections::BTreeSet::new();
    for round in 0..24u64 {
        let mut command = context.command(&["key", "rotate", "--quiet"]);
        let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
        std::thread::sleep(Duration::from_millis(4 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        prints.insert(context.json(&["key", "show", "--json"])["fingerprint"].to_string());
        assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test", "round {round}");
    }
    assert!(prints.len() > 1, "some changes were completed");
}

#[test]
fn s_08_another_key_refuses_to_start_and_says_which() {
    let context = TestContext::connected();
    let expected = context.json(&["key", "show", "--json"])["fingerprint"].as_str().unwrap().to_owned();
    let mut command = context.command(&["call", "zoom.users.me", "--json"]);
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let said = context.finish(command.env("SWITCHBOARD_KEY", other).stdin(Stdio::null())).err;
    assert!(said.contains("key-wrong") && said.contains(&expected) && said.contains("SWITCHBOARD_KEY"), "{said}");
    assert!(!said.contains(other), "{said}");
    assert_eq!(context.run(&["call", "zoom.users.me", "--json"]).code, 0, "nothing was overwritten");
}

/// A process that keeps the secrets open: it waits for a browser that never comes.
fn holding(context: &TestContext) -> (std::process::Child, impl Sized) {
    use std::io::{BufRead, BufReader};
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let mut command = context.command(&[
        "connect",
        "later",
        "--client-id",
        "switchboard-demo",
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--no-open",
        "--redirect-port",
        &port,
    ]);
    let mut child = context.start(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()));
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting five minutes") {
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
    }
    // As long as somebody reads, it goes on waiting.
    (child, lines)
}

#[test]
fn g28_a_key_is_not_changed_under_a_process_that_seals_with_it_and_nothing_is_lost() {
    let context = TestContext::connected();
    let before = context.json(&["key", "show", "--json"])["fingerprint"].clone();
    let (mut other, _lines) = holding(&context);
    let refused = context.run(&["key", "rotate", "--json"]);
    let error = TestContext::error(&refused);
    assert_eq!((refused.code, &error["code"]), (1, &serde_json::json!("key-busy")), "{error}");
    let words = error["message"].as_str().unwrap();
    assert!(words.contains(&format!("process {}", other.id())), "it names who: {words}");
    assert!(error["fix"].as_str().unwrap().contains("stop the"), "{error}");
    assert_eq!(context.json(&["key", "show", "--json"])["fingerprint"], before, "nothing was changed");
    assert!(!context.home.path().join("key.next").exists(), "nor begun");
    assert_eq!(
        context.json(&["call", "zoom.users.me", "--json"])["email"],
        "ada@emulator.test",
        "others go on beside it"
    );
    assert!(other.try_wait().unwrap().is_none(), "and so does the one that was in the way");
    other.kill().unwrap();
    other.wait().unwrap();
    let after = context.json(&["key", "rotate", "--json"])["fingerprint"].clone();
    assert_ne!(before, after);
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
}

#[test]
fn g28_a_change_of_the_key_waits_for_a_call_and_calls_wait_for_the_change() {
    let context = TestContext::connected();
    let before = context.json(&["key", "show", "--json"])["fingerprint"].clone();
    let slow = serde_json::json!({"kind": "latency", "millis": 1200, "path": "/users/me", "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    // The token has ended: the call seals a new one while the key is about to change.
    assert_eq!(context.ask("POST", "/_emulator/clock", &serde_json::json!({"advance_s": 4000})).0, 200);
    let call = |label: &str| {
        let mut command = context.command(&["call", "zoom.users.me", "-c", label, "--json"]);
        context.start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    };
    let first = call("work");
    std::thread::sleep(Duration::from_millis(300));
    let mut rotate = context.command(&["key", "rotate", "--json"]);
    let rotate = context.start(rotate.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    std::thread::sleep(Duration::from_millis(50));
    let during: Vec<_> = (0..4).map(|_| call("work")).collect();
    for child in std::iter::once(first).chain(std::iter::once(rotate)).chain(during) {
        let done = context.read_output(child.wait_with_output().unwrap());
        assert_eq!(done.code, 0, "{}", done.err);
    }
    assert_ne!(context.json(&["key", "show", "--json"])["fingerprint"], before, "the key was changed");
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test", "with the token kept");
}
