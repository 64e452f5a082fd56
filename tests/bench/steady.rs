//! A connection whose token never changes and whose requests are never held back.

use std::sync::Arc;

use async_trait::async_trait;
use switchboard_egress::{Connection, Credential, CredentialError, Facts, Identify, MemoryPacing, Pacing, Policy};
use url::Url;

use crate::Failed;

pub struct Steady {
    policy: Policy,
    id: String,
    token: String,
    pacing: MemoryPacing,
}

impl Steady {
    /// As many connections as there will be calls: the host keeps a rate per connection, so one of its own never waits.
    pub fn many(api_base: &str, token: &str, count: usize) -> Result<Vec<Arc<Self>>, Failed> {
        let policy = Policy::new(Url::parse(api_base)?, Vec::new());
        let steady = |n| {
            let (id, pacing) = (format!("bench-{n}"), MemoryPacing::default());
            Arc::new(Self { policy: policy.clone(), id, token: token.to_owned(), pacing })
        };
        Ok((0..count).map(steady).collect())
    }
}

#[async_trait]
impl Connection for Steady {
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

    async fn credential(&self, _: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        Ok(Credential::new(self.token.clone()))
    }

    async fn renew(&self, _: &Credential, _: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        Ok(Credential::new(self.token.clone()))
    }
}
