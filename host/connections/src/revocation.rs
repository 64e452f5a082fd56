//! Taking grants back at the service, now or later.
//!
//! What ends here first becomes a pending revocation on disk, with what is needed to ask the service sealed beside it.
//! So neither a service that is down nor a killed process leaves a grant behind that nobody remembers.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use switchboard_store::{ConnectionRow, PendingRevocation};

use crate::connections::Connections;
use crate::rotation::{APP, Core, SERVICE, TOKEN};
use crate::sign_in::{self, TokenFailure};
use crate::token::{AppSecret, Token};
use crate::{App, ConnectionsError, Service};

const FIELD: &str = "revocation";
/// A sealed token outlives its connection no longer than this.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// The first pause between attempts; it doubles with each up to an hour. A service may ask for a longer one.
const PAUSE_MS: i64 = 60_000;
/// Longer than one attempt: nobody else makes the same one.
const ATTEMPT_MS: i64 = 3 * sign_in::TIMEOUT.as_millis() as i64;

/// What became of a pending revocation that was tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retried {
    /// The label the connection had.
    pub label: String,
    /// Why the grant may still hold; none when the service took it back.
    pub failed: Option<String>,
    /// Whether it was the last attempt: its owner has to remove the app in the service's settings.
    pub given_up: bool,
}

/// Why an attempt took nothing back, and how long the service wants to be left alone, in milliseconds.
struct Refused {
    why: String,
    wait_ms: i64,
}

impl From<TokenFailure> for Refused {
    fn from(failure: TokenFailure) -> Self {
        let wait = match &failure {
            TokenFailure::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
            TokenFailure::Rejected { .. } => Duration::ZERO,
        };
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self { why: ConnectionsError::from(failure).to_string(), wait_ms }
    }
}

impl From<ConnectionsError> for Refused {
    fn from(error: ConnectionsError) -> Self {
        Self { why: error.to_string(), wait_ms: 0 }
    }
}

#[derive(Serialize, Deserialize)]
struct Job {
    service: Service,
    app: AppSecret,
    token: Token,
}

impl Connections {
    /// Grants of connections that are gone here and may still hold at the service.
    pub fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, ConnectionsError> {
        Ok(self.core.store.revocations()?)
    }

    /// Tries those whose time has come. Call it at every start; several processes may.
    pub async fn retry_revocations(&self) -> Result<Vec<Retried>, ConnectionsError> {
        let now = self.core.now();
        let mut done = Vec::new();
        for pending in self.core.store.revocations()? {
            // A time far ahead was written before the clock was set back.
            let due = pending.next_at <= now || pending.next_at > now + GIVE_UP_MS;
            if due {
                done.extend(self.core.attempt(&pending).await?);
            }
        }
        Ok(done)
    }
}

impl Core {
    /// Ends a connection here and begins its revocation. None when there is nothing to take back: the token was pasted,
    /// belongs to the account's own app, or was erased.
    pub fn begin_revocation(&self, row: &ConnectionRow) -> Result<Option<PendingRevocation>, ConnectionsError> {
        let parts = || -> Result<Option<Job>, ConnectionsError> {
            let (app, _): (Option<AppSecret>, _) = self.field(&row.id, APP)?;
            let Some(app) = app.filter(|app| app.account_id.is_none()) else {
                return Ok(None);
            };
            Ok(Some(Job { service: self.field(&row.id, SERVICE)?.0, app, token: self.field(&row.id, TOKEN)?.0 }))
        };
        // Damaged or erased secrets cannot be sent to anybody; the connection goes all the same.
        let Some(job) = parts().ok().flatten() else {
            self.store.delete_connection(&row.id)?;
            return Ok(None);
        };
        let now = self.now();
        let pending = PendingRevocation {
            id: format!("rev_{:016x}", rand::random::<u64>()),
            label: row.label.clone(),
            connector: row.connector.clone(),
            created_at: now,
            next_at: now,
            until: now + GIVE_UP_MS,
            attempts: 0,
            last_error: None,
        };
        let sealed = self.vault.seal(&pending.id, FIELD, &job)?;
        self.store.replace_by_revocation(&row.id, &pending, FIELD, &sealed)?;
        Ok(Some(pending))
    }

    /// One attempt. None when another process makes it.
    pub async fn attempt(&self, pending: &PendingRevocation) -> Result<Option<Retried>, ConnectionsError> {
        if !self.store.claim_revocation(&pending.id, pending.attempts, self.now() + ATTEMPT_MS)? {
            return Ok(None);
        }
        let failed = match self.field::<Job>(&pending.id, FIELD) {
            Ok((job, generation)) => self.take_back(&pending.id, job, generation).await.err(),
            Err(error) => Some(error.into()),
        };
        let label = pending.label.clone();
        let Some(Refused { why, wait_ms }) = failed else {
            self.store.delete_revocation(&pending.id)?;
            let _ = self.store.fold_journal();
            return Ok(Some(Retried { label, failed: None, given_up: false }));
        };
        let now = self.now();
        let given_up = now >= pending.until;
        if given_up {
            self.store.delete_revocation(&pending.id)?;
        } else {
            let pause = PAUSE_MS.saturating_mul(1 << pending.attempts.min(6)).min(3_600_000);
            // However long the service wants to be left alone, it is asked once more before the end.
            let next = now.saturating_add(pause.max(wait_ms)).min(pending.until);
            self.store.note_revocation(&pending.id, &why, next)?;
        }
        Ok(Some(Retried { label, failed: Some(why), given_up }))
    }

    /// The refresh token first: it is the one that lives longest. Some services know only the access token, so both go, but
    /// not when the service wants to be left alone.
    async fn take_back(&self, id: &str, job: Job, generation: u64) -> Result<(), Refused> {
        let app = App::from(job.app.clone());
        let revoke = async |token: SecretString| {
            sign_in::revoke(&self.egress, &job.service, &app, &token).await.map_err(Refused::from)
        };
        let by_refresh = match &job.token.refresh {
            Some(refresh) => revoke(refresh.clone()).await,
            None => Ok(false),
        };
        if by_refresh.as_ref().is_err_and(|refused| refused.wait_ms > 0) {
            return by_refresh.map(|_| ());
        }
        let by_access = revoke(job.token.access.clone()).await;
        match (by_refresh, by_access) {
            (Ok(true), _) | (_, Ok(true)) => return Ok(()),
            (Err(why), _) | (_, Err(why)) => return Err(why),
            (Ok(false), Ok(false)) => {}
        }
        // Neither is known. Where only the access token is, an ended one is not, and the grant may still hold.
        let Some(refresh) = job.token.refresh.as_ref().filter(|_| !job.token.is_fresh(self.now())) else {
            return Ok(());
        };
        match sign_in::refresh(&self.egress, &job.service, &app, refresh).await {
            Ok(token) => {
                let access = token.access.clone();
                let job = Job { service: job.service.clone(), app: job.app.clone(), token };
                let sealed = self.vault.seal(id, FIELD, &job)?;
                self.store.put_secret(id, FIELD, &sealed, generation + 1).map_err(ConnectionsError::from)?;
                revoke(access).await.map(|_| ())
            }
            Err(TokenFailure::Rejected { .. }) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }
}
