//! A sign-in that waits for its answer.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::sign_in::callback::Callback;
use crate::sign_in::exchange_note::ExchangeNote;
use crate::sign_in::loopback::{self, Loopback};
use crate::sign_in::oauth::Handshake;
use crate::{App, Connections, ConnectionsError, Grant, Service};

/// The service's codes live this long, so a sign-in does too.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// How often is looked whether a pause is over.
const LOOK: Duration = Duration::from_secs(1);

/// The cause where an answer has a wrong state, or none.
pub(crate) const ANOTHER: &str = "wrong `state`";

/// A sign-in that waits for its one answer. Dropping it closes the port.
pub struct Pending {
    /// The page to open in the browser.
    pub authorize_url: Url,
    /// The address the browser ends on; the app must list exactly this.
    pub redirect_uri: String,
    connections: Connections,
    service: Service,
    app: App,
    /// Name of the connection it is for.
    label: String,
    handshake: Mutex<Option<Handshake>>,
    listener: Mutex<Option<TcpListener>>,
    /// Rung once, when the answer is there.
    answered: Notify,
    ends: Instant,
}

impl Pending {
    pub(crate) async fn begin(
        connections: Connections,
        service: &Service,
        app: App,
        scopes: &[String],
        loopback: Loopback,
    ) -> Result<Pending, ConnectionsError> {
        let listener = match loopback.listen {
            true => Some(loopback.bind().await?),
            false => None,
        };
        let port = listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok())
            .map_or(loopback.port, |address| address.port());
        let redirect_uri = Loopback::redirect_uri(port);
        let handshake = Handshake::new(service, &app, scopes, &redirect_uri)?;
        Ok(Pending {
            authorize_url: handshake.authorize_url.clone(),
            redirect_uri,
            connections,
            service: service.clone(),
            app,
            label: String::new(),
            handshake: Mutex::new(Some(handshake)),
            listener: Mutex::new(listener),
            answered: Notify::new(),
            ends: Instant::now() + LIFE,
        })
    }

    /// A sign-in whose answer comes to an address of a platform: nothing listens here.
    pub(crate) fn at(
        connections: Connections,
        service: &Service,
        app: App,
        scopes: &[String],
        redirect_uri: &str,
    ) -> Result<Pending, ConnectionsError> {
        let handshake = Handshake::new(service, &app, scopes, redirect_uri)?;
        Ok(Pending {
            authorize_url: handshake.authorize_url.clone(),
            redirect_uri: redirect_uri.to_owned(),
            connections,
            service: service.clone(),
            app,
            label: String::new(),
            handshake: Mutex::new(Some(handshake)),
            listener: Mutex::new(None),
            answered: Notify::new(),
            ends: Instant::now() + LIFE,
        })
    }

    /// With the name of the connection it is for. If its process is stopped, that sign-in is known by it.
    #[must_use]
    pub fn for_label(self, label: &str) -> Pending {
        Pending { label: label.to_owned(), ..self }
    }

    /// Waits for the browser, at most five minutes from the beginning. The port closes with the first answer to this sign-in;
    /// when that was pasted, this is [`ConnectionsError::Ended`].
    pub async fn wait(&self, timeout: Duration) -> Result<Grant, ConnectionsError> {
        let listener = take(&self.listener).ok_or(ConnectionsError::Ended)?;
        let started = Instant::now();
        let until = self.ends.min(started + timeout);
        let first = timeout_at(until, loopback::first_answer(listener, |callback| self.is_answered_by(callback)));
        let first = tokio::select! {
            first = first => first,
            () = self.answered.notified() => return Err(ConnectionsError::Ended),
        };
        let callback = first
            .map_err(|_| ConnectionsError::Timeout {
                seconds: started.elapsed().as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX),
            })?
            .map_err(|cause| ConnectionsError::Unreachable { message: cause.to_string() })?;
        self.finish(callback).await
    }

    /// Takes the address the browser ended on, as the user copied it. A text that is no such address, or the address of
    /// another sign-in, costs nothing: the user can paste again.
    pub async fn paste(&self, address: &str) -> Result<Grant, ConnectionsError> {
        let invalid = || ConnectionsError::CallbackInvalid { expected: self.redirect_uri.clone() };
        let url = Url::parse(address.trim()).map_err(|_| invalid())?;
        let (base, query) = (&url[..url::Position::AfterPath], url.query().unwrap_or_default());
        if base != self.redirect_uri {
            return Err(invalid());
        }
        let callback = Callback::from_query(query).ok_or_else(invalid)?;
        if Instant::now() > self.ends {
            return Err(ConnectionsError::Timeout { seconds: LIFE.as_secs() });
        }
        if !self.is_open() {
            return Err(ConnectionsError::Ended);
        }
        if !self.is_answered_by(&callback) {
            return Err(ConnectionsError::StateMismatch { what: ANOTHER });
        }
        drop(take(&self.listener));
        self.finish(callback).await
    }

    /// Whether an answer can still be given.
    pub fn is_open(&self) -> bool {
        self.handshake.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether an answer has this sign-in's state. Asking uses nothing up.
    pub(crate) fn is_answered_by(&self, callback: &Callback) -> bool {
        let handshake = self.handshake.lock().unwrap_or_else(PoisonError::into_inner);
        let (handshake, state) = (handshake.as_ref(), callback.state.as_deref());
        handshake.zip(state).is_some_and(|(handshake, state)| handshake.is_answered_by(state))
    }

    /// Leaves a service alone that asked for it, as long as this sign-in lives. A longer pause is said at once.
    async fn wait_for_pause(&self) -> Result<(), ConnectionsError> {
        let (core, client_id) = (&self.connections.core, &self.app.client_id);
        let mut shown = false;
        while let Some(left) = core.pause(&self.service, client_id) {
            if Instant::now() + left > self.ends {
                return Ok(core.check_pause(&self.service, client_id)?);
            }
            if !shown {
                core.notify_pause(left);
                shown = true;
            }
            // Another process may have been asked to wait longer meanwhile.
            tokio::time::sleep(left.min(LOOK)).await;
        }
        Ok(())
    }

    pub(crate) async fn finish(&self, callback: Callback) -> Result<Grant, ConnectionsError> {
        // Taken before it is used: one answer, however it turns out, ends the sign-in.
        let handshake = take(&self.handshake).ok_or(ConnectionsError::Ended)?;
        self.answered.notify_one();
        if !callback.state.as_deref().is_some_and(|state| handshake.is_answered_by(state)) {
            return Err(ConnectionsError::StateMismatch { what: ANOTHER });
        }
        let others = self.connections.secrets_of_app(&self.service, &self.app.client_id, &self.label).await;
        let handshake = handshake.hiding(others.clone());
        let code = callback.into_code(&self.service, &handshake.secrets(&self.app))?;
        self.wait_for_pause().await?;
        let (connections, service, app) = (self.connections.clone(), self.service.clone(), self.app.clone());
        let (redirect_uri, label) = (self.redirect_uri.clone(), self.label.clone());
        let lock = connections.lock_exchange(&service, &app).await?;
        let traded = self.connections.core.in_flight.finish(async move {
            let _until_it_has_its_number = lock;
            let living = connections.living(&service, &app.client_id).await;
            let egress = &connections.core.egress;
            let note = ExchangeNote::begin(&connections.core, &service, &app, &label).await?;
            let grant = match handshake.exchange(egress, &service, &app, &redirect_uri, code).await {
                Ok(token) => {
                    let grant = connections.hold(&service, &app, token, living, &note).await;
                    grant.map(|grant| grant.hiding(others))
                }
                Err(failure) => Err(connections.failed(&service, &app, failure, living, &note).await),
            };
            note.end().await;
            grant
        });
        traded.await.unwrap_or_else(|error| {
            let cause = ConnectionsError::Unreachable { message: error.to_string() };
            Err(ConnectionsError::AnswerLost { cause: Box::new(cause) })
        })
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
