//! `switchboard connection disconnect`: what it ends, the question, and what became of the grant.

use std::io::IsTerminal;

use serde_json::json;
use switchboard_connections::{Method as Kind, Revocation, State, Usage};

use crate::app::App;
use crate::commands::connect::attempt;
use crate::commands::connection::{email, used};
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, label: &str, yes: bool) -> Result<(), AppError> {
    let connections = app.connections().await?;
    let row = connections.show(label)?;
    let usage = connections.usage(&row.id)?;
    if !yes {
        if app.global.no_input || !std::io::stdin().is_terminal() {
            return Err(AppError::usage(
                format!("this revokes and deletes `{}` ({})", row.label, depends(&usage)),
                "add --yes to continue",
            ));
        }
        usage.iter().for_each(|usage| output::note(&format!("! {}", says(usage))));
        output::note(&format!(
            "this revokes `{}` ({}) at the service and deletes it here. Type its label to continue:",
            row.label,
            email(&row)
        ));
        if crate::input::line()?.trim() != row.label {
            return Err(AppError::failed("not-confirmed", "not confirmed; nothing was done"));
        }
    }
    let was_default = connections.default_one()?.is_some_and(|default| default.id == row.id);
    let done = connections.disconnect(&row.id).await?;
    // What was tried before is of no interest any more.
    let _ = attempt::dismiss(&app.store()?, Some(&row.label)).await;
    let note = match &done.revocation {
        Revocation::Failed(why) => Some(format!(
            "its grant may still hold: {why}. `switchboard connection list` shows when it is asked for again; or remove the app in the service's own settings."
        )),
        Revocation::NotNeeded if row.state == State::Disconnected => None,
        Revocation::NotNeeded => not_revoked(row.method).map(str::to_owned),
        Revocation::Done => None,
    };
    if app.global.json {
        return output::json(
            &json!({ "label": label, "disconnected": true, "revoked": done.revocation == Revocation::Done, "was_default": was_default, "note": note, "used_by": usage.iter().map(used).collect::<Vec<_>>() }),
        );
    }
    output::line(&format!("{label} is disconnected"))?;
    usage.iter().for_each(|usage| app.say(&format!("! {}", says(usage))));
    if was_default {
        app.say(
            "it was the one that is used where none is named: switchboard connection default LABEL chooses another",
        );
    }
    if let Some(note) = note {
        app.say(&note);
    }
    Ok(())
}

/// What goes on at the service although the connection is gone here, and how its owner ends it.
fn not_revoked(method: Kind) -> Option<&'static str> {
    match method {
        Kind::Token => Some(
            "nothing was revoked: the pasted token works until it expires. To end it now, revoke it where it was made.",
        ),
        Kind::ServerToServer => Some(
            "nothing was revoked: an account's own app works as long as it is active. To end it, deactivate the app in the service's own settings.",
        ),
        Kind::OAuth | Kind::Byo => None,
    }
}

/// What used a connection, in words, latest first.
pub fn depends(usage: &[Usage]) -> String {
    if usage.is_empty() {
        return "no automation has used it".to_owned();
    }
    usage.iter().map(says).collect::<Vec<_>>().join("; ")
}

fn says(usage: &Usage) -> String {
    let times = if usage.runs == 1 { "once".to_owned() } else { format!("{} times", usage.runs) };
    format!("{} used it {times}, last at {} in run {}", usage.automation, output::time(usage.at), usage.run)
}
