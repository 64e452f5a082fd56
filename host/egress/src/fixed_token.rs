//! The simplest connection: one token, no renewal.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Connection, Credential, CredentialError, Facts, Identify, MemoryPacing, Pacing, Policy};

/// A connection whose token is given once. For embedders that renew tokens themselves, and for tests.
#[derive(Clone, Debug)]
pub struct FixedToken {
    policy: Policy,
    id: String,
    token: Credential,
    pacing: MemoryPacing,
}

impl FixedToken {
    /// Its id is the token's fingerprint; it has a budget of its own, which its clones share. Calls go where `policy` allows, as the owner of `token`.
    pub fn new(policy: Policy, token: Credential) -> Self {
        Self { policy, id: token.fingerprint(), token, pacing: MemoryPacing::default() }
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
        &self.id
    }

    fn pacing(&self) -> &dyn Pacing {
        &self.pacing
    }

    async fn credential(&self, _owner_check: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        Ok(self.token.clone())
    }

    async fn renew(
        &self,
        _rejected: &Credential,
        _owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Credential, CredentialError> {
        Err(CredentialError {
            code: "needs-reconnect".into(),
            message: "the token has ended and cannot be renewed".into(),
            fix: Some("give a new token".into()),
            retryable: false,
            cause: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_tokens_are_different_connections() {
        let of = |token: &str| {
            let policy = Policy::new("http://127.0.0.1:9/v2".parse().unwrap(), Vec::new());
            FixedToken::new(policy, Credential::new(token.to_owned())).id().to_owned()
        };
        assert_ne!(of("one"), of("two"));
        assert_eq!(of("one"), of("one"));
        assert!(!of("one").contains("one"), "the id shows nothing of the token");
    }
}
