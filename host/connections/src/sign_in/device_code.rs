//! Signing in on another machine: a code is shown here and typed there (RFC 8628).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use switchboard_egress::KnownSecrets;
use tokio::time::{Instant, sleep_until};
use url::Url;

use crate::grant::rejected::Leftover;
use crate::sign_in::exchange_lock::ExchangeLock;
use crate::sign_in::exchange_note::ExchangeNote;
use crate::sign_in::oauth::{self, DeviceAnswer};
use crate::text::clean;
use crate::token_endpoint::failure::TokenFailure;
use crate::{App, Connections, ConnectionsError, Grant, Service};

/// The standard adds this much each time the service says `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);
/// A service that is down is asked at least this often.
const LONGEST: Duration = Duration::from_secs(60);

/// A sign-in that waits for a person at another machine.
pub struct PendingDevice {
    /// The page to open there.
    pub page: Url,
    /// The same page with the code filled in, when the service has one.
    pub page_with_code: Option<Url>,
    /// What the person types.
    pub user_code: String,
    /// How long the code lives.
    pub life: Duration,
    device_code: SecretString,
    pace: Mutex<Pace>,
    connections: Connections,
    service: Service,
    app: App,
    /// Name of the connection it is for.
    label: String,
}

impl PendingDevice {
    pub(crate) async fn begin(
        connections: Connections,
        service: &Service,
        app: App,
        path: &str,
        scopes: &[String],
    ) -> Result<PendingDevice, ConnectionsError> {
        let code = oauth::device_code(&connections.core.egress, service, &app, path, scopes).await?;
        let life = Duration::from_secs(code.life_s);
        Ok(PendingDevice {
            page: service.page(&code.page)?,
            // It is optional, and the page itself does as well.
            page_with_code: code.page_with_code.as_deref().and_then(|text| service.page(text).ok()),
            user_code: clean(&code.user_code),
            life,
            device_code: code.device_code,
            pace: Mutex::new(Pace::new(Duration::from_secs(code.interval_s), life)),
            connections,
            service: service.clone(),
            app,
            label: String::new(),
        })
    }

    /// With the name of the connection it is for. If its process is stopped, that sign-in is known by it.
    #[must_use]
    pub fn for_label(self, label: &str) -> PendingDevice {
        PendingDevice { label: label.to_owned(), ..self }
    }

    /// Asks at the pace the service wants until the person has decided, at most as long as the code lives.
    pub async fn wait(&self) -> Result<Grant, ConnectionsError> {
        let others = self.connections.secrets_of_app(&self.service, &self.app.client_id, &self.label).await;
        let mut note = None;
        let grant = self.grant(&mut note, &others).await;
        if let Some(note) = note {
            note.end().await;
        }
        grant.map(|grant| grant.hiding(others))
    }

    /// The same, with one note for all questions.
    async fn grant(
        &self,
        note: &mut Option<Arc<ExchangeNote>>,
        others: &KnownSecrets,
    ) -> Result<Grant, ConnectionsError> {
        // Whether an answer was lost that may have held the grant, and why the last question has no answer.
        let (mut lost, mut trouble) = (false, None);
        let refused = loop {
            let Some(next) = self.pace(|pace| pace.next(Instant::now())) else {
                break trouble.unwrap_or_else(|| self.expired());
            };
            sleep_until(next).await;
            let lock = match self.connections.lock_exchange(&self.service, &self.app).await {
                Ok(lock) => lock,
                Err(ConnectionsError::ProgramEnds) => break ConnectionsError::ProgramEnds,
                // The person may approve it meanwhile, and the code lives on.
                Err(error) => {
                    trouble = Some(error);
                    continue;
                }
            };
            let note = match self.noted(note).await {
                Ok(note) => note,
                Err(error) => {
                    trouble = Some(error);
                    continue;
                }
            };
            trouble = None;
            match self.ask(lock, note, others.clone()).await {
                Ok(Asked::Granted(grant)) => return *grant,
                Ok(Asked::Other(DeviceAnswer::SlowDown)) => self.pace(Pace::slow_down),
                Ok(Asked::Other(DeviceAnswer::Ended)) => break self.expired(),
                Ok(Asked::Other(DeviceAnswer::Denied)) => {
                    break ConnectionsError::Denied { reason: "access_denied".to_owned() };
                }
                Ok(Asked::Other(_)) => {}
                Ok(Asked::Refused(error)) => break *error,
                Err(failure) => {
                    lost |= failure.may_be_done();
                    self.connections.core.note_pause(&self.service, &self.app.client_id, &failure).await;
                    self.pace(|pace| pace.back_off(failure.retry_after()));
                    trouble = Some(failure.into());
                }
            }
        };
        if !lost {
            return Err(refused);
        }
        Err(ConnectionsError::AnswerLost { cause: Box::new(refused) }.having(vec![Leftover::Unread]))
    }

    /// The note of this sign-in, written before the first question.
    async fn noted(&self, note: &mut Option<Arc<ExchangeNote>>) -> Result<Arc<ExchangeNote>, ConnectionsError> {
        if let Some(note) = note {
            return Ok(note.clone());
        }
        let begun = ExchangeNote::begin(&self.connections.core, &self.service, &self.app, &self.label).await?;
        Ok(note.insert(Arc::new(begun)).clone())
    }

    /// One question. A caller that goes away does not lose the grant that may be in its answer.
    async fn ask(
        &self,
        lock: ExchangeLock,
        note: Arc<ExchangeNote>,
        others: KnownSecrets,
    ) -> Result<Asked, TokenFailure> {
        let (connections, service, app) = (self.connections.clone(), self.service.clone(), self.app.clone());
        let device_code = self.device_code.clone();
        let asked = self.connections.core.in_flight.finish(async move {
            let _until_it_has_its_number = lock;
            let living = connections.living(&service, &app.client_id).await;
            match oauth::device_token(&connections.core.egress, &service, &app, &device_code, &others).await {
                Err(failure @ TokenFailure::Unavailable { .. }) => Err(failure),
                Err(failure) => {
                    let error = connections.failed(&service, &app, failure, living, &note).await;
                    Ok(Asked::Refused(Box::new(error)))
                }
                Ok(DeviceAnswer::Token(token)) => {
                    Ok(Asked::Granted(Box::new(connections.hold(&service, &app, token, living, &note).await)))
                }
                Ok(other) => Ok(Asked::Other(other)),
            }
        });
        asked.await.unwrap_or_else(|error| Err(TokenFailure::interrupted(&error)))
    }

    fn expired(&self) -> ConnectionsError {
        ConnectionsError::CodeExpired { seconds: self.life.as_secs() }
    }

    fn pace<T>(&self, with: impl FnOnce(&mut Pace) -> T) -> T {
        with(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Asked {
    /// The person agreed: the grant, unless it could not be written down.
    Granted(Box<Result<Grant, ConnectionsError>>),
    /// There will be no grant.
    Refused(Box<ConnectionsError>),
    Other(DeviceAnswer),
}

/// When the service may be asked again.
struct Pace {
    interval: Duration,
    /// The pause that the service asked for last.
    pause: Duration,
    ends: Instant,
}

impl Pace {
    fn new(interval: Duration, life: Duration) -> Pace {
        Pace { interval, pause: Duration::ZERO, ends: Instant::now() + life }
    }

    /// None once the code would have ended by then.
    fn next(&mut self, now: Instant) -> Option<Instant> {
        let pause = self.interval.max(std::mem::take(&mut self.pause));
        now.checked_add(pause).filter(|next| *next < self.ends)
    }

    fn slow_down(&mut self) {
        self.interval += SLOWER;
    }

    /// The standard wants a longer pause after an answer that did not come.
    fn back_off(&mut self, retry_after: Option<Duration>) {
        self.pause = retry_after.unwrap_or_default();
        self.interval = (self.interval * 2).min(LONGEST).max(self.interval);
    }
}

impl std::fmt::Debug for PendingDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingDevice").field("page", &self.page.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_19_the_pause_grows_as_the_standard_wants_and_nothing_is_asked_after_the_end() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let mut pace = Pace { interval: seconds(5), pause: Duration::ZERO, ends: now + seconds(900) };
        let pause = |pace: &mut Pace| pace.next(now).map(|next| (next - now).as_secs());
        assert_eq!(pause(&mut pace), Some(5));
        pace.slow_down();
        pace.slow_down();
        assert_eq!(pause(&mut pace), Some(15), "five more each time, for good");
        pace.back_off(None);
        pace.back_off(None);
        assert_eq!(pause(&mut pace), Some(60), "doubled, up to a minute");
        pace.slow_down();
        pace.back_off(Some(seconds(80)));
        assert_eq!(pause(&mut pace), Some(80), "once, as the service asked");
        assert_eq!(pause(&mut pace), Some(65), "never shorter than the service asked");
        assert_eq!(pace.next(now + seconds(834)), Some(now + seconds(899)));
        assert_eq!(pace.next(now + seconds(835)), None);
    }
}
