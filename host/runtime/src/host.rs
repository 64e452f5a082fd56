//! The contract's imports, as the host fulfils them for one call.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use switchboard_egress::{
    self as egress, Ask, Connection, Credential, CredentialError, Held, Identify, Method, Request, Target,
};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::allowance::Allowance;
use crate::bindings::{context, http, log, types};
use crate::call::CallOptions;
use crate::call_budget::CallBudget;
use crate::connector::Shared;
use crate::error::{no_credential, response, to_guest};
use crate::limits::Limits;
use crate::meter::Meter;
use crate::permit::Permit;
use crate::{guest_text, request_size, retry};

/// Longest line a guest may log, characters.
const MAX_LINE: usize = 2_000;
/// All lines of one call together, bytes; a person reads no more.
const MAX_LOG: usize = 64 << 10;
/// Steps of progress in one call. The longest list has 2,000 pages.
const MAX_PROGRESS: u32 = 10_000;
/// Requests of one call. The longest list has 2,000 pages.
const MAX_REQUESTS: u32 = 10_000;

/// Everything one store holds. Made for one call, dropped with it.
pub(crate) struct Host {
    pub(crate) limits: Limits,
    pub(crate) call: Option<Call>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) words: Words,
}

/// How much of a guest's words has been passed on.
#[derive(Default)]
pub(crate) struct Words {
    /// Bytes of lines.
    logged: usize,
    /// Steps of progress.
    progress: u32,
}

/// The part that a call with network has; a pure call (`describe`, `classify`) has none.
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    pub(crate) connection: Arc<dyn Connection>,
    /// Verifies the user of a token that is renewed for this call.
    pub(crate) owner_check: Arc<dyn Identify>,
    pub(crate) options: CallOptions,
    pub(crate) budget: CallBudget,
    pub(crate) permit: Permit,
    pub(crate) deadline: Instant,
    /// What downloads may take beyond it.
    pub(crate) allowance: Arc<Allowance>,
    /// The credential that was used last in this call.
    pub(crate) last: Mutex<Option<Credential>>,
    /// Why the last one could not be had.
    pub(crate) no_credential: Mutex<Option<CredentialError>>,
    /// Filled by the first request of a dry run.
    pub(crate) planned: Option<serde_json::Value>,
    /// Files that were there already, so that nothing was downloaded.
    pub(crate) skipped: Vec<String>,
    /// That of the whole call.
    pub(crate) meter: Arc<Meter>,
    /// How many were sent, or refused.
    pub(crate) requests: u32,
    /// A request that changes something may have reached the service.
    pub(crate) sent_a_change: AtomicBool,
    /// The service accepted a request that changes something, or gave no answer to one.
    pub(crate) changed: AtomicBool,
}

impl http::Host for Host {
    async fn send(&mut self, request: http::Request) -> Result<http::Response, http::Failure> {
        let call = self.call.as_mut().ok_or_else(no_network)?;
        let wants = request.credential;
        let request = Arc::new(call.prepare(request)?);
        self.meter.excuse(call.exchange(wants, &request)).await
    }

    async fn download(
        &mut self,
        request: http::Request,
        label: String,
        expect: http::Expectation,
    ) -> Result<http::Stored, http::Failure> {
        let call = self.call.as_mut().ok_or_else(no_network)?;
        request_size::check_download(&label, &expect)?;
        self.meter.excuse(call.download(request, &label, expect)).await
    }
}

/// What to do after an answer.
pub(crate) enum Next {
    Done,
    Again(std::time::Duration),
}

impl Call {
    /// Whether a request that changes something may have reached the service. A guest that ends without an answer of its own
    /// says nothing of it.
    pub(crate) fn has_sent_a_change(&self) -> bool {
        self.sent_a_change.load(Ordering::Relaxed)
    }

    /// Whether the service may have made a change for this call.
    pub(crate) fn has_changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Why the last credential could not be had.
    pub(crate) fn credential_error(&self) -> Option<CredentialError> {
        self.no_credential.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The guest's request in egress's words; a dry run ends here.
    pub(crate) fn prepare(&mut self, request: http::Request) -> Result<Request, http::Failure> {
        self.requests = self.requests.saturating_add(1);
        if self.requests > MAX_REQUESTS {
            return Err(failed("refused.requests", &format!("a call may send {MAX_REQUESTS} requests"), true));
        }
        request_size::check(&request)?;
        self.permit.check(request.method)?;
        let method = match request.method {
            http::Method::Get => Method::Get,
            http::Method::Post => Method::Post,
            http::Method::Put => Method::Put,
            http::Method::Patch => Method::Patch,
            http::Method::Delete => Method::Delete,
        };
        let (target, shown) = match request.target {
            http::Target::Path(path) => {
                let base = self.connection.policy().api_base().as_str().trim_end_matches('/').to_owned();
                (Target::Path(path.clone()), format!("{base}{path}"))
            }
            http::Target::Link(link) => (Target::Link(link.clone()), link),
        };
        let mut headers: Vec<(String, String)> =
            request.headers.into_iter().map(|header| (header.name.to_lowercase(), header.value)).collect();
        if request.body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        if self.options.dry_run {
            let body = request.body.as_deref().and_then(guest_text::body);
            self.planned = Some(serde_json::json!({
                "method": format!("{method:?}").to_uppercase(),
                "url": egress::redact(&shown),
                "query": request.query,
                "body": body,
            }));
            return Err(failed("dry-run", "not sent: this is a dry run", true));
        }
        Ok(Request { method, target, query: request.query, headers, body: request.body.map(String::into_bytes) })
    }

    /// Send until there is an answer that stands, or no reason to try again.
    async fn exchange(&self, wants: http::Credential, request: &Arc<Request>) -> Result<http::Response, http::Failure> {
        let mut renewed = false;
        for attempt in 1.. {
            let credential = self.credential(wants).await?;
            self.wait_for_budget().await?;
            let pause = match self.send(request, credential.clone()).await {
                Ok(mut answer) => {
                    // The egress has searched the answer for all that a credential hides.
                    if credential.is_none() {
                        self.scrub(&mut answer);
                    }
                    match self.verdict(&answer, request, attempt, credential.as_ref(), &mut renewed).await? {
                        Next::Done => return Ok(response(answer)),
                        Next::Again(pause) => pause,
                    }
                }
                Err(failure) => match retry::after_failure(&request.method, &failure, attempt) {
                    Some(pause) if self.has_time(pause) => pause,
                    _ => return Err(unknown_outcome(&request.method, to_guest(failure))),
                },
            };
            self.sleep(pause).await?;
        }
        Err(no_network())
    }

    /// Send from a task of its own. On the guest's stack the network's deep calls would touch pages that a waiting call keeps;
    /// the task is told to end when the call is dropped.
    async fn send(
        &self,
        request: &Arc<Request>,
        credential: Option<Credential>,
    ) -> Result<egress::Response, egress::Failure> {
        let (shared, connection, trace) =
            (Arc::clone(&self.shared), Arc::clone(&self.connection), Arc::clone(&self.options.trace));
        let (request, deadline) = (Arc::clone(request), self.deadline);
        let changes = !retry::is_read(&request.method);
        // Before it is sent: the call may end while it is under way.
        let before = self.sent_a_change.fetch_or(changes, Ordering::Relaxed);
        let mut task = JoinSet::new();
        task.spawn(async move {
            shared.egress.send(connection.policy(), &request, credential.as_ref(), deadline, &*trace).await
        });
        let sent = match task.join_next().await {
            Some(Ok(sent)) => sent,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            _ => Err(egress::Failure::cancelled()),
        };
        if sent.as_ref().is_err_and(|failure| failure.not_sent) {
            self.sent_a_change.store(before, Ordering::Relaxed);
        }
        let acted = match &sent {
            Ok(answer) => (200..300).contains(&answer.status),
            Err(failure) => !failure.not_sent,
        };
        self.changed.fetch_or(changes && acted, Ordering::Relaxed);
        sent
    }

    pub(crate) async fn credential(&self, wants: http::Credential) -> Result<Option<Credential>, http::Failure> {
        match wants {
            http::Credential::None => Ok(None),
            http::Credential::Connection => {
                let mut credential = self.in_time(self.connection.credential(Some(&self.owner_check))).await?;
                // The service may still repeat the one it refused.
                let mut used = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(last) = &*used
                    && last.fingerprint() != credential.fingerprint()
                {
                    let known = credential.known().and(last.known());
                    credential = credential.hiding(known);
                }
                *used = Some(credential.clone());
                Ok(Some(credential))
            }
        }
    }

    /// Takes out what the call's last credential hides: a request without one may be answered from the same memory.
    pub(crate) fn scrub(&self, answer: &mut egress::Response) {
        if let Some(last) = &*self.last.lock().unwrap_or_else(PoisonError::into_inner) {
            answer.scrub(last.known());
        }
    }

    /// A credential, unless the call's time ends first. Whatever makes it goes on; after the end nothing is begun.
    async fn in_time(
        &self,
        credential: impl Future<Output = Result<Credential, CredentialError>>,
    ) -> Result<Credential, http::Failure> {
        if Instant::now() >= self.deadline {
            return Err(failed("timeout", "no time was left to send the request", true));
        }
        match tokio::time::timeout_at(self.deadline, credential).await {
            Ok(credential) => credential.map_err(|error| {
                *self.no_credential.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
                no_credential(error)
            }),
            Err(_) => Err(http::Failure {
                retry: types::Retry::After(5_000),
                ..failed("timeout", "the sign-in service did not answer in time", true)
            }),
        }
    }

    async fn wait_for_budget(&self) -> Result<(), http::Failure> {
        let patience = self.deadline.saturating_duration_since(Instant::now());
        let Err(held) = self.connection.pacing().admit(&Ask { patience, ..self.budget.ask.clone() }).await else {
            return Ok(());
        };
        let (after, fix) = match &held {
            Held::UsedUp { until_ms, .. } => (
                until_ms.saturating_sub(now()),
                "it continues at midnight UTC; spread the work over days, or set the account's plan",
            ),
            Held::TooLong { wait, .. } => {
                (u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "try again then, or run fewer calls at once")
            }
        };
        Err(http::Failure {
            fix: Some(fix.into()),
            retry: types::Retry::After(after),
            ..failed("rate-limited", &held.to_string(), true)
        })
    }

    pub(crate) fn has_time(&self, pause: std::time::Duration) -> bool {
        Instant::now() + pause < self.deadline
    }

    pub(crate) async fn sleep(&self, pause: std::time::Duration) -> Result<(), http::Failure> {
        if pause.is_zero() {
            return Ok(());
        }
        if !self.has_time(pause) {
            let after = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            return Err(http::Failure {
                retry: types::Retry::After(after),
                ..failed("rate-limited", "the request budget asks for a longer wait than this call may take", true)
            });
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Ask the connector what an unhappy answer means, renew what can be renewed, and say whether to send again. A refused
    /// request was certainly not acted on, so this holds for writes too.
    pub(crate) async fn verdict(
        &self,
        answer: &egress::Response,
        request: &Request,
        attempt: u32,
        credential: Option<&Credential>,
        renewed: &mut bool,
    ) -> Result<Next, http::Failure> {
        if let Some(pause) = retry::after_status(&request.method, answer.status, attempt) {
            return Ok(Next::Again(pause));
        }
        if !matches!(answer.status, 400 | 401 | 403 | 429) || attempt >= retry::ATTEMPTS {
            return Ok(Next::Done);
        }
        let Ok(verdict) = self.shared.classify(answer, Arc::clone(&self.meter)).await else {
            return Ok(Next::Done);
        };
        match (verdict.kind.as_str(), credential) {
            ("expired", Some(rejected)) if !*renewed => {
                *renewed = true;
                self.in_time(self.connection.renew(rejected, Some(&self.owner_check))).await?;
                Ok(Next::Again(std::time::Duration::ZERO))
            }
            ("rate-limited", _) => {
                let pause = match verdict.retry_at {
                    Some(at) => retry::possible(std::time::Duration::from_millis(at.saturating_sub(now()))),
                    None => retry::after_seconds(&answer.headers),
                };
                let pause = pause.unwrap_or_else(|| std::time::Duration::from_secs(1) + retry::pause(attempt));
                // A longer wait than the call may take is the caller's to plan: the answer goes back as it is.
                Ok(if Instant::now() + pause < self.deadline { Next::Again(pause) } else { Next::Done })
            }
            _ => Ok(Next::Done),
        }
    }
}

impl context::Host for Host {
    async fn get(&mut self) -> context::Facts {
        let Some(call) = &self.call else {
            let connection = context::Connection { kind: "none".into(), scopes: Vec::new() };
            return context::Facts {
                now: now(),
                deadline: now(),
                attempt: 1,
                idempotency_key: String::new(),
                connection,
            };
        };
        let facts = call.connection.facts();
        let left = call.deadline.saturating_duration_since(Instant::now());
        context::Facts {
            now: now(),
            deadline: now().saturating_add(u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
            attempt: call.options.attempt,
            idempotency_key: call.options.idempotency_key.clone(),
            connection: context::Connection { kind: facts.kind, scopes: facts.scopes },
        }
    }
}

impl log::Host for Host {
    async fn message(&mut self, level: log::Level, text: String) {
        let Some(call) = &self.call else { return };
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
        };
        let words = &mut self.words;
        if words.logged > MAX_LOG {
            return;
        }
        let text = guest_text::line(&text, MAX_LINE);
        words.logged = words.logged.saturating_add(text.len());
        if words.logged > MAX_LOG {
            call.options.events.message("warn", "the connector says more than is shown");
            return;
        }
        call.options.events.message(level, &egress::redact(&text));
    }

    async fn progress(&mut self, done: u64, total: Option<u64>, unit: String) {
        let Some(call) = &self.call else { return };
        self.words.progress = self.words.progress.saturating_add(1);
        if self.words.progress > MAX_PROGRESS {
            return;
        }
        let unit: String = unit.chars().filter(|c| c.is_ascii_lowercase()).take(16).collect();
        call.options.events.progress(done, total, &unit);
    }
}

impl types::Host for Host {}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A write that may have arrived must not be repeated blindly: say so.
fn unknown_outcome(method: &Method, mut failure: http::Failure) -> http::Failure {
    if !failure.not_sent && !retry::is_read(method) && !failure.code.starts_with("refused.") {
        failure.retry = types::Retry::Never;
        failure.fix =
            Some("the request may have been carried out: look first, then repeat it only if it was not".into());
    }
    failure
}

pub(crate) fn no_network() -> http::Failure {
    failed("refused.network", "this call may not use the network", true)
}

pub(crate) fn failed(code: &str, message: &str, not_sent: bool) -> http::Failure {
    http::Failure {
        code: code.into(),
        message: message.into(),
        fix: None,
        retry: types::Retry::Never,
        not_sent,
        response: None,
    }
}
