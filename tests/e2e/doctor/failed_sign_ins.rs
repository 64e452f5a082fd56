//! Sign-ins that failed or were given up: what the doctor says of them, and how they end.

use std::io::{BufRead, BufReader};
use std::process::Command;

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

const GRACE: &str = "grace@emulator.test";

/// What the doctor says of them.
fn attempts(context: &TestContext, more: &[&str]) -> Vec<Value> {
    context.findings(more).into_iter().filter(|one| one["about"] == "last attempt").collect()
}

fn paste(context: &TestContext, label: &str, token: &str) -> CommandOutput {
    let at = context.addresses();
    let connect = [&["connect", label, "--token", "-", "--json"][..], &at.each_ref().map(String::as_str)].concat();
    context.run_with(&connect, token)
}

#[test]
fn a_failed_sign_in_is_dismissed_by_the_command_that_the_doctor_names() {
    let context = TestContext::connected();
    for label in ["one", "two"] {
        assert_eq!(context.connect_with(label, GRACE, "deny", &["--json"]).code, 4);
    }
    assert_eq!(context.run(&["doctor"]).code, 1);
    let one = attempts(&context, &["one"]).remove(0);
    let command = one["dismiss"].as_str().unwrap().strip_prefix("switchboard ").unwrap();
    assert!(context.run(&["doctor", "one"]).out.contains(command), "people are told too");
    let done = context.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(done.code, 0, "{}", done.err);
    let left = attempts(&context, &[]);
    assert!(left.len() == 1 && left[0]["text"].as_str().unwrap().contains("`two`"), "the other stays: {left:?}");
    assert_eq!(context.json(&["doctor", "--dismiss", "--json"]), json!({"dismissed": ["two"]}));
    assert_eq!((context.run(&["doctor"]).code, attempts(&context, &[]).len()), (0, 0));
    let none = context.run(&["doctor", "--dismiss", "one", "--json"]);
    assert_eq!((none.code, &TestContext::error(&none)["code"]), (2, &json!("not-found")));
    assert_eq!(context.labels(), ["work"], "connections are not touched");
    context.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn who_stops_a_sign_in_has_not_failed_at_it() {
    let context = TestContext::connected();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("never", &client, &secret);
    let interrupted = || {
        let mut child = context.piped(&own.with(&["--no-open", "--redirect-port", "0"]));
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        said.find(|line| line.contains("waiting five minutes")).unwrap();
        // Ctrl-C
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
    };
    let nothing_pasted = || {
        let done = context.run(&own.with(&["--paste", "--json"]));
        assert_eq!((done.code, &TestContext::error(&done)["code"]), (1, &json!("nothing-pasted")), "{}", done.err);
    };
    let stopped: [&dyn Fn(); 2] = [&interrupted, &nothing_pasted];
    for stop in stopped {
        stop();
        let found = attempts(&context, &[]);
        assert!(found.len() == 1 && found[0]["state"] == "note", "{found:?}");
        assert_eq!(context.run(&["doctor", "never"]).code, 0, "{found:?}");
        assert_eq!(context.run(&["doctor", "--dismiss", "never"]).code, 0);
    }
}

#[test]
fn attempts_without_a_browser_are_looked_at_too_each_by_its_label() {
    let context = TestContext::connected();
    let (account, client, secret) = context.emulator.server_to_server();
    let refused = context.server_to_server("nightly", &account, &client, "not-the-secret-of-it");
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert_eq!(paste(&context, "lab", "abc.def.ghi").code, 4);
    let other = context.server_to_server("other", "NoSuchAccount", &client, &secret);
    assert_eq!(other.code, 5, "{}", other.err);
    for (label, remedy) in [("nightly", "credentials-wrong"), ("lab", "token-refused"), ("other", "account-id-wrong")] {
        let found = attempts(&context, &[label]);
        assert!(found.len() == 1 && found[0]["remedy"]["id"] == remedy, "{label}: {found:?}");
        assert_eq!(context.run(&["doctor", label]).code, 1);
    }
    assert_eq!(attempts(&context, &[]).len(), 3, "none takes the place of another");
    // A message goes out for those as well.
    let message = context.run(&["doctor", "nightly", "--message"]);
    assert!(message.out.contains("copy Client ID and Client Secret again"), "{}{}", message.out, message.err);
    // What works ends what failed through the same app, and nothing else.
    context.connect_server_to_server("nightly");
    assert_eq!(attempts(&context, &[]).len(), 1);
    assert_eq!(attempts(&context, &["lab"]).len(), 1);
    assert_eq!(context.run(&["doctor", "nightly"]).code, 0);
    let token = context.emulator.issue_token("alan@emulator.test").unwrap();
    assert_eq!(paste(&context, "lab", &token).code, 0);
    assert_eq!(attempts(&context, &[]).len(), 0);
}

#[test]
fn what_never_came_to_the_service_is_no_attempt() {
    let context = TestContext::connected();
    let (account, client, secret) = context.emulator.server_to_server();
    let own = context.own_app("work", &client, &secret);
    assert_eq!(context.run(&own.with(&["--account-id", &account])).code, 1, "the name is taken");
    assert_eq!(paste(&context, "lab", "two words").code, 2);
    assert_eq!(paste(&context, "lab", "").code, 2);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = port.local_addr().unwrap().port().to_string();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("more", &client, &secret);
    assert_eq!(context.run(&own.with(&["--no-open", "--redirect-port", &busy])).code, 1, "the port is taken");
    assert_eq!(attempts(&context, &[]), Vec::<Value>::new());
}

#[test]
fn a_reconnect_that_failed_goes_with_its_connection() {
    let context = TestContext::connected();
    let again = ["connection", "reconnect", "work"];
    assert_eq!(context.sign_in(&again, "ada@emulator.test", "deny").code, 4);
    let found = attempts(&context, &["work"]).remove(0);
    assert!(found["text"].as_str().unwrap().starts_with("`work` was not signed in again at "), "{found}");
    assert_eq!(context.run(&["connection", "disconnect", "work", "--yes"]).code, 0);
    assert_eq!(attempts(&context, &[]).len(), 0, "nothing is left of it");
}
