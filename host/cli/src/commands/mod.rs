//! One file a command.

mod activity;
mod call;
mod check;
pub mod connect;
mod connection;
mod connector;
mod doctor;
mod emulator;
pub mod error;
mod event;
mod key;
mod receive;
mod reference;
mod run;
mod runs;
mod tour;
mod try_out;

use std::process::ExitCode;
use std::task::Poll;

use clap::CommandFactory;
use switchboard_app::housekeeping::Housekeeping;

use crate::app::App;
use crate::args::{Args, Command};
use crate::browser;
use crate::output;
use switchboard_app::AppError;

/// Run the command that was asked for, until it ends or is interrupted. `try`, `run` and `emulator` tidy up when interrupted, so they
/// listen themselves.
pub async fn dispatch(args: Args) -> Result<ExitCode, AppError> {
    let _file_limit = file_limit();
    let app = App::new(args.global)?;
    let done = match args.command {
        Command::Try(_) | Command::Run(_) | Command::Emulator(_) => command(&app, args.command).await,
        // It is listened for before anything is done, so that nothing is ended by the system instead.
        _ => tokio::select! {
            biased;
            () = asked_to_end() => Err(AppError::Interrupted),
            done = command(&app, args.command) => done,
        },
    };
    // However it ended: a token that is being replaced would be lost with its answer.
    app.close().await;
    done
}

async fn command(app: &App, command: Command) -> Result<ExitCode, AppError> {
    let housekeeping = if opens_connections(&command) { Some(Housekeeping::begin(app).await) } else { None };
    let result = execute(app, command).await;
    // Also after a failure: the service is still asked.
    if let Some(housekeeping) = housekeeping {
        housekeeping.finish(app).await;
    }
    result.map(|()| ExitCode::SUCCESS)
}

async fn execute(app: &App, command: Command) -> Result<(), AppError> {
    match command {
        Command::Try(options) => try_out::run(app, options).await?,
        Command::Connect(options) => connect::run(app, *options).await?,
        Command::Key(command) => key::run(app, &command).await?,
        Command::Connection(command) => connection::run(app, command).await?,
        Command::Activity(command) => activity::run(app, command).await?,
        Command::Connector(command) => connector::run(app, command).await?,
        Command::Event(command) => event::run(app, command).await?,
        Command::Error(command) => error::run(app, command).await?,
        Command::Call(options) => call::run(app, options).await?,
        Command::Run(options) => run::run(app, options).await?,
        Command::Check(options) => check::run(app, options).await?,
        Command::Runs(command) => runs::run(app, command).await?,
        Command::Emulator(command) => emulator::run(app, command).await?,
        Command::Doctor(options) => doctor::run(app, options).await?,
        Command::OpenBrowser { address } => browser::run(&address)?,
        Command::Reference => reference::run()?,
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "switchboard", &mut script);
            output::script(&String::from_utf8_lossy(&script))?;
        }
    }
    Ok(())
}

/// Commands that open the connections anyway.
fn opens_connections(command: &Command) -> bool {
    matches!(
        command,
        Command::Connection(_) | Command::Call(_) | Command::Run(_) | Command::Connect(_) | Command::Doctor(_)
    )
}

/// A file that reaches the process's limit of sizes ends the process by a signal, unless somebody takes it: then the write fails,
/// and the failure is said.
fn file_limit() -> Option<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::from_raw(SIGXFSZ)).ok()
}

/// The same number on Linux and macOS.
const SIGXFSZ: i32 = 25;

/// Until somebody asks the command to end: Ctrl-C, the signal that ends a background job, or the end of its terminal.
pub async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [Some(SignalKind::terminate()), hangup()];
    let mut signals: Vec<_> = kinds.into_iter().flatten().filter_map(|kind| signal(kind).ok()).collect();
    let others =
        std::future::poll_fn(|context| match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = others => {}
    }
}

/// The end of the terminal, unless this command was started to outlive it, as `nohup` does. Linux alone tells that; elsewhere the
/// system ends the command or does not, as it was started.
fn hangup() -> Option<tokio::signal::unix::SignalKind> {
    let kind = tokio::signal::unix::SignalKind::hangup();
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
    let bit = 1_u64 << (kind.as_raw_value() - 1);
    if ignored & bit == 0 { Some(kind) } else { None }
}
