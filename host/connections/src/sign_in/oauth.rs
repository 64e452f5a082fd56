//! Everything asked of the sign-in service. The only module that knows the OAuth library.

use std::cell::RefCell;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use switchboard_egress::{Egress, KnownSecrets};
use url::Url;

use crate::grant::history::SecretHistory;
use crate::grant::token::Token;
use crate::token_endpoint::answer::{self, Answer};
use crate::token_endpoint::failure::TokenFailure;
use crate::token_endpoint::request::{self, Question, post, secrets};
use crate::{App, ConnectionsError, Service, TokenRefusal};

/// The grant's name in the standard.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The standard's own pace, where a service names none.
const DEVICE_INTERVAL_S: u64 = 5;

type OAuth = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What one sign-in must remember until its answer.
pub(crate) struct Handshake {
    pub authorize_url: Url,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    /// Secrets of other sign-ins of the app, which an answer may repeat.
    others: KnownSecrets,
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
        Ok(Handshake { authorize_url, state, verifier, others: KnownSecrets::default() })
    }

    /// Also hides these in whatever is shown of an answer.
    #[must_use]
    pub fn hiding(self, others: KnownSecrets) -> Handshake {
        Handshake { others, ..self }
    }

    /// Whether an answer belongs to this sign-in. Takes the same time however much of it fits.
    pub fn is_answered_by(&self, state: &str) -> bool {
        self.state == CsrfToken::new(state.to_owned())
    }

    /// What no text about this sign-in may show.
    pub fn secrets(&self, app: &App) -> KnownSecrets {
        let own = [self.state.secret().as_str(), self.verifier.secret().as_str()];
        secrets(app, []).and(&KnownSecrets::of(own)).and(&self.others)
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
        let client = client(service, app, Some(redirect_uri)).map_err(|error| TokenFailure::not_sent(&error))?;
        let verifier = SecretString::from(self.verifier.secret().clone());
        let known = self.secrets(app).and(&secrets(app, [&code]));
        let request = built(|keep| {
            let code = AuthorizationCode::new(code.expose_secret().to_owned());
            let _ = client.exchange_code(code).set_pkce_verifier(self.verifier).request(&keep);
        })?;
        let mut token = request::token(egress, service, request, &known).await?;
        token.history = SecretHistory::of_sign_in([&code, &verifier]);
        Ok(token)
    }
}

/// Replaces a token. Exactly one POST.
pub(crate) async fn refresh(
    egress: &Egress,
    service: &Service,
    app: &App,
    old: &Token,
    refresh: &SecretString,
) -> Result<Token, TokenFailure> {
    let client = client(service, app, None).map_err(|error| TokenFailure::not_sent(&error))?;
    let request = built(|keep| {
        let token = RefreshToken::new(refresh.expose_secret().to_owned());
        let _ = client.exchange_refresh_token(&token).request(&keep);
    })?;
    let mut token = request::token(egress, service, request, &secrets(app, old.secrets())).await?;
    token.history = SecretHistory::after(old);
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
    old: Option<&Token>,
) -> Result<Token, TokenFailure> {
    let form = [("grant_type", "account_credentials"), ("account_id", account_id)];
    let request = post(service, &service.token_path, app, &form).map_err(|error| TokenFailure::not_sent(&error))?;
    let known = secrets(app, old.into_iter().flat_map(Token::secrets));
    let mut token = request::token(egress, service, request, &known).await?;
    token.history = old.map(SecretHistory::after).unwrap_or_default();
    Ok(token)
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
    #[derive(Default, Deserialize)]
    struct Body {
        device_code: Option<Value>,
        user_code: Option<Value>,
        #[serde(alias = "verification_url")]
        verification_uri: Option<Value>,
        #[serde(alias = "verification_url_complete")]
        verification_uri_complete: Option<Value>,
        expires_in: Option<Value>,
        interval: Option<Value>,
    }
    let scopes = scopes.join(" ");
    let mut form = vec![("client_id", app.client_id.as_str())];
    if !scopes.is_empty() {
        form.push(("scope", &scopes));
    }
    let request = post(service, path, app, &form).map_err(|error| TokenFailure::not_sent(&error))?;
    let response = request::send(egress, service, request, Question::Other).await?;
    let secrets = secrets(app, []);
    if let Some(refusal) = answer::refusal(&response.answer) {
        return Err(response.failure(refusal, &secrets));
    }
    let strange = || response.failure(Answer::Nothing("its answer could not be understood"), &secrets);
    let body: Body = serde_json::from_slice(response.answer.body()).map_err(|_| strange())?;
    let text = |value: &Option<Value>| answer::text(value.as_ref());
    let seconds = |value: &Option<Value>| value.as_ref().and_then(answer::seconds);
    let known =
        (text(&body.device_code), text(&body.user_code), text(&body.verification_uri), seconds(&body.expires_in));
    let (Some(device_code), Some(user_code), Some(page), Some(life_s)) = known else {
        return Err(strange());
    };
    Ok(DeviceCode {
        device_code: SecretString::from(device_code),
        user_code,
        page,
        page_with_code: text(&body.verification_uri_complete),
        life_s: life_s.clamp(1, 3_600),
        interval_s: seconds(&body.interval).unwrap_or(DEVICE_INTERVAL_S).clamp(1, 60),
    })
}

/// Asks whether the person has decided.
pub(crate) async fn device_token(
    egress: &Egress,
    service: &Service,
    app: &App,
    device_code: &SecretString,
    others: &KnownSecrets,
) -> Result<DeviceAnswer, TokenFailure> {
    let form = [("grant_type", DEVICE_GRANT), ("device_code", device_code.expose_secret())];
    let request = post(service, &service.token_path, app, &form).map_err(|error| TokenFailure::not_sent(&error))?;
    let response = request::send(egress, service, request, Question::Token).await?;
    let known = secrets(app, [device_code]).and(others);
    let answer = match response.read() {
        Answer::Token(token) => {
            let mut clean = token.with_clean_scopes(&known);
            clean.history = SecretHistory::of_sign_in([device_code]);
            return Ok(DeviceAnswer::Token(clean));
        }
        other => other,
    };
    let code = if let Answer::Refusal(TokenRefusal { error, .. }) = &answer { error.as_deref() } else { None };
    match code {
        Some("authorization_pending") => Ok(DeviceAnswer::Pending),
        Some("slow_down") => Ok(DeviceAnswer::SlowDown),
        Some("expired_token") => Ok(DeviceAnswer::Ended),
        Some("access_denied") => Ok(DeviceAnswer::Denied),
        _ => Err(response.failure(answer, &known)),
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

/// Takes back what one token of a grant stands for.
pub(crate) async fn revoke(
    egress: &Egress,
    service: &Service,
    app: &App,
    token: &SecretString,
    grant: &Token,
) -> Result<TakenBack, TokenFailure> {
    let form = [("token", token.expose_secret())];
    let request = post(service, &service.revoke_path, app, &form).map_err(|error| TokenFailure::not_sent(&error))?;
    let response = request::send(egress, service, request, Question::Other).await?;
    let answer = match answer::refusal(&response.answer) {
        Some(answer) => answer,
        None => match answer::acknowledgement(&response.answer) {
            Ok(()) => return Ok(TakenBack::Done),
            Err(why) => Answer::Nothing(why),
        },
    };
    let code = if let Answer::Refusal(TokenRefusal { error, .. }) = &answer { error.as_deref() } else { None };
    match code {
        Some("invalid_token" | "invalid_grant" | "invalid_request") => Ok(TakenBack::Unknown),
        Some("unsupported_token_type") => Ok(TakenBack::Unsupported),
        _ => Err(response.failure(answer, &secrets(app, grant.secrets()))),
    }
}

fn client(service: &Service, app: &App, redirect_uri: Option<&str>) -> Result<OAuth, ConnectionsError> {
    let authorize = service.oauth_url(&service.authorize_path)?;
    let token = service.oauth_url(&service.token_path)?;
    let mut client = BasicClient::new(ClientId::new(app.client_id.clone()))
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

/// The request that the library builds. It is sent and its answer is read here, because services spell their answers in more
/// ways than the library reads.
fn built(
    build: impl FnOnce(&dyn Fn(HttpRequest) -> Result<HttpResponse, NotSent>),
) -> Result<http::Request<Vec<u8>>, TokenFailure> {
    let request = RefCell::new(None);
    build(&|built| {
        request.replace(Some(built));
        Err(NotSent)
    });
    request.into_inner().ok_or_else(|| {
        let message = "the request could not be made".to_owned();
        TokenFailure::not_sent(&ConnectionsError::Unreachable { message })
    })
}

/// The library only builds.
#[derive(Debug, thiserror::Error)]
#[error("nothing is sent by the library")]
struct NotSent;
