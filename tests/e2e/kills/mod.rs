//! Commands killed with -9 at any moment: what the next command says is true, nothing stays behind, nothing is lost or done
//! twice. `KILLS` sets how many kills each test makes, `KILLS_SEED` when they come; `make campaign` makes 200.

mod connect;
mod download;
mod one_at_a_time;
mod refresh;
mod rotate;
mod run;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use switchboard_tests::context::{CommandOutput, TestContext};

/// Kills of each test in `make test`.
const KILLS: u64 = 20;
/// A command that follows a killed one takes no longer, however busy the machine is: nothing waits for the dead.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kills commands of one context.
struct Killer<'a> {
    context: &'a TestContext,
    moments: StdRng,
    /// How long the command takes when nobody kills it.
    longest: Duration,
    /// What the folder holds when nothing is under way.
    files: BTreeSet<String>,
}

impl<'a> Killer<'a> {
    /// `whole` runs the command once to its end.
    fn new(context: &'a TestContext, whole: impl FnOnce()) -> Self {
        let seed = std::env::var("KILLS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        let start = Instant::now();
        whole();
        let longest = start.elapsed();
        Self { context, moments: StdRng::seed_from_u64(seed), longest, files: files(context.home.path()) }
    }

    /// Starts the command and kills it at some moment of its life.
    fn start_and_kill(&mut self, arguments: &[&str]) -> CommandOutput {
        let mut command = self.context.command(arguments);
        let child = self.context.start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        self.kill(child, self.longest)
    }

    /// Kills a command that runs, within a time.
    fn kill(&mut self, mut child: Child, within: Duration) -> CommandOutput {
        let most = u64::try_from(within.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(self.moments.random_range(0..=most)));
        child.kill().unwrap();
        let done = self.context.read_output(child.wait_with_output().unwrap());
        assert!(!done.err.contains("panicked"), "{}", done.err);
        done
    }

    /// Runs the next command, which waits for nobody.
    fn next(&self, arguments: &[&str]) -> CommandOutput {
        let start = Instant::now();
        let done = self.context.run(arguments);
        assert!(start.elapsed() < PATIENCE, "{arguments:?} took {:?}: {}", start.elapsed(), done.err);
        done
    }

    /// Files that were not there before the first kill.
    fn left_behind(&self) -> Vec<String> {
        files(self.context.home.path()).difference(&self.files).cloned().collect()
    }
}

fn kills() -> u64 {
    std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Every file below a folder, but for those of the database, which come and go, and those that are locked: an empty file each,
/// whose lock ends with its process.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
                continue;
            }
            let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
            if !name.ends_with("-wal") && !name.ends_with("-shm") && !name.starts_with("locks/") {
                found.insert(name);
            }
        }
    }
    found
}
