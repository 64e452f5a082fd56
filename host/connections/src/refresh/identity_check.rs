//! Whose a renewed token is, before anything is done with it.
//!
//! A service may answer a refresh with a token of somebody else, by a mistake or an answer that was mixed up. So a renewed
//! token is kept, and then its user is asked for; until that is known it is used for nothing else.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use switchboard_egress::CredentialError;
use switchboard_store::Fence;
use tokio::time::timeout;

use crate::connections::Connections;
use crate::grant::owner_check::{Identify, Owner, user_of};
use crate::grant::token::{AppSecret, Token};
use crate::refresh::rotation::{APP, Core, SERVICE, TOKEN, unavailable};
use crate::text::clean;
use crate::token_endpoint::request::TIMEOUT;
use crate::{ConnectionsError, Grant, LiveConnection, Service, State};

/// How long the question may take. A lease lives longer than a refresh and this.
pub(crate) const PATIENCE: Duration = TIMEOUT;

impl LiveConnection {
    /// The same, asking this one whose a renewed token is before it is used. A token of another user ends the connection.
    /// A connector that is called over a connection asks by itself: this is for calls without one.
    #[must_use]
    pub fn checked_by(mut self, whose: Arc<dyn Identify>) -> LiveConnection {
        self.whose = OnceLock::from(whose);
        self
    }
}

impl Core {
    /// The token of this connection, once it is known to be of the same user. Only under the lease.
    pub async fn confirm(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        whose: Option<&Arc<dyn Identify>>,
    ) -> Result<Token, CredentialError> {
        let row = self.active(id)?;
        let (mut token, generation): (Token, u64) = self.field(id, TOKEN)?;
        let (true, Some(whose)) = (token.unconfirmed, whose) else {
            return Ok(token);
        };
        // Of an account's own app or an unknown user there is nobody to compare with.
        if let Some(former) = user_of(&row) {
            let identity = self.ask(id, &row.label, &token, whose).await.map_err(|why| {
                unavailable(format!("the token was renewed, but its user could not be verified: {why}"), true)
            })?;
            let owner = Owner::of(identity);
            if owner.user_id != former {
                self.end_as_mixed_up(fence, id, (&token, generation), &owner).await?;
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
    async fn end_as_mixed_up(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        (token, generation): (&Token, u64),
        owner: &Owner,
    ) -> Result<(), ConnectionsError> {
        let found = clean(owner.email.as_deref().unwrap_or(&owner.user_id));
        let reason = format!("the service answered a refresh with a token of another user, {found}; it was not used");
        let hash = token.rotation_hash();
        let (under, of, sent) = (fence.clone(), id.to_owned(), hash.clone());
        let open =
            move |core: &Core| Ok(core.store.open_rotation(&under, &of, (TOKEN, generation), &sent, core.now())?);
        self.with_store(open).await?;
        self.over(fence, id, &hash, State::NeedsReconnect, &reason).await
    }

    async fn ask(
        self: &Arc<Self>,
        id: &str,
        label: &str,
        token: &Token,
        whose: &Arc<dyn Identify>,
    ) -> Result<serde_json::Value, String> {
        let failed = |error: ConnectionsError| error.to_string();
        let (service, _): (Service, _) = self.field(id, SERVICE).map_err(failed)?;
        let (app, _): (Option<AppSecret>, _) = self.field(id, APP).map_err(failed)?;
        let grant = Grant { token: token.clone(), app, living: Vec::new(), unkept: None };
        let connections = Connections { core: self.clone() };
        let live = connections.from_grant(label, &service, &grant).map_err(failed)?;
        let answer = timeout(PATIENCE, whose.identify(live)).await;
        let identity = answer.unwrap_or_else(|_| Err("the service did not answer in time".to_owned()))?;
        let blank = Owner::of(identity.clone()).user_id.trim().is_empty();
        if blank { Err("the service did not say which user it is".to_owned()) } else { Ok(identity) }
    }
}
