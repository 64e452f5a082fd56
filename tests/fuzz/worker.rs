//! The process that reads inputs, one after the other, under the limits of the gate.

use std::fs::File;
use std::io::Write as _;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::mutate::Mutator;
use crate::{MEMORY, targets};

/// The longest that one input may take.
const LONGEST: Duration = Duration::from_secs(1);
/// What one process may hold beyond what it holds once the target is ready, bytes.
const GROWTH: usize = 256 << 20;
/// As much as a thread of a server has: tokio's default.
const STACK: usize = 2 << 20;
/// Exit code for an input that took longer than [`LONGEST`].
pub const SLOW: u8 = 75;

/// Reads the inputs of these numbers. The number of the input that is being read stands in the file `progress`.
pub fn run(target: &str, seed: u64, numbers: Range<u64>, progress: &str) -> ExitCode {
    let progress = File::options().write(true).open(progress).expect("the gate made the file");
    let mutator = Mutator::new(target, seed);
    read(target, move |read| {
        for number in numbers {
            progress.write_all_at(&number.to_le_bytes(), 0).expect("the file can be written");
            if !read(&mutator.input(number)) {
                return false;
            }
        }
        true
    })
}

/// Reads the input in a file.
pub fn one(target: &str, file: &str) -> ExitCode {
    let input = std::fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    read(target, move |read| read(&input))
}

/// How long this thread has waited for a processor so far; nothing where the system does not say.
fn queued() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').nth(1).and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Gives `inputs` the target, whose answer is false for an input that took too long.
fn read(target: &str, inputs: impl FnOnce(&mut dyn FnMut(&[u8]) -> bool) -> bool + Send + 'static) -> ExitCode {
    let target = target.to_owned();
    let work = move || {
        let mut target = targets::open(&target);
        // What the first reading makes for good, such as tables of the libraries, is no growth.
        target(b"");
        MEMORY.set_limit(MEMORY.allocated() + GROWTH).expect("the limit is above what is held");
        inputs(&mut |input| {
            let (start, queue) = (Instant::now(), queued());
            target(input);
            let elapsed = start.elapsed();
            // Most inputs are far from the limit: whether the machine was busy is asked of the others.
            elapsed <= LONGEST || elapsed.saturating_sub(queued().saturating_sub(queue)) <= LONGEST
        })
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread starts");
    match thread.join() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            let _ = writeln!(std::io::stderr(), "an input took longer than {LONGEST:?}");
            ExitCode::from(SLOW)
        }
        // The panic has been shown.
        Err(_) => ExitCode::from(101),
    }
}
