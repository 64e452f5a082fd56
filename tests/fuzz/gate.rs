//! Starts the workers, watches them, and names the input that ended one.

use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::mutate::Mutator;
use crate::targets;
use crate::worker::SLOW;

/// A machine that is busy may stop a process for seconds; an input that is under way for longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// An input is slow when it is slow as often, alone: a busy machine delays any input once.
const ATTEMPTS: usize = 3;
/// As much of what a process said as is shown.
const SHOWN: usize = 3_000;

/// How a worker ended.
enum End {
    Done,
    Slow,
    Died { status: ExitStatus, words: String },
}

/// `numbers`: how many times as many inputs as in `make test`, the seed, how many workers at once.
pub fn run(target: &str, numbers: &[u64]) -> ExitCode {
    if !targets::names().contains(&target) {
        eprintln!("there is no target `{target}`: {}", targets::names().join(", "));
        return ExitCode::from(2);
    }
    let at = |index: usize, default: u64| numbers.get(index).copied().unwrap_or(default);
    let (inputs, seed, workers) = (at(0, 1) * targets::inputs(target), at(1, 1), at(2, 1).max(1));
    let start = Instant::now();
    let share = inputs.div_ceil(workers).max(1);
    let bad: Vec<String> = std::thread::scope(|scope| {
        let shares: Vec<_> = (0..workers)
            .map(|worker| (worker * share).min(inputs)..((worker + 1) * share).min(inputs))
            .map(|numbers| scope.spawn(move || workers_end(target, seed, numbers)))
            .collect();
        shares.into_iter().filter_map(|share| share.join().expect("the gate does not panic")).collect()
    });
    let took = start.elapsed();
    let rate = u128::from(inputs) * 1_000 / took.as_millis().max(1);
    println!("{target}: {inputs} inputs, seed {seed}, in {:.1} s, {rate} a second", took.as_secs_f64());
    bad.iter().for_each(|bad| eprintln!("{bad}"));
    if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs workers over all numbers; the first bad input, if there is one.
fn workers_end(target: &str, seed: u64, mut numbers: Range<u64>) -> Option<String> {
    let mutator = Mutator::new(target, seed);
    let progress = tempfile::NamedTempFile::new().expect("a file can be made");
    while !numbers.is_empty() {
        std::fs::write(progress.path(), numbers.start.to_le_bytes()).expect("the file can be written");
        let mut worker = Command::new(std::env::current_exe().expect("this program has a file"));
        worker.args(["worker", target]);
        worker.args([seed, numbers.start, numbers.end].map(|number| number.to_string())).arg(progress.path());
        let end = watch(start(&mut worker), Some(progress.path()));
        let number = reached(progress.path());
        let input = mutator.input(number);
        let what = match end {
            End::Done => return None,
            End::Slow if !is_slow(target, &input) => {
                numbers.start = number + 1;
                continue;
            }
            End::Slow => "took longer than a second".to_owned(),
            End::Died { status, words } => format!("ended the process ({status}):\n{words}"),
        };
        let file = keep(target, seed, number, &input);
        return Some(format!(
            "{target}: input {number} of seed {seed}, {} bytes, {what}\nrun it again: fuzz one {target} {}\nonce it is mended, \
             copy it to tests/fuzz/crashes/{target}",
            input.len(),
            file.display()
        ));
    }
    None
}

/// Whether the input is slow each time it is read alone.
fn is_slow(target: &str, input: &[u8]) -> bool {
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(file.path(), input).expect("the file can be written");
    (0..ATTEMPTS).all(|_| {
        let mut worker = Command::new(std::env::current_exe().expect("this program has a file"));
        let worker = worker.args(["one", target]).arg(file.path());
        !matches!(watch(start(worker), None), End::Done)
    })
}

fn start(worker: &mut Command) -> Child {
    worker.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("a worker starts")
}

/// Waits for the end of a worker; ends one that gets no further.
fn watch(mut worker: Child, progress: Option<&Path>) -> End {
    let mut stderr = worker.stderr.take().expect("piped");
    let words = std::thread::spawn(move || {
        let mut words = Vec::new();
        let _ = stderr.read_to_end(&mut words);
        String::from_utf8_lossy(&words).into_owned()
    });
    let (mut last, mut since) = (0, Instant::now());
    loop {
        if let Some(status) = worker.try_wait().expect("a worker can be waited for") {
            let words: String = words.join().expect("the reader does not panic").chars().take(SHOWN).collect();
            return match status.code() {
                Some(0) => End::Done,
                Some(code) if code == i32::from(SLOW) => End::Slow,
                _ => End::Died { status, words },
            };
        }
        let now = progress.map_or(last, reached);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        if since.elapsed() > PATIENCE {
            let _ = worker.kill();
            let _ = worker.wait();
            return End::Slow;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn reached(progress: &Path) -> u64 {
    let bytes = std::fs::read(progress).expect("the file can be read");
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn keep(target: &str, seed: u64, number: u64, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let file = folder.join(format!("{target}-{seed}-{number}"));
    std::fs::write(&file, input).expect("the file can be written");
    file
}
