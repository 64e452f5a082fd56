//! What a connection was made for, so that the next sign-in asks for the same and comes back to the same address.

use serde::{Deserialize, Serialize};

use crate::connections::Connections;
use crate::{App, ConnectionsError};

/// How a person was asked for a connection. Nothing secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedAccess {
    /// Activities that were chosen; empty: no choice was made.
    pub activities: Vec<String>,
    /// Scopes that were asked for; empty: all the app has.
    pub scopes: Vec<String>,
    /// Port of the call-back address on this machine that the app lists.
    pub port: Option<u16>,
    /// Where browsers elsewhere reach the page of a link.
    pub public_url: Option<String>,
    /// Approved on another machine by a code.
    pub device: bool,
}

impl Connections {
    /// Keeps how a connection was made.
    pub fn set_requested_access(&self, id: &str, made: &RequestedAccess) -> Result<(), ConnectionsError> {
        let access = serde_json::to_value(made).unwrap_or_default();
        Ok(self.core.store.set_requested_access(id, &access)?)
    }

    /// How a connection was made; nothing is known of old ones.
    pub fn requested_access(&self, id: &str) -> Result<RequestedAccess, ConnectionsError> {
        let access = self.core.store.requested_access(id)?;
        Ok(access.and_then(|access| serde_json::from_value(access).ok()).unwrap_or_default())
    }

    /// The app of a connection that acts for a whole account, with the account's id.
    pub fn account_app(&self, label_or_id: &str) -> Result<Option<(String, App)>, ConnectionsError> {
        let secret = self.app_secret(label_or_id)?;
        Ok(secret.and_then(|secret| Some((secret.account_id.clone()?, App::from(secret)))))
    }
}
