//! What reaches a terminal of texts that a service, a component, a document or an argument holds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

use crate::hostile::{component_of, manifest};

/// Clears the screen, sets the title, reverses the line, hides, and begins a line that looks like ours.
const TRICK: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31mb\u{202e}c\u{200b}\u{2028}d\r\nerror[ok]: all is well";

/// Every line is ours, and nothing in it is hidden.
#[track_caller]
fn is_plain(done: &CommandOutput) {
    for text in [&done.out, &done.err] {
        let hidden = |c: char| c != '\n' && c.is_control() || "\u{202e}\u{200b}\u{2028}".contains(c);
        assert!(!text.contains(hidden), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error[ok]")), "{text}");
    }
}

/// The next request is refused with this message.
fn refuse(context: &TestContext, message: &str) {
    let fault = json!({"kind": "error", "status": 404, "code": 3001, "message": message});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200);
}

#[test]
fn message_of_a_service_stays_in_its_line() {
    let context = TestContext::connected();
    refuse(&context, TRICK);
    let people = context.run(&["call", "zoom.meetings.get", "meeting=81234567890"]);
    assert!(people.err.contains(r"a\u{1b}[2J") && people.err.contains(r"\r\nerror[ok]"), "{}", people.err);
    is_plain(&people);
    refuse(&context, TRICK);
    let program = context.run(&["call", "zoom.meetings.get", "meeting=81234567890", "--json"]);
    is_plain(&program);
    assert!(
        TestContext::error(&program)["message"].as_str().unwrap().contains(TRICK),
        "the data is whole: {}",
        program.err
    );
}

#[test]
fn long_message_is_cut() {
    let context = TestContext::connected();
    refuse(&context, &"x".repeat(200_000));
    let people = context.run(&["call", "zoom.meetings.get", "meeting=81234567890"]);
    assert!(people.err.len() < 4_000, "{} bytes", people.err.len());
    assert!(people.err.contains('…'), "{}", people.err);
}

#[test]
fn data_of_a_service_stays_in_its_row() {
    let context = TestContext::connected();
    let topic = format!("sync {TRICK}");
    let input = json!({"topic": topic, "start_time": "2027-01-01T10:00:00Z", "timezone": "UTC", "agenda": "one\r\nerror[ok]: two"});
    let created = context.run_with(&["call", "zoom.meetings.create", "--input", "-"], &input.to_string());
    assert_eq!(created.code, 0, "{}", created.err);
    is_plain(&created);
    assert!(created.out.lines().any(|line| line.trim() == "error[ok]: two"), "lines stay lines: {}", created.out);
    is_plain(&context.run(&["call", "zoom.meetings.list"]));
    let listed = context.run(&["call", "zoom.meetings.list", "--json"]);
    is_plain(&listed);
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert!(listed["meetings"].as_array().unwrap().iter().any(|one| one["topic"] == topic), "{listed}");
}

/// A component whose every word is a trick, and what it answers.
fn component(context: &TestContext, attack: &str) -> PathBuf {
    let mut manifest = manifest();
    manifest["title"] = TRICK.into();
    manifest["summary"] = TRICK.into();
    let activity = &mut manifest["activities"][0];
    activity["title"] = TRICK.into();
    activity["summary"] = TRICK.into();
    activity["scopes"] = json!({"classic": [[TRICK]], "granular": []});
    activity["input"] = json!({"type": "object", "properties": {(TRICK): {"type": "string", "description": TRICK}}});
    activity["examples"] = json!([{"title": TRICK, "input": {"a": TRICK}}]);
    let file = context.home.path().join("bad.wasm");
    std::fs::write(&file, component_of(&manifest, attack)).unwrap();
    file
}

/// Answers a problem with the text at 50000.
const PROBLEM: &str = r#"
    (data (i32.const 50000) "bad-word")
    (data (i32.const 50100) "\1b]0;t\07\e2\80\ae\0aerror[ok]: all is well")
    (func $invoke (result i32)
      (i32.store8 (i32.const 36864) (i32.const 1))
      (i32.store (i32.const 36872) (i32.const 50000)) (i32.store (i32.const 36876) (i32.const 8))
      (i32.store (i32.const 36880) (i32.const 50100)) (i32.store (i32.const 36884) (i32.const 32))
      (i32.const 36864))"#;

#[test]
fn words_of_a_component_stay_in_their_line() {
    let context = TestContext::connected();
    let file = component(&context, PROBLEM);
    let with = ["--connector", file.to_str().unwrap()];
    for command in [
        &["connector", "list"][..],
        &["activity", "list"],
        &["activity", "show", "zoom.x.go"],
        &["event", "list"],
        &["doctor"],
    ] {
        let done = context.run(&[command, &with].concat());
        is_plain(&done);
        is_plain(&context.run(&[command, &with, &["--json"]].concat()));
    }
    let shown = context.run(&[&["activity", "show", "zoom.x.go"][..], &with].concat());
    assert!(shown.code == 0 && shown.out.contains(r"\u{202e}"), "{}{}", shown.out, shown.err);
    let called = context.run(&[&["call", "zoom.x.go", "--trace"][..], &with].concat());
    assert!(called.err.contains(r"\nerror[ok]: all is well"), "{}", called.err);
    is_plain(&called);
}

#[test]
fn mistakes_of_a_document_stay_in_their_line() {
    let context = TestContext::new();
    let file = context.home.path().join("bad\nerror[ok]: file.json");
    let source = json!({"automation": "1", "id": "a", TRICK: 1, "steps": [{"id": TRICK, "use": TRICK, "with": {TRICK: "{{ inputs.x }}"}}]});
    // Written as they are: the lines of the source are shown too.
    std::fs::write(&file, serde_json::to_string_pretty(&source).unwrap().replace("\\u001b", "\u{1b}")).unwrap();
    for command in ["check", "run"] {
        let done = context.run(&[command, file.to_str().unwrap()]);
        assert_ne!(done.code, 0);
        is_plain(&done);
    }
}

#[test]
fn wrong_argument_stays_in_its_line() {
    let context = TestContext::new();
    for arguments in [
        &["call", TRICK][..],
        &[TRICK],
        &["runs", "show", TRICK],
        &["call", "zoom.users.me", TRICK],
        &["doctor", "--x\nerror[ok]: y\u{1b}[2J"],
    ] {
        let done = context.run(arguments);
        assert_ne!(done.code, 0, "{arguments:?}");
        is_plain(&done);
        is_plain(&context.run(&[arguments, &["--json"]].concat()));
    }
}

/// The command in a terminal of 60 columns, which `script` makes.
fn in_terminal(context: &TestContext, arguments: &str) -> String {
    let line = format!("stty cols 60 rows 24; {} {arguments}", TestContext::binary().display());
    let mut command = Command::new("script");
    let home = context.home.path();
    command
        .args(["-qec", &line, "/dev/null"])
        .env("SWITCHBOARD_HOME", home)
        .env("HOME", home)
        .env_remove("SWITCHBOARD_KEY");
    let output = context
        .start(command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::piped()))
        .wait_with_output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn table_is_as_wide_as_the_terminal() {
    let context = TestContext::new();
    let shown = in_terminal(&context, "activity list");
    assert!(shown.contains("WHAT IT DOES"), "{shown}");
    assert!(shown.lines().all(|line| line.trim_end().chars().count() <= 60), "{shown}");
    let piped = context.run(&["activity", "list"]).out;
    assert!(piped.lines().any(|line| line.trim_end().chars().count() > 60), "{piped}");
}

/// Nothing follows for whoever has read enough.
#[test]
fn closed_pipe_is_no_failure() {
    let context = TestContext::connected();
    for arguments in ["completion bash", "activity list", "activity list --json", "call zoom.meetings.list", "--help"] {
        let line = format!(
            "{} {arguments} 2>err | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}",
            TestContext::binary().display()
        );
        let mut shell = Command::new("bash");
        let home = context.home.path();
        shell.args(["-c", &line]).env("SWITCHBOARD_HOME", home).current_dir(home).stdin(Stdio::null());
        let ended = context.finish(&mut shell);
        let said = std::fs::read_to_string(Path::new(home).join("err")).unwrap();
        assert!(ended.code == 0 && !said.contains("panicked"), "{arguments}: {} {said}", ended.code);
    }
    // Nobody reads the words either.
    let line = format!(
        "{} activity show nothing 2>&1 >/dev/null | true; exit ${{PIPESTATUS[0]}}",
        TestContext::binary().display()
    );
    let mut shell = Command::new("bash");
    assert_eq!(context.finish(shell.args(["-c", &line])).code, 2);
}

#[test]
fn argument_that_is_not_utf8_is_a_usage_error() {
    use std::os::unix::ffi::OsStrExt;
    let context = TestContext::new();
    for more in [&[][..], &["--json"]] {
        let mut command = context.command(&["call", "zoom.users.me"]);
        command.arg(std::ffi::OsStr::from_bytes(b"a=\xff")).args(more);
        let done = context.finish(command.stdin(Stdio::null()));
        assert_eq!(done.code, 2, "{}", done.err);
        assert!(!done.err.contains("panicked"), "{}", done.err);
    }
}
