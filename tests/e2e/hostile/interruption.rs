//! A person ends a command while its guest computes.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_tests::context::TestContext;

use super::component::Attack;
use super::program::{context, processor_time, save, spawn};

/// A command has used so much processor time only when its guest computes.
const COMPUTES: Duration = Duration::from_millis(700);
/// A busy machine included; a command that did not listen would go on for two minutes.
const SOON: Duration = Duration::from_secs(5);

/// Sends `signal` while the guest computes; what the command said at its end.
fn end(context: &TestContext, arguments: &[&str], signal: &str) -> switchboard_tests::context::CommandOutput {
    let mut child = spawn(context, arguments);
    let give_up = Instant::now() + Duration::from_secs(60);
    while processor_time(child.id()) < COMPUTES {
        assert!(Instant::now() < give_up && child.try_wait().unwrap().is_none(), "{arguments:?} does not compute");
        std::thread::sleep(Duration::from_millis(10));
    }
    let sent = Instant::now();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    while child.try_wait().unwrap().is_none() {
        if sent.elapsed() > SOON {
            child.kill().unwrap();
            panic!("{arguments:?} goes on after {signal}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    context.read_output(child.wait_with_output().unwrap())
}

fn call_ends(names: &[&str]) {
    let context = context();
    for (name, signal) in names.iter().zip(["-INT", "-TERM", "-HUP"].into_iter().cycle()) {
        let file = save(&context, name, &Attack::read(name).component());
        let done = end(&context, &["call", "zoom.x.go", "--connector", &file, "--quiet"], signal);
        assert_eq!(done.code, 130, "{name}: {}", done.err);
    }
}

/// H-38
#[test]
fn a_call_that_computes_ends_when_asked() {
    call_ends(&["endless-loop", "endless-loop", "realloc-loop", "post-return-loop"]);
}

#[test]
fn a_call_that_works_on_memory_ends_when_asked() {
    call_ends(&["memory-fill-loop", "memory-copy-loop", "memory-grow-loop"]);
}

#[test]
fn a_call_that_calls_the_host_ends_when_asked() {
    call_ends(&["log-loop", "progress-loop", "clock-loop"]);
}

/// An automation with one step that runs the connector's activity.
pub fn automation(context: &TestContext, step: &serde_json::Value) -> String {
    let file = context.home.path().join("attack.json");
    let mut first = json!({"id": "go", "use": "zoom.x.go", "with": {}});
    first.as_object_mut().unwrap().extend(step.as_object().unwrap().clone());
    std::fs::write(
        &file,
        json!({"automation": "1", "id": "attack", "connections": {"zoom": {"type": "zoom"}}, "steps": [first]})
            .to_string(),
    )
    .unwrap();
    file.display().to_string()
}

/// A bug of the connector is shown as one later too, not as a wrong input.
#[test]
fn broken_step_keeps_its_advice() {
    let context = context();
    let document = automation(&context, &json!({}));
    let file = save(&context, "trap", &Attack::read("trap").component());
    let done = context.run(&["run", &document, "--connector", &file, "--connection", "work"]);
    assert!(done.err.contains("report this with the command"), "{}", done.err);
    let id = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let shown = context.run(&["runs", "show", &id]).out;
    assert!(shown.contains("report this with the command"), "{shown}");
}

#[test]
fn a_run_that_computes_ends_when_asked_and_is_kept() {
    let context = context();
    let document = automation(&context, &json!({}));
    for (name, signal) in [("endless-loop", "-INT"), ("realloc-loop", "-TERM"), ("endless-loop", "-HUP")] {
        let file = save(&context, name, &Attack::read(name).component());
        let done = end(&context, &["run", &document, "--connector", &file, "--connection", "work"], signal);
        assert_eq!(done.code, 130, "{name}: {}", done.err);
        let runs = context.json(&["runs", "list", "--json"]);
        assert_eq!(runs[0]["state"], "cancelled", "{runs}");
    }
}
