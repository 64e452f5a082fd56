//! What a call needs to know about the account it acts for.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Credential, Pacing, Policy};

/// One connected account, as the runtime sees it.
#[async_trait]
pub trait Connection: Send + Sync {
    /// Where requests for this account may go.
    fn policy(&self) -> &Policy;

    /// What a connector may know about the account's sign-in.
    fn facts(&self) -> Facts;

    /// The connection's stable id.
    fn id(&self) -> &str;

    /// The budget of the account, shared by everything that acts for it.
    fn pacing(&self) -> &dyn Pacing;

    /// The account's plan, a key of the manifest's rates; the manifest's default when not known.
    fn plan(&self) -> Option<&str> {
        None
    }

    /// A credential that is good now.
    async fn credential(&self) -> Result<Credential, CredentialError>;

    /// Names who can say whose the account is: whoever calls over the connection, before the call. A connection that renews its
    /// credential asks before the new one is used. The first one stays.
    fn ask_owner_by(&self, _asker: Arc<dyn AskOwner>) {}

    /// A fresh credential, after the service refused `rejected` as expired.
    ///
    /// Many calls may ask at once; one refresh serves them all.
    async fn renew(&self, rejected: &Credential) -> Result<Credential, CredentialError>;
}

/// Finds out whose an account is, by asking the service over a connection to it.
#[async_trait]
pub trait AskOwner: Send + Sync {
    /// The identity, with `user_id`; or why it cannot be found out.
    async fn owner(&self, connection: Arc<dyn Connection>) -> Result<serde_json::Value, String>;
}

/// What a connector may know about a connection: never the credential.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The sign-in method: `oauth`, `byo`, `server-to-server` or `token`.
    pub kind: String,
    /// The scopes the service granted.
    pub scopes: Vec<String>,
}

/// Why a connection has no usable credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CredentialError {
    /// `needs-reconnect`, `replaced`, `revoked`, `token-refused` (a new one) or `unavailable`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub fix: Option<String>,
    /// Trying again later may help.
    pub retryable: bool,
}
