//! The end of a connection: what it ends, the question, and what became of the grant.

use switchboard_connections::{Connection, Method, Revocation, State};
use switchboard_store::Usage;

use super::owner_of;
use crate::connect::attempt;
use crate::ui::{Confirmation, DisconnectionConfirmation};
use crate::{App, AppError, Message, NextStep, message};

/// A connection that ended.
#[derive(Debug)]
pub struct Disconnection {
    /// The connection as it was.
    pub connection: Connection,
    /// What became of its grant.
    pub revocation: RevocationResult,
    /// Whether it was the default connection.
    pub was_default: bool,
    /// What used it, latest first.
    pub usage: Vec<Usage>,
}

/// What became of the grant of a connection that ended.
#[derive(Debug)]
pub enum RevocationResult {
    /// The service has revoked it.
    Revoked,
    /// Nothing is left to revoke.
    NotNeeded,
    /// It goes on at the service, and how its owner ends it.
    StillValid(Message),
}

impl RevocationResult {
    /// What a person has to know of it.
    pub fn note(&self) -> Option<&Message> {
        match self {
            Self::StillValid(note) => Some(note),
            Self::Revoked | Self::NotNeeded => None,
        }
    }
}

/// Whether the person is asked before a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The surface asks.
    Ask,
    /// The person has confirmed it already.
    Given,
}

/// Revokes the grant of a connection at the service, and deletes the connection.
pub async fn disconnect(app: &App, label: &str, consent: Consent) -> Result<Disconnection, AppError> {
    let connections = app.connections().await?;
    let connection = connections.show(label)?;
    let usage = connections.usage(&connection.id)?;
    if consent == Consent::Ask {
        let question = Confirmation::Disconnection(DisconnectionConfirmation {
            label: connection.label.clone(),
            owner: owner_of(&connection),
            usage: usage.clone(),
        });
        if !app.ui().confirm(&question).await? {
            return Err(AppError::failed("not-confirmed", "not confirmed; nothing was done"));
        }
    }
    let was_default = connections.default_one()?.is_some_and(|default| default.id == connection.id);
    let done = connections.disconnect(&connection.id).await?;
    // What was tried before is of no interest any more.
    let _ = attempt::dismiss(app, Some(&connection.label)).await;
    let revocation = match &done.revocation {
        Revocation::Done => RevocationResult::Revoked,
        Revocation::Failed(why) => RevocationResult::StillValid(message![
            format!("the grant was not revoked: {why}. "),
            NextStep::ListConnections,
            " shows the next attempt. To revoke it now, remove the app in the service's own settings."
        ]),
        Revocation::NotNeeded if connection.state == State::Disconnected => RevocationResult::NotNeeded,
        Revocation::NotNeeded => match not_revoked(connection.method) {
            Some(note) => RevocationResult::StillValid(note.into()),
            None => RevocationResult::NotNeeded,
        },
    };
    Ok(Disconnection { connection, revocation, was_default, usage })
}

/// What goes on at the service although the connection is gone here, and how its owner ends it.
fn not_revoked(method: Method) -> Option<&'static str> {
    match method {
        Method::Token => Some(
            "nothing was revoked: the pasted token works until it expires. To end it now, revoke it where it was made.",
        ),
        Method::ServerToServer => Some(
            "nothing was revoked: an account's own app works as long as it is active. To end it, deactivate the app in the service's own settings.",
        ),
        Method::OAuth | Method::Byo => None,
    }
}
