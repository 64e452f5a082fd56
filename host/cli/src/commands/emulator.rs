//! `switchboard emulator`: start a Zoom emulator alone, and steer one that runs.

use switchboard_emulator::cli::{self, Command, Failed, Start};

use crate::app::App;
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, command: Command) -> Result<(), AppError> {
    match command {
        Command::Start(start) => serve(app, *start).await,
        command => {
            let done = cli::steer(command).await.map_err(failed)?;
            done.text.lines().for_each(|line| app.say(line));
            if done.data.is_null() { Ok(()) } else { output::json(&done.data) }
        }
    }
}

fn failed(why: Failed) -> AppError {
    match why.usage {
        true => AppError::usage(why.message, "see `switchboard emulator --help`"),
        false => AppError::failed("emulator", why.message),
    }
}

async fn serve(app: &App, start: Start) -> Result<(), AppError> {
    let emulator = start.run().await.map_err(failed)?;
    if app.global.json {
        output::line(&cli::addresses(&emulator).to_string())?;
    } else {
        output::lines(&cli::greeting(&emulator))?;
    }
    super::asked_to_end().await;
    emulator.stop().await;
    Ok(())
}
