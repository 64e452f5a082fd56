//! What a sign-in ends with.

pub(crate) mod commit;
pub(crate) mod history;
pub(crate) mod owner_check;
pub(crate) mod rejected;
pub(crate) mod staged;
pub(crate) mod token;

use std::fmt;
use std::sync::Arc;

use switchboard_egress::KnownSecrets;

use crate::grant::staged::StagedGrant;
use crate::grant::token::{AppSecret, Token};

/// How a connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// In the browser, through the packaged app.
    OAuth,
    /// In the browser, through the user's own app.
    Byo,
    /// For a whole account, without a browser.
    ServerToServer,
    /// A token pasted by its owner, good until it ends.
    Token,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 4] = [Method::OAuth, Method::Byo, Method::ServerToServer, Method::Token];

    /// The name used in the manifest and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::OAuth => "oauth",
            Method::Byo => "byo",
            Method::ServerToServer => "server-to-server",
            Method::Token => "token",
        }
    }

    /// Whether a person signs in: their next sign-in through the same app may end the grant of this one.
    pub fn is_by_person(self) -> bool {
        matches!(self, Method::OAuth | Method::Byo)
    }

    /// The method of a name.
    pub fn from_name(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// Access to one account, not kept anywhere yet.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) token: Token,
    pub(crate) app: Option<AppSecret>,
    /// Connections of the same app that lived when the code was exchanged: the service may have ended one of them.
    pub(crate) living: Vec<String>,
    /// Secrets of the grants that it may take the place of: the service may repeat them.
    pub(crate) others: KnownSecrets,
    /// Where it waits to be kept, or else to be taken back.
    pub(crate) staged: Option<Arc<StagedGrant>>,
}

impl Grant {
    /// The same, with the secrets of grants that it may take the place of.
    pub(crate) fn hiding(self, others: KnownSecrets) -> Grant {
        Grant { others, ..self }
    }

    /// What was granted. Empty when the service did not say.
    pub fn scopes(&self) -> &[String] {
        &self.token.scopes
    }

    /// Those of `asked` that were not granted.
    pub fn missing<'a>(&self, asked: &'a [String]) -> Vec<&'a str> {
        asked.iter().filter(|scope| !self.token.scopes.contains(scope)).map(String::as_str).collect()
    }

    /// Whether the token can be replaced when it ends.
    pub fn renewable(&self) -> bool {
        self.token.refresh.is_some() || self.account_id().is_some()
    }

    /// The app a person signed in through.
    pub fn client_id(&self) -> Option<&str> {
        self.app.as_ref().filter(|app| app.account_id.is_none()).map(|app| app.client_id.as_str())
    }

    pub(crate) fn account_id(&self) -> Option<&str> {
        self.app.as_ref()?.account_id.as_deref()
    }

    /// Its place among all grants of the database; 0 for one that no other ends.
    pub(crate) fn number(&self) -> i64 {
        self.staged.as_ref().map_or(0, |staged| staged.number)
    }

    /// The kind the connector is told when the method has no name yet.
    pub(crate) fn kind(&self) -> &'static str {
        match (&self.app, self.account_id()) {
            (None, _) => Method::Token.as_str(),
            (Some(_), Some(_)) => Method::ServerToServer.as_str(),
            (Some(_), None) => Method::OAuth.as_str(),
        }
    }
}
