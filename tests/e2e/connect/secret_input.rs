//! Secrets that are given by a file or on standard input.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_tests::context::TestContext;
use switchboard_tests::terminal::{end_of, interrupt};

/// The command that takes an app's secret from standard input.
fn arguments(context: &TestContext) -> Vec<String> {
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let words = [
        "connect",
        "work",
        "--method",
        "s2s",
        "--client-id",
        "app",
        "--account-id",
        "account",
        "--client-secret-file",
        "-",
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--json",
    ];
    words.map(str::to_owned).to_vec()
}

/// Issue 11: what is more than one secret in one line is refused, and nothing of it is repeated.
#[test]
fn a_secret_is_one_line_of_text() {
    let context = TestContext::new();
    let arguments = arguments(&context);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for (input, mistake) in [
        ("first-part\nsecond-part\n", "more than one line"),
        ("first\u{0}part\n", "a control character"),
        ("first\u{1b}[31mpart\n", "a control character"),
        ("\n\n", "is empty"),
    ] {
        let done = context.run_with(&arguments, input);
        assert_eq!(done.code, 2, "{input:?}: {}", done.err);
        assert!(done.err.contains(mistake) && !done.err.contains("part"), "{input:?}: {}", done.err);
    }
    let file = context.home.path().join("token");
    std::fs::write(&file, "first-part\nsecond-part\n").unwrap();
    let event = ["event", "receive", "message", "--app-id", "app", "--event-secret-file", file.to_str().unwrap()];
    let done = context.run(&event);
    assert!(!done.err.contains("part"), "{}", done.err);
}

/// A stream without an end is refused at the limit.
#[test]
fn a_secret_without_an_end_is_refused() {
    let context = TestContext::new();
    let arguments = arguments(&context);
    let mut command = context.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = context.start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    let mut input = child.stdin.take().unwrap();
    let begun = Instant::now();
    while input.write_all(&[b'x'; 4096]).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it goes on reading");
    }
    let done = context.read_output(child.wait_with_output().unwrap());
    assert!(done.err.contains("larger than 64 KiB"), "{}", done.err);
}

/// What a service calls an address only makes the list wide up to a limit.
#[test]
fn who_is_connected_takes_a_bounded_column() {
    let context = TestContext::connected();
    let long = format!("{}@emulator.test", "a".repeat(5_000));
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    let id = store.connection("work").unwrap().unwrap().id;
    store.set_connection_identity(&id, &json!({"user_id": "u", "email": long})).unwrap();
    let list = context.run(&["connection", "list"]).out;
    assert!(list.lines().all(|line| line.chars().count() < 500), "{}", list.len());
    assert!(context.run(&["connection", "list", "--json"]).out.contains(&long), "JSON has all of it");
}

/// A secret, a token or an input is awaited on standard input. A signal is heard all the same.
#[test]
fn interrupt_while_input_is_awaited_ends_the_command() {
    let context = TestContext::new();
    let secret = arguments(&context);
    let (secret, addresses) = (secret.iter().map(String::as_str).collect::<Vec<_>>(), context.addresses());
    let mut token = vec!["connect", "lab", "--token", "-"];
    token.extend(addresses.iter().map(String::as_str));
    for words in [secret, token, vec!["call", "zoom.users.me", "--input", "-"]] {
        let mut child = context.piped(&words);
        interrupt(&child);
        assert_eq!(end_of(&mut child), Some(130), "{words:?}");
    }
}
