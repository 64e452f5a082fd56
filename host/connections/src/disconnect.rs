//! Ending a connection.

use switchboard_store::ConnectionRow;

use crate::connections::{Connections, DEFAULT};
use crate::rotation::{APP, SERVICE, TOKEN};
use crate::token::{AppSecret, Token};
use crate::{ConnectionsError, Service, sign_in};

/// A connection that is no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Disconnected {
    /// What it was.
    pub row: ConnectionRow,
    /// What became of the grant at the service.
    pub revocation: Revocation,
}

/// What became of the grant at the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The service took it back.
    Done,
    /// There was none to take back: the token was pasted, or belongs to the account's own app.
    NotNeeded,
    /// It may still hold: the user has to remove the app in the service's settings.
    Failed(String),
}

impl Connections {
    /// Takes the grant back at the service, then erases it here. Erased it is in any case.
    pub async fn disconnect(&self, label_or_id: &str) -> Result<Disconnected, ConnectionsError> {
        let row = self.show(label_or_id)?;
        let revocation = match self.revoke(&row).await {
            Ok(revocation) => revocation,
            Err(error) => Revocation::Failed(error.to_string()),
        };
        self.core.store.delete_connection(&row.id)?;
        if self.core.store.get_meta(DEFAULT)?.as_deref() == Some(&row.id) {
            self.core.store.delete_meta(DEFAULT)?;
        }
        Ok(Disconnected { row, revocation })
    }

    async fn revoke(&self, row: &ConnectionRow) -> Result<Revocation, ConnectionsError> {
        let (app, _): (Option<AppSecret>, _) = self.core.field(&row.id, APP)?;
        let app = match app {
            Some(app) if app.account_id.is_none() => app,
            _ => return Ok(Revocation::NotNeeded),
        };
        let (service, _): (Service, _) = self.core.field(&row.id, SERVICE)?;
        // An ended token may not be known any more while the grant still holds.
        let token = match self.core.token(&row.id, None).await {
            Ok(token) => token,
            Err(_) => self.core.field::<Token>(&row.id, TOKEN)?.0,
        };
        sign_in::revoke(&self.core.egress, &service, &app.into(), &token).await?;
        Ok(Revocation::Done)
    }
}
