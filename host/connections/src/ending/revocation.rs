//! Taking grants back at the service, now or later.
//!
//! What ends here first becomes a pending revocation on disk, with what is needed to ask the service sealed beside it.
//! So neither a service that is down nor a killed process leaves a grant behind that nobody remembers.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use switchboard_store::{PendingRevocation, RevocationOrigin};

use crate::connections::Connections;
use crate::grant::token::{AppSecret, Token};
use crate::refresh::rotation::{APP, Core, SERVICE, TOKEN};
use crate::sign_in::oauth::{self, TakenBack};
use crate::token_endpoint::failure::TokenFailure;
use crate::token_endpoint::request::TIMEOUT;
use crate::{App, Connection, ConnectionsError, Service};

pub(crate) const FIELD: &str = "revocation";
/// A sealed token outlives its connection no longer than this.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// The first pause between attempts; it doubles with each up to an hour. A service may ask for a longer one.
const PAUSE_MS: i64 = 60_000;
/// More than fit into a day, whatever the clock says.
const MOST_ATTEMPTS: u32 = 40;
/// Longer than the five questions of one attempt: nobody else makes the same one.
const ATTEMPT_MS: i64 = 6 * TIMEOUT.as_millis() as i64;

/// What became of a pending revocation that was tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationRetry {
    /// What the grant was of.
    pub origin: RevocationOrigin,
    /// Why the grant may still hold; none when the service took it back.
    pub failed: Option<String>,
    /// Whether it was the last attempt: its owner has to remove the app in the service's settings.
    pub given_up: bool,
}

/// Why an attempt took nothing back, and how long the service wants to be left alone, in milliseconds.
pub(crate) struct Refused {
    pub why: String,
    wait_ms: i64,
}

impl From<TokenFailure> for Refused {
    fn from(failure: TokenFailure) -> Self {
        let wait = failure.retry_after().unwrap_or_default();
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self { why: ConnectionsError::from(failure).to_string(), wait_ms }
    }
}

impl From<ConnectionsError> for Refused {
    fn from(error: ConnectionsError) -> Self {
        Self { why: error.to_string(), wait_ms: 0 }
    }
}

/// What is needed to ask for it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Job {
    pub service: Service,
    pub app: AppSecret,
    pub token: Token,
    /// See [`crate::Grant`]; of a grant that no connection has kept yet.
    #[serde(default)]
    pub living: Vec<String>,
}

impl Connections {
    /// Grants of connections that are gone here, or of sign-ins that made none, which may still hold at the service.
    pub fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, ConnectionsError> {
        let mut pending = Vec::new();
        for one in self.core.store.revocations()? {
            if !self.core.is_unfinished(&one)? {
                pending.push(one);
            }
        }
        Ok(pending)
    }

    /// Tries those whose time has come. Call it at every start, after [`Connections::finish_sign_ins`], and every few minutes in a program that goes on; several
    /// processes may. Fails when nothing could be tried.
    pub async fn retry_revocations(&self) -> Result<Vec<RevocationRetry>, ConnectionsError> {
        let (mut done, mut failed) = (Vec::new(), None);
        for pending in self.pending_revocations()? {
            let now = self.core.now();
            // A time far ahead was written before the clock was set back.
            let due = pending.next_at <= now || pending.next_at > now + GIVE_UP_MS;
            if due {
                match self.core.attempt(&pending).await {
                    Ok(retried) => done.extend(retried),
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
    }
}

impl Core {
    /// A revocation that is due after a pause, for a day.
    pub fn pending(&self, origin: RevocationOrigin, connector: &str, pause_ms: i64) -> PendingRevocation {
        let now = self.now();
        PendingRevocation {
            id: format!("rev_{:016x}", rand::random::<u64>()),
            origin,
            connector: connector.to_owned(),
            created_at: now,
            next_at: now + pause_ms,
            until: now + GIVE_UP_MS,
            attempts: 0,
            last_error: None,
            granted: 0,
        }
    }

    /// Ends a connection here and begins its revocation. None when there is nothing to take back: the token was pasted,
    /// belongs to the account's own app, or was erased.
    pub fn begin_revocation(&self, row: &Connection) -> Result<Option<PendingRevocation>, ConnectionsError> {
        let origin = RevocationOrigin::Connection { label: row.label.clone() };
        let pending = self.pending(origin, &row.connector, 0);
        loop {
            let generation = self.store.secret(&row.id, TOKEN)?.map(|kept| kept.generation);
            let job = || -> Result<Option<(Job, u64)>, ConnectionsError> {
                let (app, _): (Option<AppSecret>, _) = self.field(&row.id, APP)?;
                let Some(app) = app.filter(|app| app.account_id.is_none()) else {
                    return Ok(None);
                };
                let (token, generation) = self.field(&row.id, TOKEN)?;
                Ok(Some((Job { service: self.field(&row.id, SERVICE)?.0, app, token, living: Vec::new() }, generation)))
            };
            let job = match job() {
                // Damaged or erased secrets cannot be sent to anybody; the connection goes all the same.
                Err(ConnectionsError::SecretDamaged { .. }) => None,
                job => job?,
            };
            let Some((job, generation)) = job else {
                if self.store.delete_connection_of(&row.id, (TOKEN, generation))? {
                    return Ok(None);
                }
                continue;
            };
            let sealed = self.vault.seal(&pending.id, FIELD, &job)?;
            // Where the connection was signed in anew meanwhile, it is that grant that ends.
            if self.store.replace_by_revocation(&row.id, (TOKEN, generation), &pending, FIELD, &sealed)? {
                return Ok(Some(pending));
            }
        }
    }

    /// One attempt. None when another process makes it.
    pub async fn attempt(
        self: &Arc<Self>,
        pending: &PendingRevocation,
    ) -> Result<Option<RevocationRetry>, ConnectionsError> {
        let job = self.field::<Job>(&pending.id, FIELD);
        let (id, attempts) = (pending.id.clone(), pending.attempts);
        let claim = move |core: &Core| Ok(core.store.claim_revocation(&id, attempts, core.now() + ATTEMPT_MS)?);
        if !self.with_store(claim).await? {
            return Ok(None);
        }
        let given_up = self.now() >= pending.until || pending.attempts >= MOST_ATTEMPTS;
        if given_up {
            // Its day is over whatever becomes of the last attempt, also when that is cut short.
            self.forget_revocation(&pending.id).await?;
        }
        let failed = match job {
            Ok((job, _)) => self.take_back(&pending.id, job).await.err(),
            Err(error) => Some(error.into()),
        };
        let origin = pending.origin.clone();
        let Some(Refused { why, wait_ms }) = failed else {
            self.forget_revocation(&pending.id).await?;
            return Ok(Some(RevocationRetry { origin, failed: None, given_up: false }));
        };
        if !given_up {
            let pause = PAUSE_MS.saturating_mul(1 << pending.attempts.min(6)).min(3_600_000);
            // However long the service wants to be left alone, it is asked once more before the end.
            let next = self.now().saturating_add(pause.max(wait_ms)).min(pending.until);
            self.note_revocation(&pending.id, &why, next).await?;
        }
        Ok(Some(RevocationRetry { origin, failed: Some(why), given_up }))
    }

    async fn forget_revocation(self: &Arc<Self>, id: &str) -> Result<(), ConnectionsError> {
        let id = id.to_owned();
        self.with_store(move |core| {
            core.store.delete_revocation(&id)?;
            // Best effort: a reader in another process keeps the journal until its next turn.
            let _ = core.store.fold_journal();
            Ok(())
        })
        .await
    }

    /// Why an attempt failed, and when the next one may be made.
    pub async fn note_revocation(self: &Arc<Self>, id: &str, why: &str, next: i64) -> Result<(), ConnectionsError> {
        let (id, why) = (id.to_owned(), why.to_owned());
        self.with_store(move |core| Ok(core.store.note_revocation(&id, &why, next)?)).await
    }

    /// The refresh token first: it is the one that lives longest. Some services know only the access token, so both go, but
    /// not when the service wants to be left alone.
    pub async fn take_back(self: &Arc<Self>, id: &str, job: Job) -> Result<(), Refused> {
        let Job { service, app: secret, token, living } = job;
        let app = App::from(secret.clone());
        let revoke = async |revoked: SecretString, token: &Token| {
            oauth::revoke(&self.egress, &service, &app, &revoked, token).await.map_err(Refused::from)
        };
        let by_refresh = match &token.refresh {
            Some(refresh) => revoke(refresh.clone(), &token).await,
            None => Ok(TakenBack::Unknown),
        };
        if by_refresh.as_ref().is_err_and(|refused| refused.wait_ms > 0) {
            return by_refresh.map(|_| ());
        }
        // An answer that could not be used may have held a refresh token alone.
        let by_access = match token.access.expose_secret().is_empty() {
            true => Ok(TakenBack::Unknown),
            false => revoke(token.access.clone(), &token).await,
        };
        match (by_refresh, by_access) {
            (Ok(TakenBack::Done), _) | (Ok(_), Ok(TakenBack::Done)) => return Ok(()),
            (Err(why), _) | (Ok(_), Err(why)) => return Err(why),
            (Ok(TakenBack::Unsupported), Ok(TakenBack::Unsupported)) => return Err(unsupported()),
            (Ok(_), Ok(_)) => {}
        }
        // Neither is known. Where only the access token is, an ended one is not, and the grant may still hold.
        if token.refresh.is_none() || token.is_fresh(self.now()) {
            return Ok(());
        }
        match self.renew_job(id, Job { service: service.clone(), app: secret, token, living }).await {
            Ok(job) => match revoke(job.token.access.clone(), &job.token).await? {
                TakenBack::Done => Ok(()),
                TakenBack::Unknown | TakenBack::Unsupported => Err(unsupported()),
            },
            Err(TokenFailure::Rejected { .. }) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The same grant with a new token, which is written down before it is used; whoever is told to end waits for it.
    pub async fn renew_job(self: &Arc<Self>, id: &str, mut job: Job) -> Result<Job, TokenFailure> {
        let Some(refresh) = job.token.refresh.clone() else {
            return Ok(job);
        };
        let Some(work) = self.in_flight.try_begin() else {
            return Err(TokenFailure::not_sent(&ConnectionsError::ProgramEnds));
        };
        let (core, id) = (self.clone(), id.to_owned());
        let renewed = self.in_flight.finish(async move {
            let _until_it_is_kept = work;
            let app = App::from(job.app.clone());
            let renewed = oauth::refresh(&core.egress, &job.service, &app, &job.token, &refresh).await?;
            job.token = renewed.obtained_at(core.now());
            let sealed = core.vault.seal(&id, FIELD, &job).map_err(|error| TokenFailure::not_sent(&error))?;
            let reseal = move |core: &Core| Ok(core.store.reseal_revocation(&id, FIELD, &sealed)?);
            core.with_store(reseal).await.map_err(|error| TokenFailure::not_sent(&error))?;
            Ok(job)
        });
        renewed.await.unwrap_or_else(|error| Err(TokenFailure::interrupted(&error)))
    }
}

/// The service knows the token and takes it back in no way that is known here.
fn unsupported() -> Refused {
    Refused { why: "the service does not take back tokens of this kind".to_owned(), wait_ms: 0 }
}
