//! The simplest connection: one token, no renewal.

use async_trait::async_trait;

use crate::{Connection, Credential, CredentialError, Facts, Policy};

/// A connection whose token is given once. For embedders that renew tokens themselves, and for tests.
#[derive(Clone, Debug)]
pub struct FixedToken {
    policy: Policy,
    token: Credential,
}

impl FixedToken {
    /// Calls go where `policy` allows, as the owner of `token`.
    pub fn new(policy: Policy, token: Credential) -> Self {
        Self { policy, token }
    }
}

#[async_trait]
impl Connection for FixedToken {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn facts(&self) -> Facts {
        Facts { kind: "token".into(), scopes: Vec::new() }
    }

    fn id(&self) -> &str {
        "fixed-token"
    }

    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(self.token.clone())
    }

    async fn renew(&self, _rejected: &Credential) -> Result<Credential, CredentialError> {
        Err(CredentialError {
            code: "needs-reconnect".into(),
            message: "the token has ended and cannot be renewed".into(),
            fix: Some("give a new token".into()),
            retryable: false,
        })
    }
}
