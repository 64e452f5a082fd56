//! What a connection was made for, so that the next sign-in asks for the same and comes back to the same address.

use serde::{Deserialize, Serialize};

use serde_json::Value;
use switchboard_store::StoreError;

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

impl RequestedAccess {
    /// As it is kept.
    pub(crate) fn to_value(&self) -> Result<Value, ConnectionsError> {
        Ok(serde_json::to_value(self).map_err(|error| unknown(error.to_string()))?)
    }
}

fn unknown(value: String) -> StoreError {
    StoreError::UnknownValue { column: "requested_access", value }
}

impl Connections {
    /// How a connection was made; nothing is known of old ones.
    ///
    /// # Errors
    /// [`StoreError::UnknownValue`] for a value that this program cannot read: it is not taken for all scopes.
    pub fn requested_access(&self, id: &str) -> Result<RequestedAccess, ConnectionsError> {
        let Some(access) = self.core.store.requested_access(id)? else {
            return Ok(RequestedAccess::default());
        };
        let text = access.to_string();
        Ok(serde_json::from_value(access).map_err(|_| unknown(text))?)
    }

    /// The app of a connection that acts for a whole account, with the account's id.
    pub fn account_app(&self, label_or_id: &str) -> Result<Option<(String, App)>, ConnectionsError> {
        let secret = self.app_secret(label_or_id)?;
        Ok(secret.and_then(|secret| Some((secret.account_id.clone()?, App::from(secret)))))
    }
}
