//! The emulator's own binary: started, steered and stopped as people do it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_switchboard-emulator");

struct Running {
    child: Child,
    at: String,
}

impl Running {
    fn start(more: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(["start", "--port", "0", "--download-port", "0", "--json"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let at = said["page"].as_str().unwrap().to_owned();
        Self { child, at }
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(BINARY).args(words).args(["--at", &self.at]).output().unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn an_emulator_is_started_steered_saved_and_restored_by_commands() {
    let running = Running::start(&["--seed", "empty"]);
    let waiting = running.json(&["fault", "status", "status=429", "variant=daily", "operation=GET users/*", "nth=2"]);
    assert_eq!(waiting["faults"][0]["operation"], "GET users/*");
    assert_eq!(running.json(&["fault"])["faults"].as_array().unwrap().len(), 1);
    running.json(&["fault", "clear"]);
    assert_eq!(running.json(&["fault", "list"])["faults"].as_array().unwrap().len(), 0);
    let before = running.json(&["clock"])["now"].as_str().unwrap().to_owned();
    let after = running.json(&["clock", "2d"])["now"].as_str().unwrap().to_owned();
    assert_ne!(before[..10], after[..10]);
    let folder = std::env::temp_dir().join(format!("switchboard-emulator-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let path = file.to_str().unwrap();
    assert!(running.json(&["snapshot", path])["bytes"].as_u64().unwrap() > 1000);
    running.json(&["seed", "small"]);
    running.json(&["reset"]);
    running.json(&["snapshot", path, "--restore"]);
    let again = Running::start(&["--snapshot", path]);
    assert_eq!(
        again.json(&["clock"])["now"].as_str().unwrap()[..15],
        running.json(&["clock"])["now"].as_str().unwrap()[..15]
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let running = Running::start(&[]);
    let said = |words: &[&str]| {
        let output = running.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: the command line was wrong");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&["fault", "earthquake"]).contains("there is no fault `earthquake`"));
    assert!(said(&["fault", "status", "status=429", "vriant=daily"]).contains("did you mean `variant`?"));
    assert!(said(&["fault", "clear", "count=2"]).contains("takes no fields"));
    assert!(said(&["fault", "status", "status"]).contains("no NAME=VALUE"));
    assert!(said(&["snapshot", "/nowhere/state.json", "--restore"]).contains("cannot read"));
    assert_eq!(running.json(&["fault"])["faults"].as_array().unwrap().len(), 0, "none of them was taken");
    assert!(said(&["clock", "soon"]).contains("write 90s, 20m, 3h or 2d"));
    assert!(said(&["seed", "mars"]).contains("small, empty, campus or broken"));
    let nowhere = Command::new(BINARY).args(["reset", "--port", "9"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(1), "nothing is wrong with the command");
    let nowhere = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(nowhere.contains("no emulator at 127.0.0.1:9") && nowhere.contains("start one"), "{nowhere}");
}

#[test]
fn an_emulator_is_steered_by_its_port_and_says_what_was_done() {
    let running = Running::start(&[]);
    let port = running.at.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let said = |words: &[&str]| {
        let output = Command::new(BINARY).args(words).args(["--port", &port]).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&["fault"]).contains("no fault waits"));
    assert!(said(&["fault", "status", "status=503"]).contains("status waits for the next request"));
    assert!(said(&["fault", "html"]).contains("2 faults wait"));
    assert!(said(&["fault", "clear"]).contains("no fault waits"));
    assert!(said(&["clock", "2m"]).contains("120 seconds further"));
    assert!(said(&["seed", "empty"]).contains("replaced by the seed empty"));
    assert!(said(&["reset"]).contains("as it was at the start"));
    let both = Command::new(BINARY).args(["reset", "--port", &port, "--at", &running.at]).output().unwrap();
    assert_eq!(both.status.code(), Some(2), "one or the other");
}
