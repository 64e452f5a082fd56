//! The `switchboard` command: parse, call, print.

mod accounts;
mod address;
mod app;
mod args;
mod browser;
mod commands;
mod compile;
mod connect_args;
mod download;
mod error;
mod given;
mod home;
mod input;
mod message;
mod near;
mod network;
mod output;
mod policy;
mod progress;
mod remedy;
mod runner;
mod schema;
mod service;
mod spelled;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    keep_memory_out_of_core_dumps();
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(wrong) => return error::report_usage(wrong),
    };
    let json = args.global.json;
    // One call waits for one answer: further threads would only take time to start.
    let mut threads = match args.command {
        args::Command::Call(_) => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let work = commands::dispatch(args);
    let runtime = threads.worker_threads(2).enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(error::CliError::failed("host.start", format!("cannot start: {error}"))),
    };
    match done {
        Ok(code) => code,
        Err(error) => error.report(json),
    }
}

/// Tokens are in memory, and a core dump may be sent to somebody. The kernel leaves all memory out of it, also where a program
/// takes dumps in (core(5)). Where there is no such file, the system's own setting holds.
fn keep_memory_out_of_core_dumps() {
    if cfg!(target_os = "linux") {
        drop(std::fs::write("/proc/self/coredump_filter", "0"));
    }
}
