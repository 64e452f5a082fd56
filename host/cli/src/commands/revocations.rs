//! Grants of ended connections that the service has yet to take back: asked again beside whatever the command does.

use std::time::Duration;

use switchboard_connections::{Connections, ConnectionsError, Retried};
use tokio::task::JoinHandle;

use crate::app::App;
use crate::args::Command;

/// A command is not kept longer than this; what is not done by then is asked at the next start.
const PATIENCE: Duration = Duration::from_secs(3);

type Earlier = JoinHandle<Result<Vec<Retried>, ConnectionsError>>;

/// Begins, for commands that open the connections anyway and when something is pending.
pub fn begin(app: &App, command: &Command) -> Option<Earlier> {
    let uses = matches!(command, Command::Connection(_) | Command::Call(_) | Command::Run(_) | Command::Connect(_));
    let pending = |connections: &Connections| connections.pending_revocations().is_ok_and(|all| !all.is_empty());
    let connections = uses.then(|| app.connections().ok()).flatten().filter(pending)?;
    Some(tokio::spawn(async move { connections.retry_revocations().await }))
}

/// Says what came of it.
pub async fn finish(app: &App, earlier: Option<Earlier>) {
    let Some(earlier) = earlier else { return };
    let Ok(done) = tokio::time::timeout(PATIENCE, earlier).await else {
        // An answer that nobody keeps costs a token that could have been sent back.
        return switchboard_connections::settled().await;
    };
    let Ok(Ok(retried)) = done else { return };
    for one in retried {
        app.say(&match (one.failed, one.given_up) {
            (None, _) => format!("the service took back the grant of {}", whose(&one.label)),
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
