//! The check of a renewed token's user, before anything is done with the token.
//!
//! A service may answer a refresh with a token of somebody else, by a mistake or an answer to another request. So a renewed
//! token is kept, and then its user is asked for; until that is known it is used for nothing else.

use std::sync::Arc;
use std::time::Duration;

use switchboard_egress::{CredentialError, Identify, IdentifyCause, IdentifyError, KnownSecrets};
use switchboard_store::Fence;
use tokio::time::timeout;

use crate::connections::Connections;
use crate::grant::owner_check::Owner;
use crate::grant::token::{AppSecret, Token};
use crate::refresh::rotation::{APP, Core, SERVICE, TOKEN, unavailable};
use crate::text::clean;
use crate::token_endpoint::request::TIMEOUT;
use crate::{ConnectionsError, Grant, Service, State, StateReason};

/// How long one check may take. A lease lives longer than a refresh and its checks.
pub(crate) const PATIENCE: Duration = TIMEOUT;

/// Why a renewed token is not used.
pub(crate) enum OwnerCheckError {
    /// The service refused the token.
    TokenRefused(IdentifyError),
    /// Its user is not known.
    Unidentified(IdentifyError),
    /// It is of another user, or the check could not begin.
    Unusable(ConnectionsError),
}

impl OwnerCheckError {
    /// The program of the caller failed: another caller may succeed.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Unidentified(error) if error.cause == IdentifyCause::Caller)
    }
}

impl From<IdentifyError> for OwnerCheckError {
    fn from(error: IdentifyError) -> OwnerCheckError {
        match error.cause {
            IdentifyCause::Token => Self::TokenRefused(error),
            IdentifyCause::Service | IdentifyCause::Caller => Self::Unidentified(error),
        }
    }
}

impl From<ConnectionsError> for OwnerCheckError {
    fn from(error: ConnectionsError) -> OwnerCheckError {
        Self::Unusable(error)
    }
}

impl From<OwnerCheckError> for CredentialError {
    fn from(error: OwnerCheckError) -> CredentialError {
        let not_verified =
            |error: &IdentifyError| format!("the token was renewed, but its user could not be verified: {error}");
        match error {
            OwnerCheckError::Unusable(error) => error.into(),
            // The next call renews it again.
            OwnerCheckError::TokenRefused(error) => unavailable(not_verified(&error), true),
            OwnerCheckError::Unidentified(error) if error.retryable => {
                CredentialError { fix: error.fix.clone(), ..unavailable(not_verified(&error), true) }
            }
            OwnerCheckError::Unidentified(error) => {
                let message = not_verified(&error);
                CredentialError { code: error.code, message, fix: error.fix, retryable: false, cause: None }
            }
        }
    }
}

impl Core {
    /// The token of this connection, once it is known to be of the same user. Only under the lease.
    pub async fn confirm(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Token, OwnerCheckError> {
        let row = self.active(id)?;
        let (mut token, generation): (Token, u64) = self.field(id, TOKEN)?;
        let (true, Some(owner_check)) = (token.unconfirmed, owner_check) else {
            return Ok(token);
        };
        // Of an account's own app or an unknown user there is nobody to compare with.
        if let Some(former) = row.user_id() {
            let owner = self.identify(id, &row.label, &token, owner_check).await?;
            if owner.user_id != former {
                self.end_as_foreign(fence, id, (&token, generation), &owner).await?;
                return Err(self.active(id).err().unwrap_or(ConnectionsError::TooLate).into());
            }
        }
        token.unconfirmed = false;
        let sealed = self.vault.seal(id, TOKEN, &token)?;
        let (under, of) = (fence.clone(), id.to_owned());
        let keep = move |core: &Core| Ok(core.store.put_secret_under(&under, &of, TOKEN, &sealed, generation + 1)?);
        self.with_store(keep).await?;
        Ok(token)
    }

    /// The connection ends, and nothing is erased.
    async fn end_as_foreign(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        (token, generation): (&Token, u64),
        owner: &Owner,
    ) -> Result<(), ConnectionsError> {
        let user = clean(owner.email.as_deref().unwrap_or(&owner.user_id));
        let hash = token.rotation_hash();
        let (under, of, sent) = (fence.clone(), id.to_owned(), hash.clone());
        let open =
            move |core: &Core| Ok(core.store.open_rotation(&under, &of, (TOKEN, generation), &sent, core.now())?);
        self.with_store(open).await?;
        self.over(fence, id, &hash, State::NeedsReconnect, StateReason::AnotherUser { user }).await
    }

    async fn identify(
        self: &Arc<Self>,
        id: &str,
        label: &str,
        token: &Token,
        owner_check: &Arc<dyn Identify>,
    ) -> Result<Owner, OwnerCheckError> {
        let (service, _): (Service, _) = self.field(id, SERVICE)?;
        let (app, _): (Option<AppSecret>, _) = self.field(id, APP)?;
        // What it replaced is in its history.
        let others = KnownSecrets::default();
        let grant = Grant { token: token.clone(), app, living: Vec::new(), others, staged: None };
        let connections = Connections { core: self.clone() };
        let live = connections.from_grant(label, &service, &grant)?;
        let answer = timeout(PATIENCE, owner_check.identify(Arc::new(live))).await;
        let late = |_| Err(IdentifyError::unavailable("the service did not answer in time"));
        let owner = Owner::of(answer.unwrap_or_else(late)?);
        if owner.user_id.trim().is_empty() {
            return Err(IdentifyError::unavailable("the service did not say which user it is").into());
        }
        Ok(owner)
    }
}
