//! `switchboard emulator`: start a Zoom emulator alone, and steer one that runs.

use switchboard_emulator::cli::{self, Command, Start};

use crate::app::App;
use crate::error::CliError;
use crate::output;

pub async fn run(app: &App, command: Command) -> Result<(), CliError> {
    match command {
        Command::Start(start) => serve(app, *start).await,
        command => {
            let answer = cli::steer(command).await.map_err(|why| CliError::failed("emulator", why))?;
            if answer.is_null() { Ok(()) } else { output::json(&answer) }
        }
    }
}

async fn serve(app: &App, start: Start) -> Result<(), CliError> {
    let emulator = start.run().await.map_err(|why| CliError::failed("emulator", why))?;
    if app.global.json {
        output::line(&cli::addresses(&emulator).to_string())?;
    } else {
        output::line(&cli::greeting(&emulator))?;
    }
    super::asked_to_end().await;
    emulator.stop().await;
    Ok(())
}
