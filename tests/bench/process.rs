//! Time, processor time and memory of another program, read from `/proc`.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failed;

/// How often a running program is looked at; its peak memory is remembered by the system between two looks.
const LOOK: Duration = Duration::from_millis(2);
/// Processor time is told in hundredths of a second.
const TICK: f64 = 0.01;

/// What a program used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    pub wall: f64,
    pub cpu: f64,
    /// All its memory at most, KiB; with the pages of its own file that it touched.
    pub peak: u64,
    /// At most of it what no file stands behind, KiB.
    pub private: u64,
}

/// Run it to its end, which must be a good one.
pub fn run(command: &mut Command) -> Result<Used, Failed> {
    attend(command.stdout(Stdio::null())).map(|(used, _)| used)
}

/// The same with what it said, a few lines at most: they are read when it has ended.
pub fn listen(command: &mut Command) -> Result<(Used, String), Failed> {
    attend(command.stdout(Stdio::piped()))
}

fn attend(command: &mut Command) -> Result<(Used, String), Failed> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn()?;
    let watched = watch(&child, start);
    if watched.is_err() {
        child.kill()?;
    }
    let ended = child.wait_with_output()?;
    if !ended.status.success() {
        return Err(format!("{} ended with {}", command.get_program().display(), ended.status).into());
    }
    Ok((watched?, String::from_utf8_lossy(&ended.stdout).into_owned()))
}

/// Look until it is a zombie: then its processor time is final and still there.
fn watch(child: &Child, start: Instant) -> Result<Used, Failed> {
    let mut used = Used::default();
    let folder = format!("/proc/{}", child.id());
    loop {
        let status = std::fs::read_to_string(format!("{folder}/status"))?;
        used.peak = used.peak.max(kib(&status, "VmHWM:"));
        used.private = used.private.max(kib(&status, "RssAnon:"));
        let stat = std::fs::read_to_string(format!("{folder}/stat"))?;
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            used.wall = start.elapsed().as_secs_f64();
            let ticks = |at: usize| fields.get(at).and_then(|text| text.parse().ok());
            let (user, system): (Option<f64>, Option<f64>) = (ticks(11), ticks(12));
            used.cpu = (user.unwrap_or_default() + system.unwrap_or_default()) * TICK;
            return Ok(used);
        }
        std::thread::sleep(LOOK);
    }
}

/// A line of `/proc/…/status`, KiB.
pub fn kib(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
