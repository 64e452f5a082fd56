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

    /// The name of the connector that the connection was made for. No other connector may use it; any may where it is `None`.
    fn connector(&self) -> Option<&str> {
        None
    }

    /// The budget of the account, shared by everything that acts for it.
    fn pacing(&self) -> &dyn Pacing;

    /// The account's plan, a key of the manifest's rates; the manifest's default when not known.
    fn plan(&self) -> Option<&str> {
        None
    }

    /// A credential that is good now. A connection that renews its credential asks `owner_check` for the user of the new one
    /// before it gives it out.
    async fn credential(&self, owner_check: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError>;

    /// A fresh credential, after the service refused `rejected` as expired.
    ///
    /// Many calls may ask at once; one refresh serves them all.
    async fn renew(
        &self,
        rejected: &Credential,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Credential, CredentialError>;
}

/// Identifies the user of a connection by asking the service over it.
#[async_trait]
pub trait Identify: Send + Sync {
    /// The identity, with `user_id` and where known `email`.
    async fn identify(&self, connection: Arc<dyn Connection>) -> Result<serde_json::Value, IdentifyError>;
}

/// Why the user of a connection is not known.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct IdentifyError {
    /// The code that a call would fail with: `scope-missing`, `unavailable`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub fix: Option<String>,
    /// Trying again later may help.
    pub retryable: bool,
    /// What failed.
    pub cause: IdentifyCause,
}

/// What failed while a user was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifyCause {
    /// The service gave no identity.
    Service,
    /// The service refused the token.
    Token,
    /// The program that asked: others may succeed.
    Caller,
}

impl IdentifyError {
    /// The service cannot be reached now, or cannot answer.
    pub fn unavailable(message: impl Into<String>) -> Self {
        let (code, message) = ("unavailable".to_owned(), message.into());
        Self { code, message, fix: None, retryable: true, cause: IdentifyCause::Service }
    }
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
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct CredentialError {
    /// `needs-reconnect`, `replaced`, `revoked`, `token-refused` (a new one), `unavailable`, or why the user is not known.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub fix: Option<String>,
    /// Trying again later may help.
    pub retryable: bool,
    /// The same as the program knows it that made the connection, where it has more than words.
    pub cause: Option<Cause>,
}

/// An error as the program has it that implements [`Connection`].
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;
