//! `switchboard try`: an emulator with a connected demo account.

use switchboard_app::connect::{DemoAccount, connect_demo, disconnect_demo};
use switchboard_app::identity::{identity_of, name_of};
use switchboard_emulator::{Emulator, Options};

use crate::app::App;
use crate::args::Try;
use crate::commands::tour;
use crate::connect_args::{DEFAULT_PROFILE, PORT as REDIRECT_PORT};
use switchboard_app::AppError;

/// Label of the connection `try` makes, anew at each start.
pub const LABEL: &str = "demo";
/// Who the demo account belongs to.
const USER: &str = "ada@emulator.test";

/// Where people look for the emulator.
const PORT: u16 = 7901;
const DOWNLOAD_PORT: u16 = 7902;
/// A tour ends by itself: it takes whatever port is free.
const ANY_PORT: u16 = 0;

pub async fn run(app: &App, options: Try) -> Result<(), AppError> {
    let port = |chosen: Option<u16>, usual| chosen.unwrap_or(if options.tour { ANY_PORT } else { usual });
    let wanted = (port(options.port, PORT), port(options.download_port, DOWNLOAD_PORT));
    let emulator =
        switchboard_emulator::start(Options { api_port: wanted.0, download_port: wanted.1, ..Options::default() })
            .await
            .map_err(|error| {
                AppError::failed(
            "port-busy",
            format!("the emulator cannot listen on port {} or {}: {error}", wanted.0, wanted.1),
        )
        .with_fix(
            "end what uses the port (another `switchboard try`?), or choose others with --port and --download-port",
        )
            })?;
    app.say(&format!("emulator up      {}", emulator.api_base()));
    let result = with_emulator(app, &emulator, options.tour).await;
    emulator.stop().await;
    result?;
    if !options.tour {
        app.say("the emulator has stopped and the demo connection is gone");
    }
    Ok(())
}

/// Connects the demo account, shows or waits, and ends the connection again: without its emulator it works for nobody.
async fn with_emulator(app: &App, emulator: &Emulator, is_tour: bool) -> Result<(), AppError> {
    let connection = connect_demo(app, &account(emulator)).await?;
    app.say(&format!("connected        {LABEL} = {}", name_of(&identity_of(&connection)?)));
    app.say(&format!("scopes           {} granted", connection.scopes.len()));
    let result = if is_tour {
        tour::run(app, LABEL).await
    } else {
        app.say("in another terminal:");
        app.say("  switchboard call zoom.users.me");
        app.say("  switchboard call zoom.recordings.list from=2026-01-01");
        app.say("Ctrl-C stops the emulator and ends the demo connection with it.");
        super::asked_to_end().await;
        Ok(())
    };
    let ended = disconnect_demo(app, &connection.id).await;
    result.and(ended)
}

/// The demo account of an emulator. Its app lists the usual redirect address.
fn account(emulator: &Emulator) -> DemoAccount {
    let (client_id, client_secret) = emulator.app();
    DemoAccount {
        label: LABEL.to_owned(),
        profile: DEFAULT_PROFILE.to_owned(),
        api_base: emulator.api_base(),
        oauth_base: emulator.oauth_base(),
        client_id,
        client_secret,
        user: USER.to_owned(),
        port: REDIRECT_PORT,
    }
}
