//! Grants that nobody has kept, of sign-ins that were cut short and of ended connections: looked after beside whatever the
//! command does.

use std::time::Duration;

use switchboard_connections::{Connections, ConnectionsError, InterruptedSignIn, Retried};
use tokio::task::JoinHandle;

use crate::app::{App, SIGN_IN};
use crate::args::Command;

/// A command is not kept longer than this; what is not done by then is asked at the next start.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whose the grant of a sign-in is that was cut short is asked no longer than this.
const IDENTIFIED_WITHIN: Duration = Duration::from_secs(10);

type Earlier = JoinHandle<Result<Vec<Retried>, ConnectionsError>>;

/// Begins, for commands that open the connections anyway and when something is pending.
pub async fn begin(app: &App, command: &Command) -> Option<Earlier> {
    let uses = matches!(
        command,
        Command::Connection(_) | Command::Call(_) | Command::Run(_) | Command::Connect(_) | Command::Doctor(_)
    );
    let pending = |connections: &Connections| connections.pending_revocations().is_ok_and(|all| !all.is_empty());
    if !uses {
        return None;
    }
    let connections = app.connections().await.ok()?;
    if let Err(error) = show_interrupted(app, &connections).await {
        app.say(&format!("earlier sign-ins could not be looked after: {error}"));
    }
    let connections = Some(connections).filter(pending)?;
    // First, because the command may be about the very connection that gets the grant.
    if connections.has_cut_short().is_ok_and(|cut_short| cut_short)
        && let Ok(connector) = app.connector().await
    {
        let owner_check = connector.owner_check(app.trace(SIGN_IN));
        let told = |one| app.say(&format!("an earlier sign-in was interrupted. {one}"));
        // What is not done by then is done at the next start.
        let _ = tokio::time::timeout(IDENTIFIED_WITHIN, connections.finish_sign_ins(&*owner_check, told)).await;
    }
    Some(tokio::spawn(async move { connections.retry_revocations().await }))
}

/// Names each interrupted sign-in once. Who wants quiet sees none, and the next command names it.
async fn show_interrupted(app: &App, connections: &Connections) -> Result<(), ConnectionsError> {
    if app.global.quiet {
        return Ok(());
    }
    let mut sign_ins = connections.interrupted_sign_ins().await?;
    sign_ins.retain(|sign_in| !sign_in.shown);
    if sign_ins.is_empty() {
        return Ok(());
    }
    for sign_in in &sign_ins {
        app.say(&interruption(sign_in));
    }
    connections.mark_shown(sign_ins).await
}

/// What a person has to know of a sign-in that was interrupted.
pub fn interruption(sign_in: &InterruptedSignIn) -> String {
    let InterruptedSignIn { label, client_id, .. } = sign_in;
    format!(
        "a sign-in to `{label}` stopped before its answer arrived; Zoom may list the app {client_id} as allowed. Sign in to `{label}` again, or remove the app in the settings of Zoom"
    )
}

/// Says what came of it.
pub async fn finish(app: &App, earlier: Option<Earlier>) {
    let Some(earlier) = earlier else { return };
    let Ok(Ok(Ok(retried))) = tokio::time::timeout(PATIENCE, earlier).await else { return };
    for one in retried {
        app.say(&match (one.failed, one.given_up) {
            (None, _) => format!("the service revoked the grant of {}", whose(&one.label)),
            (Some(_), false) => continue,
            (Some(why), true) => format!(
                "the grant of {} may still hold ({why}) and is not asked back any more: remove the app in the service's own settings",
                whose(&one.label)
            ),
        });
    }
}

/// The label a connection had, in quotes; a sign-in that made none has words.
pub fn whose(label: &str) -> String {
    if label.contains(' ') { label.to_owned() } else { format!("`{label}`") }
}
