//! The command while another process has the database and does not let go.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use switchboard_tests::context::TestContext;

/// A process that writes to the database until it is dropped.
struct Writer(Child);

impl Writer {
    fn begin(context: &TestContext) -> Writer {
        let script = "import sqlite3, sys\n\
            db = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
            db.execute('BEGIN IMMEDIATE')\nprint('writes', flush=True)\nsys.stdin.read()";
        let database = context.home.path().join("switchboard.db");
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "writes\n");
        Writer(child)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut input = self.0.stdin.take().unwrap();
        let _ = input.write_all(b"\n");
        drop(input);
        let _ = self.0.wait();
    }
}

/// Begins the command, lets it run into the other process, and tells it to end.
fn ends_when_told(context: &TestContext, arguments: &[&str]) {
    let writer = Writer::begin(context);
    let mut child = context.piped(arguments);
    std::thread::sleep(Duration::from_millis(1_000));
    assert!(child.try_wait().unwrap().is_none(), "{arguments:?} waits for the other process");
    let told = Instant::now();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let code = child.wait().unwrap().code();
    assert!(told.elapsed() < Duration::from_secs(4), "{arguments:?}: {:?}", told.elapsed());
    assert_eq!(code, Some(130), "{arguments:?}");
    drop(writer);
}

#[test]
fn call_ends_when_told_while_another_process_writes() {
    let context = TestContext::connected();
    ends_when_told(&context, &["call", "zoom.users.me"]);
    // Nothing is left behind that stops the next one.
    assert_eq!(context.run(&["call", "zoom.users.me"]).code, 0);
}

#[test]
fn run_ends_when_told_while_another_process_writes() {
    let context = TestContext::connected();
    let file = TestContext::file("manifests/automations/list-recordings.json");
    ends_when_told(&context, &["run", file.to_str().unwrap(), "from=2026-10-01", "to=2026-10-31"]);
}

#[test]
fn rename_ends_when_told_while_another_process_writes() {
    let context = TestContext::connected();
    ends_when_told(&context, &["connection", "rename", "work", "home"]);
    assert_eq!(context.json(&["connection", "show", "work", "--json"])["label"], "work");
}

#[test]
fn command_that_only_reads_waits_for_nobody() {
    let context = TestContext::connected();
    let _writer = Writer::begin(&context);
    let begun = Instant::now();
    context.json(&["connection", "list", "--json"]);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
