//! Nothing of a command's memory reaches the disk.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_tests::context::TestContext;

/// Issue 11: a command that is ended by an abort writes no core file, even where its caller allows any size.
#[test]
fn an_abort_leaves_no_core_file() {
    let context = TestContext::connected();
    let slow = json!({"kind": "latency", "millis": 60_000, "count": 1});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let before = files(&context);
    let template = context.command(&["call", "zoom.users.me"]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -c unlimited; exec \"$0\" call zoom.users.me"]).arg(template.get_program());
    command.current_dir(context.home.path());
    for (name, value) in template.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let limits = || std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap_or_default();
    let give_up = Instant::now() + Duration::from_secs(20);
    while soft_core_limit(&limits()).as_deref() != Some("0") {
        assert!(Instant::now() < give_up, "{}", limits());
        std::thread::sleep(Duration::from_millis(5));
    }
    // Long enough to have read its token and to wait for the service.
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(!std::os::unix::process::ExitStatusExt::core_dumped(&status), "{status}");
    assert_eq!(files(&context), before);
}

fn soft_core_limit(limits: &str) -> Option<String> {
    let line = limits.lines().find(|line| line.starts_with("Max core file size"))?;
    line.split_whitespace().nth(4).map(str::to_owned)
}

/// Names in the home folder, without those of the database that come and go.
fn files(context: &TestContext) -> Vec<String> {
    let entries = context.home.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with("switchboard.db-"));
    names.sort();
    names
}
