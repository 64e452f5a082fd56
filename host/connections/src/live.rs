//! One connection in use.

use std::sync::Arc;

use async_trait::async_trait;
use switchboard_egress::{Connection, Credential, CredentialError, Facts, Pacing, Policy};

use crate::Grant;
use crate::rotation::Core;

/// One account in use: the only way a token gets from the vault to a request.
pub struct LiveConnection {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) facts: Facts,
    pub(crate) policy: Policy,
    pub(crate) pacing: Box<dyn Pacing>,
    pub(crate) plan: Option<String>,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    /// Kept in the store, replaced when it ends.
    Kept(Arc<Core>),
    /// Just granted, to find out whose it is before it is kept.
    Fresh(Box<Grant>),
}

impl LiveConnection {
    /// The label it had when it was opened, or is to have once it is kept.
    pub fn label(&self) -> &str {
        &self.label
    }
}

#[async_trait]
impl Connection for LiveConnection {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn facts(&self) -> Facts {
        self.facts.clone()
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn pacing(&self) -> &dyn Pacing {
        &*self.pacing
    }

    fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    async fn credential(&self) -> Result<Credential, CredentialError> {
        match &self.source {
            Source::Kept(core) => Ok(core.token(&self.id, None).await?.credential()),
            Source::Fresh(grant) => Ok(grant.token.credential()),
        }
    }

    async fn renew(&self, rejected: &Credential) -> Result<Credential, CredentialError> {
        match &self.source {
            Source::Kept(core) => Ok(core.token(&self.id, Some(rejected)).await?.credential()),
            Source::Fresh(_) => Err(CredentialError {
                code: "token-refused".to_owned(),
                message: "the service refused the new token".to_owned(),
                fix: Some("check that the token is complete and of this service, then connect again".to_owned()),
                retryable: false,
            }),
        }
    }
}

impl std::fmt::Debug for LiveConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveConnection").field("id", &self.id).field("label", &self.label).finish_non_exhaustive()
    }
}
