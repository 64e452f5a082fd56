//! Inputs that nobody wrote: each reader of foreign data gets mutants of a corpus, and none may panic, abort, hang or grow.
//!
//! `fuzz gate TARGET` runs the mutants in processes of their own and names the one that ended a process. `fuzz one TARGET FILE`
//! runs one input again. A mutant is a function of corpus, seed and number, so that a run can be repeated.
//!
//! The mutator is ours because the faults it must find are long repetitions and deep nests of a language's own words: bolero
//! draws random bytes on stable Rust and keeps no process between a test and an abort, mutatis has no dictionary, libFuzzer,
//! AFL and fuzzcheck need a nightly compiler. Start at [`gate::run`].
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken gate is a failed test")]

mod corpus;
mod gate;
mod mutate;
mod targets;
mod worker;

use std::process::ExitCode;

/// Counts what is allocated and gives no more than the worker allows.
#[global_allocator]
static MEMORY: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

const USAGE: &str = "usage: fuzz gate TARGET [TIMES [SEED [WORKERS]]] | fuzz one TARGET FILE | fuzz list";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            targets::names().iter().for_each(|name| println!("{name}"));
            ExitCode::SUCCESS
        }
        ["gate", target, numbers @ ..] => {
            gate::run(target, &numbers.iter().map(|text| number(text)).collect::<Vec<_>>())
        }
        ["worker", target, seed, first, end, progress] => {
            worker::run(target, number(seed), number(first)..number(end), progress)
        }
        ["one", target, file] => worker::one(target, file),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number; {USAGE}"))
}
