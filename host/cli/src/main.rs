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
mod memory;
mod message;
mod network;
mod output;
mod policy;
mod progress;
mod remedy;
mod runner;
mod schema;
mod service;
mod shell;
mod suggest;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    memory::keep_out_of_core_dumps();
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
