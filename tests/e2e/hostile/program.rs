//! The built program with a hostile connector, watched from outside.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use switchboard_emulator::Options;
use switchboard_tests::context::{CommandOutput, TestContext};

/// Between two looks at a program.
const LOOK: Duration = Duration::from_millis(3);

/// A context whose service does not count requests.
pub fn context() -> TestContext {
    let context = TestContext::with(Options { rate_limits: false, ..Options::default() });
    context.connect("work", "ada@emulator.test");
    context
}

/// What a command did.
pub struct Seen {
    pub done: CommandOutput,
    pub elapsed: Duration,
    /// Most memory it had at once, KiB.
    pub peak: u64,
}

impl Seen {
    /// The code of the error it printed, or `ok`.
    pub fn code(&self) -> &str {
        let code = |line: &'_ str| line.strip_prefix("error[").is_some();
        let line = self.done.err.lines().find(|line| code(line));
        match line.and_then(|line| line.strip_prefix("error[")?.split(']').next()) {
            Some(code) => code,
            None if self.done.code == 0 => "ok",
            None => "none",
        }
    }
}

/// Write a component where the command finds it.
pub fn save(context: &TestContext, name: &str, component: &[u8]) -> String {
    let file = context.home.path().join(format!("{name}.wasm"));
    std::fs::write(&file, component).unwrap();
    file.display().to_string()
}

/// `switchboard call zoom.x.go` with this connector.
pub fn call(context: &TestContext, connector: &str, more: &[&str]) -> Seen {
    run(context, &[&["call", "zoom.x.go", "--connector", connector][..], more].concat())
}

/// A command to its end, its memory watched.
pub fn run(context: &TestContext, arguments: &[&str]) -> Seen {
    let start = Instant::now();
    let child = spawn(context, arguments);
    let id = child.id();
    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| child.wait_with_output().unwrap());
        let mut peak = 0;
        while !waiting.is_finished() {
            peak = peak.max(memory(id).unwrap_or_default());
            std::thread::sleep(LOOK);
        }
        let elapsed = start.elapsed();
        Seen { done: context.read_output(waiting.join().unwrap()), elapsed, peak }
    })
}

/// A command that goes on, with what it says in pipes.
pub fn spawn(context: &TestContext, arguments: &[&str]) -> Child {
    let mut command = context.command(arguments);
    context.start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// Most memory a process had so far, KiB.
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Processor time of a process so far.
pub fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let hundredths = |at: usize| after_name.split_whitespace().nth(at).and_then(|text| text.parse::<u64>().ok());
    Duration::from_millis(10 * (hundredths(11).unwrap_or_default() + hundredths(12).unwrap_or_default()))
}
