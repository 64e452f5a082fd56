//! Grants between the answer that brought them and the connection that keeps them.
//!
//! A grant is on disk before anybody sees it, as a revocation that is pending: when nobody keeps it, because it is refused,
//! its caller went away or the process was killed, the service is asked to take it back.

use std::sync::Arc;
use std::time::Duration;

use switchboard_egress::{Identify, KnownSecrets};
use switchboard_store::{FileLock, PendingRevocation, RevocationOrigin};
use tokio::time::timeout;

use crate::connections::Connections;
use crate::ending::revocation::{FIELD, Job};
use crate::grant::owner_check::Owner;
use crate::grant::rejected::Leftover;
use crate::grant::token::{AppSecret, Token};
use crate::refresh::rotation::Core;
use crate::sign_in::exchange_note::ExchangeNote;
use crate::token_endpoint::failure::TokenFailure;
use crate::{App, ConnectionsError, Grant, Method, Service};
/// Longer than a look at a lock takes.
const LOOK: Duration = Duration::from_millis(10);

/// What stands in place of a connection's label and id while it is asked whose the grant is.
const NAME: &str = "an unfinished sign-in";
/// How long a sign-in may take to identify the user and to save the grant.
const KEPT_WITHIN_MS: i64 = 10 * 60_000;
/// How long the service has to revoke a refused grant. Later attempts follow if it takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a grant waits to be kept, or else to be taken back.
#[derive(Debug)]
pub(crate) struct StagedGrant {
    pub pending: PendingRevocation,
    /// Its place among all grants of the database. A service that keeps the newest of a user keeps the one with the greatest.
    pub number: i64,
    /// While it is there, the sign-in goes on.
    _lock: Option<FileLock>,
}

impl Connections {
    /// Writes down a grant that has just been given. The note that waited for it ends with that.
    pub(crate) async fn hold(
        &self,
        service: &Service,
        app: &App,
        token: Token,
        living: Vec<String>,
        note: &ExchangeNote,
    ) -> Result<Grant, ConnectionsError> {
        let secret =
            AppSecret { client_id: app.client_id.clone(), client_secret: app.client_secret.clone(), account_id: None };
        let token = token.obtained_at(self.core.now());
        let job = Job { service: service.clone(), app: secret, token, living };
        match self.core.write_down(&job, note.id()).await {
            Ok(staged) => {
                note.close();
                Ok(grant(job, staged))
            }
            Err(error) => {
                // What cannot be written down is not used.
                let left = match self.core.take_back(NAME, job).await {
                    Ok(()) => Leftover::GivenBack,
                    Err(refused) => Leftover::NotGivenBack { why: refused.why },
                };
                Err(ConnectionsError::AnswerLost { cause: Box::new(error) }.having(vec![left]))
            }
        }
    }

    /// A sign-in that gave no token. A grant in an answer that cannot be used is taken back.
    pub(crate) async fn failed(
        &self,
        service: &Service,
        app: &App,
        failure: TokenFailure,
        living: Vec<String>,
        note: &ExchangeNote,
    ) -> ConnectionsError {
        self.core.note_pause(service, &app.client_id, &failure).await;
        let TokenFailure::Unusable { message, token } = failure else {
            return failure.of_sign_in();
        };
        let cause = Box::new(ConnectionsError::Unreachable { message });
        let left = match self.hold(service, app, *token, living, note).await {
            Ok(grant) => self.decline(grant).await,
            Err(error) => return error,
        };
        ConnectionsError::AnswerLost { cause }.having(left)
    }

    /// Whether a sign-in was cut short with its process, so that [`Connections::finish_sign_ins`] has something to do.
    pub fn has_cut_short(&self) -> Result<bool, ConnectionsError> {
        Ok(self.pending_revocations()?.iter().any(is_sign_in))
    }

    /// Ends sign-ins that were cut short with their process: each grant goes to the connection of its user, which it may have
    /// ended at the service, or else back to the service. One whose user cannot be found out now is left for a later start,
    /// for a day. Call it at every start, before [`Connections::retry_revocations`].
    pub async fn finish_sign_ins(
        &self,
        owner_check: &dyn Identify,
        mut notify: impl FnMut(Leftover),
    ) -> Result<(), ConnectionsError> {
        for pending in self.core.store.revocations()?.into_iter().filter(is_sign_in) {
            // In memory no sign-in outlives its process.
            if self.core.store.folder().is_none() {
                continue;
            }
            let Some(lock) = self.core.last_of(&pending).await else {
                continue;
            };
            let (id, until) = (pending.id.clone(), pending.until);
            if let Err(why) = self.finish_sign_in(pending, lock, owner_check, &mut notify).await {
                let later = (self.core.now() + KEPT_WITHIN_MS).min(until);
                self.core.note_revocation(&id, &why, later).await?;
            }
        }
        Ok(())
    }

    async fn finish_sign_in(
        &self,
        pending: PendingRevocation,
        lock: FileLock,
        owner_check: &dyn Identify,
        notify: &mut impl FnMut(Leftover),
    ) -> Result<(), String> {
        let (mut job, _) = self.core.field::<Job>(&pending.id, FIELD).map_err(|error| error.to_string())?;
        if !job.token.is_fresh(self.core.now()) {
            let renewed = self.core.renew_job(&pending.id, job).await;
            job = renewed.map_err(|failure| ConnectionsError::from(failure).to_string())?;
        }
        let service = job.service.clone();
        let others = self.secrets_of_app(&service, &job.app.client_id, NAME).await;
        let grant = grant(job, StagedGrant { number: pending.granted, pending, _lock: Some(lock) }).hiding(others);
        let live = self.from_grant(NAME, &service, &grant).map_err(|error| error.to_string())?;
        let identity = owner_check.identify(Arc::new(live)).await.map_err(|error| error.to_string())?;
        // All of them were made by a person; the connection's own method stays.
        let left = self.give_away(Method::Byo, &service, grant, Owner::of(identity)).await;
        left.into_iter().for_each(notify);
        Ok(())
    }

    /// Gives a grant back that no connection is to keep, and says what became of it. Nothing for a pasted token or an
    /// account's own app.
    pub async fn decline(&self, grant: Grant) -> Vec<Leftover> {
        let Some(staged) = grant.staged else {
            return Vec::new();
        };
        let core = self.core.clone();
        let asked = tokio::spawn(async move { core.attempt(&staged.pending).await });
        let failed = match timeout(PATIENCE, asked).await {
            // Somebody else takes it back already.
            Ok(Ok(Ok(None))) => return Vec::new(),
            Ok(Ok(Ok(Some(done)))) => done.failed,
            Ok(Ok(Err(error))) => Some(error.to_string()),
            Ok(Err(interrupted)) => Some(interrupted.to_string()),
            Err(_) => Some("it has not answered yet".to_owned()),
        };
        vec![failed.map_or(Leftover::GivenBack, |why| Leftover::NotGivenBack { why })]
    }
}

/// Whether it is of a sign-in, and nobody has begun to take it back.
fn is_sign_in(pending: &PendingRevocation) -> bool {
    pending.origin == RevocationOrigin::SignIn && pending.attempts == 0
}

fn grant(job: Job, staged: StagedGrant) -> Grant {
    let (others, staged) = (KnownSecrets::default(), Some(Arc::new(staged)));
    Grant { token: job.token, app: Some(job.app), living: job.living, others, staged }
}

impl Core {
    async fn write_down(self: &Arc<Self>, job: &Job, note: &str) -> Result<StagedGrant, ConnectionsError> {
        let note = note.to_owned();
        let pending = self.pending(RevocationOrigin::SignIn, &job.service.connector, KEPT_WITHIN_MS);
        let sealed = self.vault.seal(&pending.id, FIELD, job)?;
        // A drain waits for it, also when the caller does not.
        let work = self.in_flight.begin();
        self.with_store(move |core| {
            let _until_it_is_kept = work;
            let lock = core.store.lock_once(&pending.id)?;
            let number = core.store.put_revocation(&pending, FIELD, &sealed, &note)?;
            Ok(StagedGrant { pending, number, _lock: lock })
        })
        .await
    }

    /// The lock of a sign-in whose process is gone. None while it goes on; whoever only looks has the lock for a moment.
    async fn last_of(&self, pending: &PendingRevocation) -> Option<FileLock> {
        for _ in 0..5 {
            if let Ok(Some(lock)) = self.store.lock_once(&pending.id) {
                return Some(lock);
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }

    /// Whether it is of a sign-in that may still be finished: its process goes on, and its time is not over.
    pub fn is_unfinished(&self, pending: &PendingRevocation) -> Result<bool, ConnectionsError> {
        let now = self.now();
        let in_time = pending.next_at > now && pending.next_at <= now + KEPT_WITHIN_MS;
        if !is_sign_in(pending) || !in_time {
            return Ok(false);
        }
        // In memory there is no other process, and no file to tell.
        Ok(self.store.folder().is_none() || self.store.lock_once(&pending.id)?.is_none())
    }
}
