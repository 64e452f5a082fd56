//! A command with a terminal to type at, which `script` makes.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken terminal is a failed test")]

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::context::TestContext;

/// Longest that a command may take to show or to end, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A command at a terminal, with what it has shown so far.
pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts `switchboard` with these arguments, as a shell reads them.
    pub fn start(context: &TestContext, arguments: &str) -> Self {
        let line = format!("{} {arguments}", TestContext::binary().display());
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(context.home.path());
        for (name, value) in context.command(&[]).get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let mut child = context.start(script.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let (keys, mut output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let shown = Arc::new(Mutex::new(Vec::new()));
        let kept = shown.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend(buffer.iter().take(read));
            }
        });
        Self { child, keys, shown }
    }

    /// What it has shown.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until it shows this text.
    pub fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.shown().contains(text) {
            assert!(begun.elapsed() < LIMIT, "`{text}` is not shown: {}", self.shown());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types keys; `\u{3}` is Ctrl-C.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it reads");
    }

    /// The exit code, once it ends. A command that goes on is killed, and the test fails.
    pub fn code(&mut self) -> i32 {
        end_of(&mut self.child).unwrap_or_else(|| panic!("it goes on: {}", self.shown()))
    }
}

/// The exit code of a command; -1 where a signal ended it. None where it went on, and was killed.
pub fn end_of(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < LIMIT {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return Some(status.code().unwrap_or(-1));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Waits until a command hears Ctrl-C, and sends it.
pub fn interrupt(child: &Child) {
    let begun = Instant::now();
    while !hears_interrupt(child.id()) {
        assert!(begun.elapsed() < LIMIT, "it hears no signal");
        std::thread::sleep(Duration::from_millis(10));
    }
    // It has come to its read by then.
    std::thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Whether a process has a handler for SIGINT, the second bit of the mask.
fn hears_interrupt(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 0b10 != 0)
}
