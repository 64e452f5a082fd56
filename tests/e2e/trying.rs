//! `switchboard try` and a folder that others use too.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;
use switchboard_tests::context::TestContext;

const TRY: [&str; 5] = ["try", "--port", "0", "--download-port", "0"];

fn labels(context: &TestContext) -> Vec<String> {
    let rows = context.json(&["connection", "list", "--json"]);
    rows.as_array().unwrap().iter().filter_map(|row| row["label"].as_str().map(str::to_owned)).collect()
}

fn started(context: &TestContext) -> Child {
    let child = context.piped(&TRY);
    let begun = Instant::now();
    while labels(context) != ["demo"] {
        assert!(begun.elapsed() < Duration::from_secs(20), "no demo connection");
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

fn end(child: &mut Child) -> i32 {
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    child.wait().unwrap().code().unwrap_or(-1)
}

#[test]
fn a_second_try_is_refused_while_the_first_runs() {
    let context = TestContext::new();
    let mut first = started(&context);
    let mut second = context.piped(&[&TRY[..], &["--json"]].concat());
    let begun = Instant::now();
    while second.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(20) {
            end(&mut second);
            end(&mut first);
            panic!("the second runs too");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let error: Value = TestContext::error(&context.read_output(second.wait_with_output().unwrap()));
    assert!(error["code"] == "label-taken" && error["message"].as_str().unwrap().contains("another"), "{error}");
    assert_eq!(labels(&context), ["demo"], "the first one's connection is there");
    end(&mut first);
    assert!(labels(&context).is_empty());
}

#[test]
fn try_ends_its_own_connection_whatever_it_is_called_by_now() {
    let context = TestContext::new();
    let mut child = started(&context);
    assert_eq!(context.run(&["connection", "rename", "demo", "kept"]).code, 0);
    context.connect("demo", "grace@emulator.test");
    end(&mut child);
    assert_eq!(labels(&context), ["demo"], "the other one that is called so is there");
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "grace@emulator.test");
}

/// What `make demo` shows.
#[test]
fn tour_shows_one_line_for_each_step() {
    let context = TestContext::new();
    let done = context.run(&["try", "--tour"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let lines: Vec<&str> = done.err.lines().collect();
    let steps: Vec<String> = lines.iter().map(|line| line.split("  ").next().unwrap_or_default().to_owned()).collect();
    let expected = [
        "emulator up",
        "connected",
        "scopes",
        "automation ran",
        "meeting created",
        "recordings",
        "downloaded",
        "sha256",
        "path",
    ];
    assert_eq!(steps, expected, "{}", done.err);
    let scopes = lines[2].split_whitespace().nth(1).and_then(|count| count.parse::<usize>().ok());
    assert!(scopes.is_some_and(|count| count > 10), "a count: {}", lines[2]);
}

/// The emulator is gone with the command, and so is what works with it alone.
#[test]
fn tour_leaves_no_connection_behind() {
    let context = TestContext::new();
    assert_eq!(context.run(&["try", "--tour"]).code, 0);
    assert!(labels(&context).is_empty());
    std::fs::remove_dir_all(context.home.path().join("downloads")).unwrap();
    std::fs::write(context.home.path().join("downloads"), "no folder").unwrap();
    assert_ne!(context.run(&["try", "--tour"]).code, 0, "nothing can be downloaded");
    assert!(labels(&context).is_empty(), "also after a failure");
}
