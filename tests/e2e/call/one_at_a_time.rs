//! What an account does once at a time, and a process that is killed while it does it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

/// Issue 11, 15
#[test]
fn a_killed_call_does_not_block_the_next() {
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    let remove = ["call", "zoom.users.delete", "user=alan@emulator.test", "lose_everything:=true", "--yes", "--json"];
    let slow = json!({"kind": "latency", "millis": 60_000, "method": "DELETE", "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let mut command = context.command(&remove);
    let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let arrived = || {
        let (_, faults) = context.ask("GET", "/_emulator/faults", &Value::Null);
        !faults.to_string().contains("latency")
    };
    let give_up = Instant::now() + Duration::from_secs(20);
    while !arrived() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut other =
        context.start(context.command(&remove).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    std::thread::sleep(Duration::from_millis(500));
    assert!(other.try_wait().unwrap().is_none(), "it waits for the first");
    child.kill().unwrap();
    child.wait().unwrap();
    let begin = Instant::now();
    let done = context.read_output(other.wait_with_output().unwrap());
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}: {}", begin.elapsed(), done.err);
    assert!(!done.err.contains("another call has done"), "{}", done.err);
}
