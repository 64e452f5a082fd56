//! The command from its start to the result of one call, and what it weighs.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use switchboard_emulator::Emulator;

use crate::report::{Report, median, millis};
use crate::{Failed, beside, file, token};

const STARTS: usize = 31;
/// Calls nearer to each other would be held back by the pace that the account's limits set.
const APART: Duration = Duration::from_millis(100);

/// Start the command again and again, each time for one answer of the service.
pub fn start(emulator: &Emulator, report: &mut Report) -> Result<(), Failed> {
    let home = tempfile::tempdir()?;
    let binary = beside("switchboard")?;
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command
            .args(arguments)
            .current_dir(home.path())
            .env("SWITCHBOARD_HOME", home.path())
            .env_remove("SWITCHBOARD_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let (api, oauth) = (emulator.api_base(), emulator.oauth_base());
    let mut connect = command(&["connect", "work", "--token", "-", "--api-base", &api, "--oauth-base", &oauth])
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = connect.stdin.take() {
        input.write_all(token(emulator)?.as_bytes())?;
    }
    let connected = connect.wait_with_output()?;
    if !connected.status.success() {
        return Err(format!("connect: {}", String::from_utf8_lossy(&connected.stderr)).into());
    }
    let (mut times, mut empty) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        std::thread::sleep(APART);
        let start = Instant::now();
        command(&["--version"]).output()?;
        empty.push(millis(start.elapsed()));
        let start = Instant::now();
        let done = command(&["call", "zoom.users.me", "--json"]).output()?;
        times.push(millis(start.elapsed()));
        if !String::from_utf8_lossy(&done.stdout).contains("ada@emulator.test") {
            return Err(format!("call: {}", String::from_utf8_lossy(&done.stderr)).into());
        }
    }
    let name = "command, cold start to the result of a call";
    report.figure(name, median(&mut times), "ms", 5.0);
    report.note(&format!("the same program that only says its version: {:.2} ms", median(&mut empty)));
    Ok(())
}

/// What is shipped.
pub fn sizes(report: &mut Report) -> Result<(), Failed> {
    let megabytes = |path| -> Result<f64, Failed> {
        let bytes = std::fs::metadata(path)?.len();
        Ok(bytes as f64 / 1e6)
    };
    let command = megabytes(beside("switchboard")?)?;
    report.figure("size of the command", command, "MB", 5.5);
    let component = megabytes(file("target/connectors/zoom.wasm"))?;
    report.figure("size of the component", component, "MB", 0.13);
    Ok(())
}
