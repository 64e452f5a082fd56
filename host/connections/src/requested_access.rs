//! What a connection was made for, so that the next sign-in asks for the same and comes back to the same address.

use serde::{Deserialize, Serialize};

use crate::connections::{Connections, DEFAULT, PLAN};
use crate::{App, ConnectionsError};

/// Before a connection's id: the name under which the database keeps it.
const MADE: &str = "made.";

/// How a person was asked for a connection. Nothing secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Made {
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
    pub fn note_made(&self, id: &str, made: &Made) -> Result<(), ConnectionsError> {
        let text = serde_json::to_string(made).unwrap_or_default();
        Ok(self.core.store.put_meta(&format!("{MADE}{id}"), &text)?)
    }

    /// How a connection was made; nothing is known of old ones.
    pub fn made(&self, id: &str) -> Result<Made, ConnectionsError> {
        let kept = self.core.store.get_meta(&format!("{MADE}{id}"))?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The app of a connection that acts for a whole account, with the account's id.
    pub fn account_app(&self, label_or_id: &str) -> Result<Option<(String, App)>, ConnectionsError> {
        let secret = self.app_secret(label_or_id)?;
        Ok(secret.and_then(|secret| Some((secret.account_id.clone()?, App::from(secret)))))
    }

    /// Forgets everything that is kept beside a connection that is gone.
    pub(crate) fn forget_beside(&self, id: &str) -> Result<(), ConnectionsError> {
        let store = &self.core.store;
        if store.get_meta(DEFAULT)?.as_deref() == Some(id) {
            store.delete_meta(DEFAULT)?;
        }
        let used = store.meta_under(&crate::grant::owner_check::usage_prefix(id))?.into_iter().map(|(name, _)| name);
        for name in
            used.chain([format!("{MADE}{id}"), format!("{PLAN}{id}"), crate::token_endpoint::pause::failure_name(id)])
        {
            store.delete_meta(&name)?;
        }
        Ok(())
    }
}
