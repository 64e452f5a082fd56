//! Everything asked of the sign-in service. The only module that knows the OAuth library.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use switchboard_egress::{Egress, Failure};
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::token::Token;
use crate::{App, ConnectionsError, Service, clock};

/// How long one question to the sign-in service may take. Leases must live longer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// Tokens have some hundred characters; nothing honest is longer than this.
const MAX_ANSWER: usize = 64 * 1024;
/// Ten years: more is a mistake of the service.
const MAX_LIFE_S: u64 = 315_360_000;

/// The grant's name in the standard.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

type OAuth = Client<
    ServiceError,
    StandardTokenResponse<Extra, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
type Answering = Pin<Box<dyn Future<Output = Result<http::Response<Vec<u8>>, AdapterError>> + Send>>;
type RequestError = RequestTokenError<AdapterError, ServiceError>;

/// Why the token service gave no token.
#[derive(Debug)]
pub(crate) enum TokenFailure {
    /// It said no, and would say no again.
    Rejected { error: String, reason: String, code: Option<String> },
    /// It did not answer, or not sensibly: nothing is known about the token that was sent. It may have said when to ask
    /// again.
    Unavailable { message: String, not_sent: bool, turned_away: bool, retry_after: Option<Duration> },
}

impl TokenFailure {
    /// Whether what was asked may have been done all the same, and the answer was lost.
    pub fn may_be_done(&self) -> bool {
        matches!(self, TokenFailure::Unavailable { not_sent: false, turned_away: false, .. })
    }

    /// As the failure of a sign-in, whose code may have been taken all the same.
    pub fn of_sign_in(self) -> ConnectionsError {
        let lost = self.may_be_done();
        let cause = self.into();
        if lost { ConnectionsError::AnswerLost { cause: Box::new(cause) } } else { cause }
    }
}

/// What one sign-in must remember until its answer.
pub(crate) struct Handshake {
    pub authorize_url: Url,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
}

impl Handshake {
    /// A fresh state of 256 bits and a fresh S256 challenge.
    pub fn new(
        service: &Service,
        app: &App,
        scopes: &[String],
        redirect_uri: &str,
    ) -> Result<Handshake, ConnectionsError> {
        let client = client(service, app, Some(redirect_uri))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (authorize_url, state) = client
            .authorize_url(|| CsrfToken::new_random_len(32))
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Handshake { authorize_url, state, verifier })
    }

    /// Whether an answer belongs to this sign-in. Takes the same time however much of it fits.
    pub fn is_answered_by(&self, state: &str) -> bool {
        self.state == CsrfToken::new(state.to_owned())
    }

    /// Trades the code for a token. The verifier is used up.
    pub async fn exchange(
        self,
        egress: &Egress,
        service: &Service,
        app: &App,
        redirect_uri: &str,
        code: SecretString,
    ) -> Result<Token, TokenFailure> {
        let client = client(service, app, Some(redirect_uri)).map_err(misconfigured)?;
        let http = http(egress, service);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(self.verifier)
            .request_async(&http)
            .await;
        token(answer)
    }
}

/// Replaces a token. Exactly one POST.
pub(crate) async fn refresh(
    egress: &Egress,
    service: &Service,
    app: &App,
    refresh: &SecretString,
) -> Result<Token, TokenFailure> {
    let client = client(service, app, None).map_err(misconfigured)?;
    let http = http(egress, service);
    let old = RefreshToken::new(refresh.expose_secret().to_owned());
    let mut token = token(client.exchange_refresh_token(&old).request_async(&http).await)?;
    // A service that does not rotate leaves it out: the old one stays good.
    token.refresh.get_or_insert_with(|| refresh.clone());
    Ok(token)
}

/// A token of a whole account. The grant is not of the standard, so the request is made here.
pub(crate) async fn account_token(
    egress: &Egress,
    service: &Service,
    app: &App,
    account_id: &str,
) -> Result<Token, TokenFailure> {
    let form = [("grant_type", "account_credentials"), ("account_id", account_id)];
    let request = post(service, &service.token_path, app, &form).map_err(misconfigured)?;
    let answer = call(egress, &service.oauth_base, request).await.map_err(unavailable)?;
    if !answer.status().is_success() {
        return Err(match serde_json::from_slice(answer.body()) {
            Ok(error) => rejected(error),
            Err(_) => strange(),
        });
    }
    given(&answer)
}

/// A code for another machine.
pub(crate) struct DeviceCode {
    pub device_code: SecretString,
    pub user_code: String,
    pub page: String,
    pub page_with_code: Option<String>,
    /// Seconds.
    pub life_s: u64,
    /// Seconds between two questions.
    pub interval_s: u64,
}

/// What the token service says while a person decides on another machine.
pub(crate) enum DeviceAnswer {
    Token(Token),
    Pending,
    SlowDown,
    Ended,
    Denied,
}

/// Asks for a code for another machine.
pub(crate) async fn device_code(
    egress: &Egress,
    service: &Service,
    app: &App,
    path: &str,
    scopes: &[String],
) -> Result<DeviceCode, TokenFailure> {
    #[derive(Deserialize)]
    struct Body {
        device_code: String,
        user_code: String,
        verification_uri: String,
        verification_uri_complete: Option<String>,
        expires_in: u64,
        interval: Option<u64>,
    }
    let scopes = scopes.join(" ");
    let mut form = vec![("client_id", app.client_id.as_str())];
    if !scopes.is_empty() {
        form.push(("scope", &scopes));
    }
    let request = post(service, path, app, &form).map_err(misconfigured)?;
    let answer = call(egress, &service.oauth_base, request).await.map_err(unavailable)?;
    if !answer.status().is_success() {
        return Err(serde_json::from_slice(answer.body()).map_or_else(|_| strange(), rejected));
    }
    let body: Body = serde_json::from_slice(answer.body()).map_err(|_| strange())?;
    Ok(DeviceCode {
        device_code: SecretString::from(body.device_code),
        user_code: body.user_code,
        page: body.verification_uri,
        page_with_code: body.verification_uri_complete,
        life_s: body.expires_in.clamp(1, 3_600),
        // The standard's own pace, when the service names none.
        interval_s: body.interval.unwrap_or(5).clamp(1, 60),
    })
}

/// Asks whether the person has decided.
pub(crate) async fn device_token(
    egress: &Egress,
    service: &Service,
    app: &App,
    device_code: &SecretString,
) -> Result<DeviceAnswer, TokenFailure> {
    let form = [("grant_type", DEVICE_GRANT), ("device_code", device_code.expose_secret())];
    let request = post(service, &service.token_path, app, &form).map_err(misconfigured)?;
    let answer = call(egress, &service.oauth_base, request).await.map_err(unavailable)?;
    if answer.status().is_success() {
        return given(&answer).map(DeviceAnswer::Token);
    }
    let error: ServiceError = serde_json::from_slice(answer.body()).map_err(|_| strange())?;
    match error.error.as_str() {
        "authorization_pending" => Ok(DeviceAnswer::Pending),
        "slow_down" => Ok(DeviceAnswer::SlowDown),
        "expired_token" => Ok(DeviceAnswer::Ended),
        "access_denied" => Ok(DeviceAnswer::Denied),
        _ => Err(rejected(error)),
    }
}

/// What became of a token that was to be taken back (RFC 7009, section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakenBack {
    /// The service took back what it stands for.
    Done,
    /// It does not know the token, or not any more.
    Unknown,
    /// It takes no token of this kind back; the grant may hold.
    Unsupported,
}

/// Takes back what one token stands for.
pub(crate) async fn revoke(
    egress: &Egress,
    service: &Service,
    app: &App,
    token: &SecretString,
) -> Result<TakenBack, TokenFailure> {
    let form = [("token", token.expose_secret())];
    let request = post(service, &service.revoke_path, app, &form).map_err(misconfigured)?;
    let answer = call(egress, &service.oauth_base, request).await.map_err(unavailable)?;
    if answer.status().is_success() {
        return Ok(TakenBack::Done);
    }
    match serde_json::from_slice::<ServiceError>(answer.body()) {
        Ok(error) => match error.error.as_str() {
            "invalid_token" | "invalid_grant" | "invalid_request" => Ok(TakenBack::Unknown),
            "unsupported_token_type" => Ok(TakenBack::Unsupported),
            _ => Err(rejected(error)),
        },
        Err(_) => Err(strange()),
    }
}

fn client(service: &Service, app: &App, redirect_uri: Option<&str>) -> Result<OAuth, ConnectionsError> {
    let authorize = service.oauth_url(&service.authorize_path)?;
    let token = service.oauth_url(&service.token_path)?;
    let mut client = Client::new(ClientId::new(app.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(authorize))
        .set_token_uri(TokenUrl::from_url(token));
    if let Some(secret) = &app.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
    }
    if let Some(address) = redirect_uri {
        let redirect = RedirectUrl::new(address.to_owned())
            .map_err(|error| ConnectionsError::Address { address: address.to_owned(), why: error.to_string() })?;
        client = client.set_redirect_uri(redirect);
    }
    Ok(client)
}

/// The library's way out: ours, and it follows no redirect. The library would take the first of several answers in one
/// body, so a good answer has to be one.
fn http(egress: &Egress, service: &Service) -> impl Fn(http::Request<Vec<u8>>) -> Answering + use<> {
    let egress = egress.clone();
    let base = service.oauth_base.clone();
    move |request| {
        let egress = egress.clone();
        let base = base.clone();
        Box::pin(async move {
            let answer = call(&egress, &base, request).await?;
            let whole = serde_json::from_slice::<serde::de::IgnoredAny>(answer.body()).is_ok();
            if answer.status().is_success() && !whole { Err(AdapterError::Strange) } else { Ok(answer) }
        })
    }
}

/// Sends one question. An answer that says nothing about the token is a failure, whatever its body holds.
async fn call(
    egress: &Egress,
    base: &Url,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, AdapterError> {
    let answer = egress.exchange(request, base, Instant::now() + TIMEOUT).await.map_err(AdapterError::NotAnswered)?;
    let status = answer.status();
    let says_nothing = status.is_server_error() || status.is_redirection() || matches!(status.as_u16(), 408 | 429);
    if says_nothing {
        return Err(AdapterError::Status(status.as_u16(), retry_after(answer.headers())));
    }
    if answer.body().len() > MAX_ANSWER {
        return Err(AdapterError::TooLong);
    }
    Ok(answer)
}

/// `Retry-After` in both of its forms (RFC 9110, section 10.2.3): seconds, or a date, which is compared with the answer's
/// own where it has one.
fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let date = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wanted = text(http::header::RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = text(http::header::DATE).and_then(date).map_or_else(clock::now, jiff::Timestamp::as_millisecond);
    let wait = date(wanted)?.as_millisecond().saturating_sub(now);
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}

fn post(
    service: &Service,
    path: &str,
    app: &App,
    form: &[(&str, &str)],
) -> Result<http::Request<Vec<u8>>, ConnectionsError> {
    let url = service.oauth_url(path)?;
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let mut request = http::Request::post(url.as_str())
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    match &app.client_secret {
        Some(secret) => {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(&app.client_id), encode(secret.expose_secret()));
            request = request.header("authorization", format!("Basic {}", BASE64_STANDARD.encode(pair)));
        }
        None => {
            body.append_pair("client_id", &app.client_id);
        }
    }
    request
        .body(body.finish().into_bytes())
        .map_err(|error| ConnectionsError::Address { address: url.to_string(), why: error.to_string() })
}

/// The token of a good answer to a request the library does not know. As strict as the library: JSON, and called so.
fn given(answer: &http::Response<Vec<u8>>) -> Result<Token, TokenFailure> {
    let kind = answer.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(strange());
    }
    token(Ok(serde_json::from_slice(answer.body()).map_err(|_| strange())?))
}

fn token(answer: Result<StandardTokenResponse<Extra, BasicTokenType>, RequestError>) -> Result<Token, TokenFailure> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(error) => rejected(error),
        RequestTokenError::Request(error) => unavailable(error),
        // Both may quote the answer, which may hold a token.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => strange(),
    })?;
    let access = answer.access_token().secret();
    let life = answer.expires_in().map(|life| life.as_secs());
    let usable = !access.is_empty()
        && access.bytes().all(|byte| byte.is_ascii_graphic())
        && matches!(answer.token_type(), BasicTokenType::Bearer)
        && life.is_none_or(|life| (1..=MAX_LIFE_S).contains(&life));
    if !usable {
        return Err(strange());
    }
    let obtained_at = clock::now();
    let life_ms = life.and_then(|life| i64::try_from(life * 1_000).ok());
    Ok(Token {
        access: SecretString::from(access.clone()),
        refresh: answer.refresh_token().map(|token| SecretString::from(token.secret().clone())),
        obtained_at,
        expires_at: life_ms.map(|life| obtained_at + life),
        scopes: answer
            .scopes()
            .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect())
            .unwrap_or_default(),
        api_url: answer.extra_fields().api_url.clone(),
    })
}

fn rejected(error: ServiceError) -> TokenFailure {
    TokenFailure::Rejected {
        error: clean(&error.error),
        reason: clean(error.reason.or(error.error_description).as_deref().unwrap_or("no reason given")),
        code: error.code.map(|code| clean(code.as_str().map_or_else(|| code.to_string(), str::to_owned).as_str())),
    }
}

fn unavailable(error: AdapterError) -> TokenFailure {
    TokenFailure::Unavailable {
        message: error.to_string(),
        not_sent: matches!(&error, AdapterError::NotAnswered(failure) if failure.not_sent),
        turned_away: match &error {
            AdapterError::NotAnswered(failure) => failure.code.starts_with("refused."),
            other => matches!(other, AdapterError::Status(300..400 | 429, _)),
        },
        retry_after: match error {
            AdapterError::Status(_, wait) => wait,
            _ => None,
        },
    }
}

fn strange() -> TokenFailure {
    unavailable(AdapterError::Strange)
}

pub(crate) fn misconfigured(error: ConnectionsError) -> TokenFailure {
    TokenFailure::Unavailable { message: error.to_string(), not_sent: true, turned_away: false, retry_after: None }
}

/// Text of the service, fit to be shown: bounded, without secrets, and without characters that are not seen or that
/// turn the direction of others.
pub(crate) fn clean(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let visible: String = text.chars().filter(|c| !unseen(*c)).take(200).collect();
    switchboard_egress::redact(&visible)
}

/// An error of the token service: the standard's `error`, and words in one of two places.
#[derive(Debug, Serialize, Deserialize)]
struct ServiceError {
    error: String,
    reason: Option<String>,
    error_description: Option<String>,
    /// The service's own number.
    #[serde(alias = "errorCode")]
    code: Option<serde_json::Value>,
}

impl oauth2::ErrorResponse for ServiceError {}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clean(&self.error))
    }
}

/// What the answer may hold besides the standard's fields.
#[derive(Debug, Serialize, Deserialize)]
struct Extra {
    api_url: Option<String>,
}

impl ExtraTokenFields for Extra {}

/// No answer that says anything.
#[derive(Debug, thiserror::Error)]
enum AdapterError {
    #[error("{}", .0.message)]
    NotAnswered(Failure),
    #[error("it answered with status {0}")]
    Status(u16, Option<Duration>),
    #[error("its answer is too long")]
    TooLong,
    #[error("its answer could not be understood")]
    Strange,
}
