//! A connection with a fixed token, for tests of the sandbox alone.

use async_trait::async_trait;
use switchboard_egress::{Connection, Credential, CredentialError, Facts, HostRule, Policy};

/// A connection whose token never changes.
pub struct Fixed {
    policy: Policy,
}

impl Fixed {
    /// A connection to a loopback API.
    pub fn new(api_base: &str) -> Self {
        #[expect(clippy::expect_used, reason = "test support")]
        let base = url::Url::parse(api_base).expect("a test's own address");
        Self { policy: Policy::new(base, Vec::<HostRule>::new()) }
    }
}

#[async_trait]
impl Connection for Fixed {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn facts(&self) -> Facts {
        Facts { kind: "token".into(), scopes: Vec::new() }
    }

    fn id(&self) -> &str {
        "fixed"
    }

    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(Credential::new("fixed-token".to_owned()))
    }

    async fn renew(&self, _rejected: &Credential) -> Result<Credential, CredentialError> {
        Ok(Credential::new("fixed-token".to_owned()))
    }
}
