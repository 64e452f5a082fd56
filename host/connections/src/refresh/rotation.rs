//! Replacing a token exactly once, whoever asks and from however many processes.
//!
//! In a process one flight serves all callers. Between processes a lease does: it ends with the process that has it,
//! and whoever lost it cannot write.
//! Before the token is sent away that is noted on disk; the new one is on disk before anybody sees it. No answer of
//! the service, and no lack of one, ever erases a token.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_egress::{Cause, Credential, CredentialError, Egress, Identify};
use switchboard_store::{Fence, Held, Store, StoreError};

use crate::grant::token::{AppSecret, Token};
use crate::refresh::identity_check::{self, OwnerCheckError};
use crate::refresh::in_flight::InFlight;
use crate::sign_in::oauth;
use crate::token_endpoint::failure::TokenFailure;
use crate::token_endpoint::request::TIMEOUT;
use crate::token_endpoint::token_error::{Verdict, judge};
use crate::{
    App, Clock, Connection, ConnectionsError, Options, Service, Stage, State, StateReason, TokenRefusal, Vault,
};

pub(crate) const TOKEN: &str = "token";
pub(crate) const APP: &str = "app";
pub(crate) const SERVICE: &str = "service";

/// Longer than one refresh, the writes around it, and the check of its user before and after it. Counts where there is no file to lock.
const LEASE_MS: i64 = 2 * (TIMEOUT.as_millis() + identity_check::PATIENCE.as_millis()) as i64;
/// How long another process is waited for: its whole lease, and a little.
const PATIENCE: Duration = Duration::from_millis(LEASE_MS as u64 + 5_000);
pub(crate) const POLL: Duration = Duration::from_millis(40);

/// What all connections of one opening share.
pub(crate) struct Core {
    pub store: Store,
    pub vault: Vault,
    pub egress: Egress,
    pub in_flight: InFlight,
    options: Options,
    holder: String,
    flights: Mutex<HashMap<String, Arc<Flight>>>,
    /// The last token read of each connection and its generation: who asks a thousand times opens the seal once.
    seen: Mutex<HashMap<String, (u64, Token)>>,
}

#[derive(Default)]
struct Flight {
    /// Counts the flights that ended, so that a caller knows one ended while it waited.
    ended: AtomicU64,
    /// Held while a flight is under way; keeps how the last one failed, where that holds for all callers.
    failure: Arc<tokio::sync::Mutex<Option<CredentialError>>>,
}

impl Core {
    pub fn new(store: Store, vault: Vault, egress: Egress, options: Options) -> Core {
        Core {
            store,
            vault,
            egress,
            in_flight: InFlight::default(),
            options,
            holder: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            flights: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    pub fn now(&self) -> i64 {
        (self.options.clock)()
    }

    pub fn clock(&self) -> Clock {
        self.options.clock.clone()
    }

    /// A token that is good now, and is not the one the service just refused.
    ///
    /// With `owner_check`, a renewed one is of the same user.
    pub async fn token(
        self: &Arc<Self>,
        id: &str,
        rejected: Option<&Credential>,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Token, CredentialError> {
        let flight = self.flight(id);
        let seen = flight.ended.load(Ordering::SeqCst);
        let rejected = rejected.map(Credential::fingerprint);
        let good = || {
            let token = self.good_token(id, rejected.as_deref())?;
            Ok::<_, CredentialError>(token.filter(|token| known(token, owner_check)))
        };
        if let Some(token) = good()? {
            return Ok(token);
        }
        let mut failure = flight.failure.clone().lock_owned().await;
        if let Some(token) = good()? {
            return Ok(token);
        }
        if flight.ended.load(Ordering::SeqCst) != seen
            && let Some(failure) = failure.as_ref()
        {
            return Err(failure.clone());
        }
        // A task of its own: a caller that gives up must not lose the answer with the new token in it.
        let (core, id, owner_check) = (self.clone(), id.to_owned(), owner_check.cloned());
        let rotated = tokio::spawn(async move {
            let result = core.rotate(&id, rejected.as_deref(), owner_check.as_ref()).await;
            *failure = result.as_ref().err().filter(|failure| !failure.local).map(|failure| failure.error.clone());
            flight.ended.fetch_add(1, Ordering::SeqCst);
            result.map_err(|failure| failure.error)
        });
        rotated.await.unwrap_or_else(|error| Err(unavailable(format!("the refresh was interrupted: {error}"), true)))
    }

    /// Work that may wait for the disk or another process, done on the store's thread.
    pub async fn with_store<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Core) -> Result<T, ConnectionsError> + Send + 'static,
    ) -> Result<T, ConnectionsError> {
        let core = self.clone();
        self.store.call(move || work(&core)).await
    }

    /// A connection that is `active`.
    pub fn active(&self, id: &str) -> Result<Connection, ConnectionsError> {
        let connection = self
            .connection(id)?
            .ok_or_else(|| ConnectionsError::NotFound { label: id.to_owned(), suggestion: None })?;
        if connection.state == State::Active { Ok(connection) } else { Err(connection.not_active()) }
    }

    /// The connection of a label or an id.
    pub fn connection(&self, label_or_id: &str) -> Result<Option<Connection>, ConnectionsError> {
        self.store.connection(label_or_id)?.map(Connection::try_from).transpose()
    }

    /// A sealed field and its generation.
    pub fn field<T: serde::de::DeserializeOwned>(
        &self,
        id: &str,
        field: &'static str,
    ) -> Result<(T, u64), ConnectionsError> {
        let sealed = self
            .store
            .secret(id, field)?
            .ok_or_else(|| ConnectionsError::SecretDamaged { connection: id.to_owned(), field })?;
        Ok((self.vault.unseal(id, field, &sealed.sealed)?, sealed.generation))
    }

    fn flight(&self, id: &str) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.entry(id.to_owned()).or_default().clone()
    }

    fn good_token(&self, id: &str, rejected: Option<&str>) -> Result<Option<Token>, ConnectionsError> {
        let token = self.present_token(id)?;
        let good = match rejected {
            Some(rejected) => token.credential().fingerprint() != rejected,
            None => token.is_fresh(self.now()),
        };
        Ok(good.then_some(token))
    }

    /// The token as it is on disk now.
    fn present_token(&self, id: &str) -> Result<Token, ConnectionsError> {
        let generation = self.store.generation_in(State::Active.as_str(), id, TOKEN)?;
        if let (Some(now), Some((known, token))) = (generation, self.seen().get(id))
            && now == *known
        {
            return Ok(token.clone());
        }
        self.active(id)?;
        self.read_token(id)
    }

    /// The same of a connection that is known to be active.
    pub fn read_token(&self, id: &str) -> Result<Token, ConnectionsError> {
        let mut seen = self.seen();
        seen.remove(id);
        let (token, generation): (Token, u64) = self.field(id, TOKEN)?;
        seen.insert(id.to_owned(), (generation, token.clone()));
        Ok(token)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, (u64, Token)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn rotate(
        self: &Arc<Self>,
        id: &str,
        rejected: Option<&str>,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Token, RotationError> {
        let name = format!("token/{id}");
        // When another process was found at the refresh.
        let mut waited_from = None;
        let give_up = tokio::time::Instant::now() + PATIENCE;
        let held: Held = loop {
            if let Some(token) = self.good_token(id, rejected)?.filter(|token| known(token, owner_check)) {
                return Ok(token);
            }
            if let Some(held) = self.try_lease(&name).await? {
                break held;
            }
            if tokio::time::Instant::now() > give_up {
                return Err(unavailable("another process holds the refresh".to_owned(), true).into());
            }
            waited_from.get_or_insert_with(|| self.now());
            tokio::time::sleep(POLL).await;
        };
        let failure = waited_from.and_then(|from| self.refresh_failure_since(id, from));
        let result = self.rotate_under(held.fence(), id, rejected, failure, owner_check).await;
        // Left behind it ends by itself.
        let _ = self.with_store(move |core| Ok(core.store.let_go(held)?)).await;
        result
    }

    /// A good token of the same user. Only under the lease. `failure` is how another process has just failed to refresh it.
    async fn rotate_under(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        rejected: Option<&str>,
        failure: Option<CredentialError>,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Token, RotationError> {
        let earlier = match (self.good_token(id, rejected)?, failure) {
            (Some(token), _) if known(&token, owner_check) => return Ok(token),
            (Some(token), _) => Some(token),
            // Another process has just asked the same.
            (None, Some(failure)) => return Err(failure.into()),
            (None, None) => None,
        };
        // A token of an earlier refresh may have ended before its user was known.
        let mut rejected = rejected.map(str::to_owned);
        if let Some(token) = earlier {
            match self.confirm(fence, id, owner_check).await {
                Err(OwnerCheckError::TokenRefused(_)) => rejected = Some(token.credential().fingerprint()),
                checked => return Ok(checked?),
            }
        }
        let Some(work) = self.in_flight.try_begin() else {
            return Err(unavailable("the program is stopping".to_owned(), true).into());
        };
        let replaced = self.replace(fence, id, rejected.as_deref()).await;
        let token = replaced.inspect_err(|failure| self.note_refresh_failure(id, failure))?;
        drop(work);
        if known(&token, owner_check) { Ok(token) } else { Ok(self.confirm(fence, id, owner_check).await?) }
    }

    /// The lease of a connection's token, once whoever has it is done.
    pub async fn alone(self: &Arc<Self>, id: &str) -> Result<Held, ConnectionsError> {
        let (name, give_up) = (format!("token/{id}"), tokio::time::Instant::now() + PATIENCE);
        loop {
            if let Some(held) = self.try_lease(&name).await? {
                return Ok(held);
            }
            if tokio::time::Instant::now() > give_up {
                let message = "another process holds the connection's token".to_owned();
                return Err(ConnectionsError::Unreachable { message });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// A lease, unless somebody has it.
    pub async fn try_lease(self: &Arc<Self>, name: &str) -> Result<Option<Held>, ConnectionsError> {
        let name = name.to_owned();
        self.with_store(move |core| Ok(core.store.hold(&name, &core.holder, LEASE_MS, core.now())?)).await
    }

    /// The one POST. Only under the lease.
    async fn replace(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        rejected: Option<&str>,
    ) -> Result<Token, CredentialError> {
        let (old, generation): (Token, u64) = self.field(id, TOKEN)?;
        let (service, _): (Service, _) = self.field(id, SERVICE)?;
        let stored = ConnectionsError::from;
        let hash = old.rotation_hash();
        let earlier = self.store.rotation(id).map_err(stored)?;
        let answer_lost = earlier.is_some_and(|rotation| rotation.token_hash == hash);
        let (under, of, sent) = (fence.clone(), id.to_owned(), hash.clone());
        let open =
            move |core: &Core| Ok(core.store.open_rotation(&under, &of, (TOKEN, generation), &sent, core.now())?);
        if !self.with_store(open).await? {
            return self.renewed_meanwhile(id, rejected);
        }
        let over = async |state, reason| {
            self.over(fence, id, &hash, state, reason).await?;
            self.renewed_meanwhile(id, rejected)
        };

        let (app, account) = match self.field::<Option<AppSecret>>(id, APP)?.0 {
            Some(secret) => {
                let account = secret.account_id.clone();
                (App::from(secret), account)
            }
            None => return over(State::NeedsReconnect, StateReason::PastedTokenEnded).await,
        };
        self.notify(id, Stage::Sending);
        let answer = match (self.check_pause(&service, &app.client_id), &account, &old.refresh) {
            (Err(paused), ..) => Err(paused),
            (_, Some(account), _) => oauth::account_token(&self.egress, &service, &app, account, Some(&old)).await,
            (_, None, Some(refresh)) => oauth::refresh(&self.egress, &service, &app, &old, refresh).await,
            (_, None, None) => return over(State::NeedsReconnect, StateReason::NotRenewable).await,
        };
        if let Err(failure) = &answer {
            self.note_pause(&service, &app.client_id, failure).await;
        }
        match answer {
            Ok(new) => match self.keep(fence, id, old, new, generation).await? {
                Some(new) => Ok(new),
                None => self.renewed_meanwhile(id, rejected),
            },
            Err(TokenFailure::Rejected(refusal)) => match judge(&service, &refusal) {
                // An account's own app has no grant that could be over.
                Verdict::Over(state) if account.is_none() => {
                    let reason = if answer_lost { StateReason::AnswerLost } else { StateReason::TokenRefused };
                    over(state, reason(refusal)).await
                }
                _ => {
                    self.close_rotation(id).await?;
                    let what = "check its id, its secret and that it is active";
                    let message = format!("the service refused the app: {refusal}; {what}");
                    Err(refused(unavailable(message, false), Some(refusal)))
                }
            },
            Err(TokenFailure::NoEndpoint { address, status }) => {
                self.close_rotation(id).await?;
                let then = "check the address of the sign-in service";
                let message =
                    format!("there is no token service at {address}: it answered with status {status}; {then}");
                Err(unavailable(message, false))
            }
            // Its tokens are not revoked: with them the service would end the connection's own grant.
            Err(TokenFailure::Unusable { message, .. }) => Err(not_refreshed(&message, TokenOutcome::Unknown)),
            Err(TokenFailure::Unavailable { message, not_sent, turned_away, .. }) => {
                // Whoever is turned away has had nothing replaced.
                if (not_sent || turned_away) && !answer_lost {
                    self.close_rotation(id).await?;
                    return Err(not_refreshed(&message, TokenOutcome::Unchanged));
                }
                Err(not_refreshed(&message, TokenOutcome::Unknown))
            }
        }
    }

    /// On disk first. A full disk is given a moment: the old token is already worth nothing. None when another process has
    /// the lease, or another grant came meanwhile.
    async fn keep(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        old: Token,
        new: Token,
        generation: u64,
    ) -> Result<Option<Token>, CredentialError> {
        let mut new = new.obtained_at(self.now());
        new.unconfirmed = true;
        if new.scopes.is_empty() {
            new.scopes.clone_from(&old.scopes);
        }
        if new.api_url.is_none() {
            new.api_url.clone_from(&old.api_url);
        }
        let sealed = self.vault.seal(id, TOKEN, &new)?;
        let mut attempt = 0;
        loop {
            let (under, of, token) = (fence.clone(), id.to_owned(), sealed.clone());
            let store = self.store.clone();
            let put = move || store.put_secret_under(&under, &of, TOKEN, &token, generation + 1);
            match self.store.call(put).await {
                Ok(()) => break,
                Err(StoreError::Database(_) | StoreError::Busy | StoreError::Disk { .. }) if attempt < 5 => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(StoreError::LeaseLost { .. }) => return Ok(None),
                Err(error) => return Err(ConnectionsError::from(error).into()),
            }
        }
        if new.scopes != old.scopes {
            let (of, scopes) = (id.to_owned(), new.scopes.clone());
            self.with_store(move |core| Ok(core.store.set_connection_scopes(&of, &scopes)?)).await?;
        }
        self.notify(id, Stage::Kept);
        Ok(Some(new))
    }

    /// The grant is over: said, with its reason. Nothing is erased unless the account itself took the app away, and
    /// nothing is said of a grant that came while the service was asked.
    pub async fn over(
        self: &Arc<Self>,
        fence: &Fence,
        id: &str,
        sent: &str,
        state: State,
        reason: StateReason,
    ) -> Result<(), ConnectionsError> {
        let (fence, id, sent, reason) = (fence.clone(), id.to_owned(), sent.to_owned(), reason.to_row());
        self.with_store(move |core| {
            let erase = state == State::Disconnected;
            let from = state.reached_from();
            let to = (state.as_str(), &reason);
            if core.store.move_connection_under(&fence, &sent, &id, &from, to, erase)? && erase {
                core.forget(&id, false)?;
            }
            Ok(())
        })
        .await
    }

    /// The service said for certain that it replaced nothing.
    async fn close_rotation(self: &Arc<Self>, id: &str) -> Result<(), ConnectionsError> {
        let id = id.to_owned();
        self.with_store(move |core| Ok(core.store.close_rotation(&id)?)).await
    }

    /// The token of a grant that took the place of the one that was being replaced. Never the one the service just refused,
    /// which is still there while another process, which has the lease now, replaces it.
    fn renewed_meanwhile(&self, id: &str, rejected: Option<&str>) -> Result<Token, CredentialError> {
        let changed = || unavailable("another process changed the connection meanwhile".to_owned(), true);
        self.good_token(id, rejected)?.ok_or_else(changed)
    }

    /// A sign-in waits for a service that asked to be left alone.
    pub fn notify_pause(&self, left: Duration) {
        if let Some(watch) = &self.options.watch {
            watch.pause(left);
        }
    }

    fn notify(&self, id: &str, stage: Stage) {
        if let Some(watch) = &self.options.watch {
            watch.rotation(id, stage);
        }
    }
}

impl From<AppSecret> for App {
    fn from(secret: AppSecret) -> App {
        App { client_id: secret.client_id, client_secret: secret.client_secret }
    }
}

/// What a refresh that failed left of the token at the service.
#[derive(Clone, Copy)]
enum TokenOutcome {
    Unchanged,
    /// The service may have replaced it.
    Unknown,
}

fn not_refreshed(why: &str, outcome: TokenOutcome) -> CredentialError {
    let then = match outcome {
        TokenOutcome::Unchanged => "nothing was changed, try again",
        TokenOutcome::Unknown => "the service may have replaced the token; the next call will show it",
    };
    unavailable(format!("the token could not be refreshed: {why}; {then}"), true)
}

/// Why a rotation gave no token.
struct RotationError {
    error: CredentialError,
    /// It failed in the program of the caller: another caller may succeed.
    local: bool,
}

impl From<CredentialError> for RotationError {
    fn from(error: CredentialError) -> RotationError {
        RotationError { error, local: false }
    }
}

impl From<ConnectionsError> for RotationError {
    fn from(error: ConnectionsError) -> RotationError {
        CredentialError::from(error).into()
    }
}

impl From<OwnerCheckError> for RotationError {
    fn from(error: OwnerCheckError) -> RotationError {
        RotationError { local: error.is_local(), error: error.into() }
    }
}

/// Whether a token may be used: with a check, a renewed one is known to be of the same user as before.
fn known(token: &Token, owner_check: Option<&Arc<dyn Identify>>) -> bool {
    !token.unconfirmed || owner_check.is_none()
}

/// The same with what the token service refused the app with, where it did.
pub(crate) fn refused(error: CredentialError, refusal: Option<TokenRefusal>) -> CredentialError {
    let cause = refusal.map(|refusal| Arc::new(ConnectionsError::Rejected { refusal }) as Cause);
    CredentialError { cause, ..error }
}

pub(crate) fn unavailable(message: String, retryable: bool) -> CredentialError {
    CredentialError { code: "unavailable".to_owned(), message, fix: None, retryable, cause: None }
}
