//! `switchboard-emulator`: start the emulator, or steer a running one.

use std::process::ExitCode;

use clap::Parser;
use switchboard_emulator::cli::{self, Command, Failed, Start};

/// A stateful Zoom on this machine, for trying and testing. Without a command it starts.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: Start,
    /// Print data as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.json;
    let done = match arguments.command {
        None => serve(arguments.start, json).await,
        Some(Command::Start(start)) => serve(*start, json).await,
        Some(command) => cli::steer(command).await.map(|done| {
            if !done.text.is_empty() {
                eprintln!("{}", done.text);
            }
            if !done.data.is_null() {
                println!("{:#}", done.data);
            }
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {}", why.message);
            // as for a command line that cannot be parsed
            if why.usage { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

async fn serve(start: Start, json: bool) -> Result<(), Failed> {
    let emulator = start.run().await?;
    if json {
        println!("{}", cli::addresses(&emulator));
    } else {
        println!("{}", cli::greeting(&emulator));
    }
    tokio::signal::ctrl_c().await.ok();
    emulator.stop().await;
    Ok(())
}
