//! `switchboard connection reconnect`: the same user again, for the same.

use serde_json::json;
use switchboard_app::connect::{self, AccessChange, ReconnectRequest, ReconnectResult, SecretInput, SignInChannel};
use switchboard_app::connection::{self, Method};
use switchboard_app::identity::name_of;

use crate::app::App;
use crate::command_line::CommandLine;
use crate::commands::connect::{MAX_NAMED, replaced, request, secret};
use crate::connect_args::Reconnect;
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, flags: Reconnect) -> Result<(), AppError> {
    request::check_token_source(flags.token.as_deref())?;
    // A connection from a token takes the new one from standard input, whether `--token -` says so or not.
    let reads_token = flags.token.is_some() || connection::find(app, &flags.label).await?.method == Method::Token;
    let reconnected = connect::reconnect(app, request_of(&flags, reads_token)).await?;
    print(app, &reconnected)
}

fn request_of(flags: &Reconnect, reads_token: bool) -> ReconnectRequest {
    let channel = if flags.link.link {
        Some(SignInChannel::Link(request::link(&flags.link)))
    } else if flags.device {
        Some(SignInChannel::DeviceCode)
    } else if flags.paste {
        Some(SignInChannel::PastedAddress)
    } else {
        flags.no_open.then_some(SignInChannel::Browser { is_opened: false })
    };
    let access = match flags.activities.as_slice() {
        _ if flags.all => AccessChange::All,
        [] => AccessChange::Same,
        activities => AccessChange::Add(activities.to_vec()),
    };
    let again = format!("switchboard connection reconnect {} --token -", flags.label);
    ReconnectRequest {
        label: flags.label.clone(),
        channel,
        port: flags.redirect_port,
        access,
        client_secret: request::client_secret(flags.client_secret_file.as_ref(), flags.paste),
        token: reads_token.then(|| SecretInput::new(move || secret::token(&again))),
        replace: flags.replace,
        original: Some(CommandLine::now().into()),
    }
}

fn print(app: &App, reconnected: &ReconnectResult) -> Result<(), AppError> {
    let ReconnectResult { connection, identity, added, removed, replaced: ended } = reconnected;
    let label = &connection.label;
    if app.global.json {
        return output::json(&json!({ "label": label, "identity": identity, "ok": true,
            "scopes": connection.scopes, "added": added, "gone": removed,
            "replaced": ended.iter().map(|ended| &ended.label).collect::<Vec<_>>() }));
    }
    output::line(&format!("{label} is connected again as {}", name_of(identity)))?;
    for (scopes, what) in [(added, "newly granted"), (removed, "no longer granted")] {
        match scopes.len() {
            0 => {}
            1..=MAX_NAMED => output::words(&format!("{what}: "), scopes).iter().for_each(|line| app.say(line)),
            many => app.say(&format!("{what}: {many} scopes; switchboard connection show {label} lists all")),
        }
    }
    ended.iter().for_each(|ended| app.say(&format!("! {}", replaced(ended))));
    Ok(())
}
