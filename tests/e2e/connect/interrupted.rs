//! A sign-in whose process is killed before its answer arrived: the next command and the doctor say so, until a later sign-in to the
//! same connection settles it. Issue 11, kill campaign.

use std::io::{BufRead, BufReader, Write};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_store::Store;
use switchboard_tests::context::{TestContext, landing};

/// What `connect` says after these words.
fn line_after(child: &mut Child, words: &str) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    lines.find_map(|line| Some(line.split_once(words)?.1.trim().to_owned())).unwrap()
}

/// Kills `connect work` while the answer of the token service is on its way.
fn killed(context: &TestContext, more: &[&str]) {
    let fault = json!({"kind": "latency", "millis": 20_000, "count": 1, "path": "/oauth/token"});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200);
    let (client, secret) = context.emulator.app();
    let own = context.own_app("work", &client, &secret);
    let mut child = context.piped(&own.with(&[more, &["--json"]].concat()));
    if more == ["--paste"] {
        let page = line_after(&mut child, "open and approve:");
        writeln!(child.stdin.take().unwrap(), "{}", landing(&page, "ada@emulator.test", "allow")).unwrap();
    }
    let give_up = Instant::now() + Duration::from_secs(30);
    let sent = |context: &TestContext| context.requests().iter().any(|request| request["path"] == "/oauth/token");
    while !sent(context) {
        assert!(Instant::now() < give_up, "the token service is not asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn interrupted() -> TestContext {
    let context = TestContext::new();
    killed(&context, &["--paste"]);
    context
}

fn named(context: &TestContext) -> Option<Value> {
    let interrupted = |finding: &Value| finding["text"].as_str().is_some_and(|text| text.contains("stopped before"));
    context.findings(&[]).into_iter().find(interrupted)
}

#[test]
fn the_next_command_says_that_a_sign_in_was_interrupted() {
    let context = interrupted();
    let quiet = context.run(&["connection", "list", "--quiet"]);
    assert_eq!(quiet.err, "", "who wants quiet sees nothing");
    let done = context.run(&["connection", "list"]);
    assert!(done.err.contains("a sign-in to `work` stopped before its answer arrived"), "{}", done.err);
    let again = context.run(&["connection", "list"]);
    assert!(!again.err.contains("stopped"), "it is said once: {}", again.err);
}

#[test]
fn an_interrupted_device_sign_in_is_named() {
    let context = TestContext::new();
    killed(&context, &["--device"]);
    let done = context.run(&["connection", "list"]);
    assert!(done.err.contains("a sign-in to `work` stopped before its answer arrived"), "{}", done.err);
}

#[test]
fn doctor_names_an_interrupted_sign_in_until_it_is_repeated() {
    let context = interrupted();
    let finding = named(&context).expect("a finding");
    assert!(finding.to_string().contains("remove the app"), "{finding}");
    context.connect("other", "grace@emulator.test");
    assert!(named(&context).is_some(), "another user signed in");
    context.connect("work", "ada@emulator.test");
    assert_eq!(named(&context), None);
    let store = Store::open(context.home.path()).unwrap();
    assert_eq!(store.exchanges().unwrap(), [], "no note stays");
}
