//! One question to the token service and its answer.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use http::header;
use secrecy::{ExposeSecret, SecretString};
use switchboard_egress::{Egress, Failure, KnownSecrets};
use tokio::time::Instant;
use url::form_urlencoded;

use crate::grant::token::Token;
use crate::text::clean;
use crate::token_endpoint::answer::{self, Answer};
use crate::token_endpoint::failure::TokenFailure;
use crate::{App, ConnectionsError, Service, TokenRefusal, clock};

/// How long one question to the sign-in service may take. Leases must live longer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// Tokens have some hundred characters; nothing honest is longer than this.
const MAX_ANSWER: usize = 64 * 1024;
const TOO_LONG: &str = "its answer is too long";

/// What is asked of the service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// A token: one in an answer that is too long can be taken back.
    Token,
    Other,
}

/// Asks for a token.
pub(crate) async fn token(
    egress: &Egress,
    service: &Service,
    request: http::Request<Vec<u8>>,
    secrets: &KnownSecrets,
) -> Result<Token, TokenFailure> {
    let response = send(egress, service, request, Question::Token).await?;
    match response.read() {
        Answer::Token(token) => Ok(token.with_clean_scopes(secrets)),
        other => Err(response.failure(other, secrets)),
    }
}

/// An answer that is not lost on its way, whatever it says.
pub(crate) struct Response {
    pub answer: http::Response<Vec<u8>>,
    address: String,
}

impl Response {
    /// An answer that no service gave.
    #[cfg(feature = "fuzzing")]
    pub fn of(answer: http::Response<Vec<u8>>) -> Self {
        Self { answer, address: "https://example.com/token".to_owned() }
    }

    /// What it says. Of one that is too long only its tokens count: they are taken back.
    pub fn read(&self) -> Answer {
        let read = answer::read(&self.answer);
        if self.answer.body().len() <= MAX_ANSWER {
            return read;
        }
        let why = TOO_LONG.to_owned();
        match read {
            Answer::Token(token) => Answer::Unusable { why, token: Box::new(token) },
            Answer::Unusable { token, .. } => Answer::Unusable { why, token },
            _ => Answer::Nothing(TOO_LONG),
        }
    }

    /// Why an answer gives nothing. No secret that was sent is in it.
    pub fn failure(&self, answer: Answer, secrets: &KnownSecrets) -> TokenFailure {
        let status = self.answer.status().as_u16();
        // Before anything is cut off: half a secret would not be found.
        let shown = |text: String| clean(&secrets.scrub_text(text));
        match answer {
            Answer::Refusal(refusal) => self.refused(TokenRefusal {
                error: refusal.error.map(shown),
                reason: refusal.reason.map(shown),
                code: refusal.code.map(shown),
                status,
            }),
            Answer::NoEndpoint => TokenFailure::NoEndpoint { address: self.address.clone(), status },
            Answer::Unusable { why, token } => TokenFailure::Unusable { message: shown(why), token },
            Answer::Nothing(why) => self.unavailable(format!("{why} (status {status})"), false),
            Answer::Token(_) => {
                self.unavailable(format!("its answer could not be understood (status {status})"), false)
            }
        }
    }

    /// A refusal that says "later" is none.
    fn refused(&self, refusal: TokenRefusal) -> TokenFailure {
        let message = || format!("it answered {refusal}, status {}", refusal.status);
        match refusal.error.as_deref() {
            // The service did nothing yet.
            Some("temporarily_unavailable" | "slow_down") => self.unavailable(message(), true),
            Some("server_error") => self.unavailable(message(), false),
            _ => TokenFailure::Rejected(refusal),
        }
    }

    fn unavailable(&self, message: String, turned_away: bool) -> TokenFailure {
        let retry_after = retry_after(self.answer.headers());
        TokenFailure::Unavailable { message, not_sent: false, turned_away, retry_after }
    }
}

/// Sends one question. An answer that says nothing about the token is a failure, whatever its body holds.
pub(crate) async fn send(
    egress: &Egress,
    service: &Service,
    request: http::Request<Vec<u8>>,
    question: Question,
) -> Result<Response, TokenFailure> {
    let address = request.uri().to_string();
    let until = Instant::now() + TIMEOUT;
    let answer =
        egress.exchange(request, &service.oauth_base, until).await.map_err(|failure| not_answered(&failure))?;
    let (status, response) = (answer.status(), Response { answer, address });
    let says_nothing = status.is_server_error() || status.is_redirection() || matches!(status.as_u16(), 408 | 429);
    if says_nothing {
        let turned_away = status.is_redirection() || status.as_u16() == 429;
        return Err(response.unavailable(format!("it answered with status {}", status.as_u16()), turned_away));
    }
    if question == Question::Other && response.answer.body().len() > MAX_ANSWER {
        return Err(response.failure(Answer::Nothing(TOO_LONG), &KnownSecrets::default()));
    }
    Ok(response)
}

fn not_answered(failure: &Failure) -> TokenFailure {
    TokenFailure::Unavailable {
        message: failure.message.clone(),
        not_sent: failure.not_sent,
        turned_away: failure.code.starts_with("refused."),
        retry_after: None,
    }
}

/// `Retry-After` in both of its forms (RFC 9110, section 10.2.3): seconds, or a date, which is compared with the answer's
/// own where it has one.
fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let date = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wanted = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = text(header::DATE).and_then(date).map_or_else(clock::now, jiff::Timestamp::as_millisecond);
    let wait = date(wanted)?.as_millisecond().saturating_sub(now);
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}

/// A form for one of the service's addresses, with the app's secret.
pub(crate) fn post(
    service: &Service,
    path: &str,
    app: &App,
    form: &[(&str, &str)],
) -> Result<http::Request<Vec<u8>>, ConnectionsError> {
    let url = service.oauth_url(path)?;
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let mut request = http::Request::post(url.as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    match &app.client_secret {
        Some(secret) => request = request.header(header::AUTHORIZATION, basic(app, secret)),
        None => {
            body.append_pair("client_id", &app.client_id);
        }
    }
    request
        .body(body.finish().into_bytes())
        .map_err(|error| ConnectionsError::Address { address: url.to_string(), why: error.to_string() })
}

/// Each part form-encoded before it is put together (RFC 6749, section 2.3.1).
fn basic(app: &App, secret: &SecretString) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(&app.client_id), encode(secret.expose_secret()));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

/// What an answer must not repeat: the app's secret, and what else was sent or is stored.
pub(crate) fn secrets<'a>(app: &'a App, others: impl IntoIterator<Item = &'a SecretString>) -> KnownSecrets {
    let basic = app.client_secret.as_ref().map(|secret| basic(app, secret)).unwrap_or_default();
    let basic = basic.trim_start_matches("Basic ");
    let others: Vec<&SecretString> = others.into_iter().chain(&app.client_secret).collect();
    KnownSecrets::of(others.iter().map(|secret| secret.expose_secret()).chain([basic]))
}
