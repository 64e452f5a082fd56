//! The `switchboard` command: parse, call, print.

mod app;
mod args;
mod browser;
mod command_line;
mod commands;
mod connect_args;
mod input;
mod output;
mod present;
mod schema;
mod shell;

use std::process::ExitCode;

use clap::Parser;
use switchboard_app::{AppError, memory};

use crate::present::error;

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
        Err(error) => Err(AppError::failed("host.start", format!("cannot start: {error}"))),
    };
    match done {
        Ok(code) => code,
        Err(error) => error::report(&error, json),
    }
}
