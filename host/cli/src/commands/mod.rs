//! One file a command.

mod activity;
mod call;
mod check;
mod connect;
mod connection;
mod doctor;
mod emulator;
mod run;
mod runs;
mod tour;
mod try_out;

use std::process::ExitCode;

use clap::CommandFactory;

use crate::app::App;
use crate::args::{Args, Command};
use crate::error::CliError;

/// Run the command that was asked for, until it ends or is interrupted. `try`, `run` and `emulator` tidy up when interrupted, so they
/// listen themselves.
pub async fn dispatch(args: Args) -> Result<ExitCode, CliError> {
    if matches!(args.command, Command::Try(_) | Command::Run(_) | Command::Emulator(_)) {
        return command(args).await;
    }
    tokio::select! {
        done = command(args) => done,
        _ = tokio::signal::ctrl_c() => Err(CliError::Interrupted),
    }
}

async fn command(args: Args) -> Result<ExitCode, CliError> {
    let app = App::new(args.global)?;
    match args.command {
        Command::Try(options) => try_out::run(&app, options).await?,
        Command::Connect(options) => connect::run(&app, options).await?,
        Command::Connection(command) => connection::run(&app, command).await?,
        Command::Activity(command) => activity::run(&app, command).await?,
        Command::Call(options) => call::run(&app, options).await?,
        Command::Run(options) => run::run(&app, options).await?,
        Command::Check(options) => check::run(&app, options).await?,
        Command::Runs(command) => runs::run(&app, command)?,
        Command::Emulator(command) => emulator::run(&app, command).await?,
        Command::Doctor => doctor::run(&app).await?,
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "switchboard", &mut std::io::stdout());
        }
    }
    Ok(ExitCode::SUCCESS)
}
