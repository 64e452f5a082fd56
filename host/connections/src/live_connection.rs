//! One connection in use.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use switchboard_egress::{Connection, Credential, CredentialError, Facts, Identify, KnownSecrets, Pacing, Policy};

use crate::grant::token::{AppSecret, Token};
use crate::refresh::rotation::{APP, Core};
use crate::{ConnectionsError, Grant};

/// One account in use: the only way a token gets from the vault to a request.
pub struct LiveConnection {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) connector: String,
    pub(crate) facts: Facts,
    pub(crate) policy: Policy,
    pub(crate) pacing: Box<dyn Pacing>,
    pub(crate) plan: Option<String>,
    pub(crate) source: Source,
    /// Secrets besides those of the source that an answer must not show.
    pub(crate) others: KnownSecrets,
    /// What the answers to requests with the present token must not show, and that token's fingerprint.
    pub(crate) hidden: Mutex<Option<(String, KnownSecrets)>>,
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

    /// The credential of a token. What the service was given besides, now or before, it
    /// may repeat too: the refresh token, the app's secret, the tokens and the code before.
    fn hiding(&self, token: &Token) -> Result<Credential, CredentialError> {
        let credential = token.credential();
        let fingerprint = credential.fingerprint();
        let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, known)) = &*hidden
            && *of == fingerprint
        {
            return Ok(credential.hiding(known.clone()));
        }
        let secret = self.app_secret()?;
        let own = token.secrets().chain(&secret).map(ExposeSecret::expose_secret);
        let known = KnownSecrets::of(own).and(&self.others);
        *hidden = Some((fingerprint, known.clone()));
        Ok(credential.hiding(known))
    }

    fn app_secret(&self) -> Result<Option<SecretString>, ConnectionsError> {
        let app = match &self.source {
            Source::Kept(core) => core.field::<Option<AppSecret>>(&self.id, APP)?.0,
            Source::Fresh(grant) => grant.app.clone(),
        };
        Ok(app.and_then(|app| app.client_secret))
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

    fn connector(&self) -> Option<&str> {
        Some(&self.connector)
    }

    fn pacing(&self) -> &dyn Pacing {
        &*self.pacing
    }

    fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    async fn credential(&self, owner_check: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        match &self.source {
            Source::Kept(core) => self.hiding(&core.token(&self.id, None, owner_check).await?),
            Source::Fresh(grant) => self.hiding(&grant.token),
        }
    }

    async fn renew(
        &self,
        rejected: &Credential,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Credential, CredentialError> {
        match &self.source {
            Source::Kept(core) => self.hiding(&core.token(&self.id, Some(rejected), owner_check).await?),
            Source::Fresh(_) => Err(CredentialError {
                code: "token-refused".to_owned(),
                message: "the service refused the new token".to_owned(),
                fix: Some("check that the token is complete and of this service, then connect again".to_owned()),
                retryable: false,
                cause: None,
            }),
        }
    }
}

impl std::fmt::Debug for LiveConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveConnection").field("id", &self.id).field("label", &self.label).finish_non_exhaustive()
    }
}
