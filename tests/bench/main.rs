//! What the sandbox, the command and a download cost, measured in one run: `make bench`.
//!
//! Everything that can be compared is compared with the same work done natively, in alternating repetitions, and given
//! as the median of the ratios. Start at `measure`; run without arguments, or with the names of parts. Needs Linux, `curl` and `openssl`.

mod calls;
mod campus;
mod cold;
mod download;
mod native;
mod parked;
mod process;
mod report;
mod steady;
mod tls;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use switchboard_emulator::{Emulator, Options};
use switchboard_runtime::{Bundle, MachineCode};

use crate::report::Report;

/// Why there is no figure.
type Failed = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["download", address, root, to] => download::fetch(address, root, to),
        ["campus", api_base, token] => campus::list(api_base, token),
        ["parked", calls, pooled] => parked::park(calls, pooled),
        parts => match parts.iter().find(|part| !PARTS.contains(part)) {
            None => measure(parts),
            Some(unknown) => Err(format!("no part is called `{unknown}`: {}", PARTS.join(", ")).into()),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What can be measured alone: `target/release/bench calls cold`.
const PARTS: [&str; 5] = ["calls", "cold", "parked", "download", "campus"];

fn measure(parts: &[&str]) -> Result<(), Failed> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let emulator =
        threads.block_on(switchboard_emulator::start(Options { rate_limits: false, ..Options::default() }))?;
    let mut report = Report::start();
    if wanted("calls") {
        calls::load(&mut report)?;
        calls::compare(&threads, &emulator, &mut report)?;
    }
    if wanted("cold") {
        cold::start(&emulator, &mut report)?;
        cold::sizes(&mut report)?;
    }
    if wanted("parked") {
        parked::measure(&mut report)?;
    }
    if wanted("download") {
        download::compare(&mut report)?;
    }
    if wanted("campus") {
        campus::measure(&threads, &mut report)?;
    }
    report.end();
    Ok(())
}

/// A file of the repository.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The connector as the command has it inside.
const BUNDLED: Bundle = Bundle { code: &CODE, index: include_str!(concat!(env!("OUT_DIR"), "/zoom.index")) };

static CODE: MachineCode<[u8; include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")).len()]> =
    MachineCode::new(*include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")));

/// A program that was built beside this one.
fn beside(name: &str) -> Result<PathBuf, Failed> {
    let found = std::env::current_exe()?.with_file_name(name);
    if found.exists() { Ok(found) } else { Err(format!("{} is missing: run `make bench`", found.display()).into()) }
}

/// A token of the emulator's owner.
fn token(emulator: &Emulator) -> Result<String, Failed> {
    emulator.issue_token("ada@emulator.test").ok_or_else(|| "the emulator does not know ada".into())
}
