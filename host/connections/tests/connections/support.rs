//! A token service of the test's own, and a data folder.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use switchboard_connections::{App, Connections, KeySource, Options, SecretString, Service, Vault, Watch};
use switchboard_egress::{Connection, Credential, Egress};
use switchboard_leaks::{Home, know};
use switchboard_store::Store;
use url::Url;

/// What the service does with the next token request, once the queue is empty: rotate.
#[derive(Clone)]
pub enum Next {
    /// Another page of the same service.
    Redirect(u16),
    /// Status, kind and body.
    Whole(u16, &'static str, String),
    Status(u16, &'static str),
    /// Status after this many milliseconds.
    LateStatus(u64, u16),
    /// Status and `Retry-After`.
    Wait(u16, &'static str),
    /// Rotates, then answers nothing useful.
    LoseAnswer,
    /// Rotates and never answers.
    Hang,
    /// Waits for this many milliseconds, then rotates.
    Late(u64),
    /// Rotates at once, but answers only after this many milliseconds.
    SlowAnswer(u64),
}

#[derive(Default)]
pub struct Seen {
    pub posts: Vec<String>,
    /// Method, path and the headers that matter of each token request.
    pub heads: Vec<String>,
    pub revoked: Vec<String>,
    /// Requests to where a redirect leads.
    pub trapped: usize,
    /// The address with a code in it.
    pub device_complete: Option<&'static str>,
    /// What the revocation endpoint answers with status 200.
    pub revocation_error: Option<&'static str>,
    /// With this kind and this body the revocation endpoint answers 200, and takes nothing back.
    pub revocation_page: Option<(&'static str, String)>,
    /// How many seconds a code lives that is typed elsewhere, where not two.
    pub device_life_s: u64,
    /// The revocation endpoint answers 503.
    pub revocation_down: bool,
    /// With this status and this `Retry-After` in place of 503.
    pub revocation_waits: Option<(u16, &'static str)>,
    /// Tokens that begin so are of a kind that cannot be taken back.
    pub unsupported: Option<&'static str>,
    /// The revocation endpoint never answers.
    pub revocation_hangs: bool,
    /// Revocations that were asked for, taken back or not.
    pub revocations: usize,
    pub next: VecDeque<Next>,
    pub generation: u32,
    pub life_s: u64,
}

#[derive(Clone)]
pub struct TokenServer {
    pub seen: Arc<Mutex<Seen>>,
    pub base: String,
}

impl TokenServer {
    pub async fn start(life_s: u64) -> TokenServer {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen { life_s, ..Seen::default() }));
        let app = Router::new()
            .route("/oauth/token", post(token))
            .route("/oauth/revoke", post(revoke))
            .route("/oauth/device", post(device))
            .route("/oauth/trap", any(trap))
            .with_state(seen.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        TokenServer { seen, base }
    }

    pub fn service(&self) -> Service {
        Service {
            connector: "demo".into(),
            api_base: Url::parse(&format!("{}/v2", self.base)).unwrap(),
            oauth_base: Url::parse(&format!("{}/oauth", self.base)).unwrap(),
            authorize_path: "/authorize".into(),
            token_path: "/token".into(),
            revoke_path: "/revoke".into(),
            api_hosts: vec![],
            credential_hosts: vec![],
            download_hosts: vec![],
            issuer: None,
            token_errors: [("4741", "revoked"), ("4738", "awaiting-approval"), ("4735", "disconnected")]
                .map(|(code, state)| (code.to_owned(), state.to_owned()))
                .into(),
        }
    }

    pub fn posts(&self) -> Vec<String> {
        self.seen.lock().unwrap().posts.clone()
    }

    pub fn then(&self, next: Next) {
        self.seen.lock().unwrap().next.push_back(next);
    }

    /// A call with this connection: the service knows its newest token alone, and an old one is renewed as ever.
    pub async fn call(&self, live: &dyn Connection) -> Result<(), String> {
        let newest = format!("canary-access-{}", self.seen.lock().unwrap().generation);
        let held = live.credential(None).await.map_err(|error| error.message)?;
        match held.fingerprint() == Credential::new(newest).fingerprint() {
            true => Ok(()),
            false => live.renew(&held, None).await.map(|_| ()).map_err(|error| error.message),
        }
    }

    /// What was taken back, in order.
    pub fn revoked(&self) -> Vec<String> {
        self.seen.lock().unwrap().revoked.clone()
    }

    pub fn life(&self, life_s: u64) {
        self.seen.lock().unwrap().life_s = life_s;
    }
}

type Json = [(&'static str, &'static str); 2];
const JSON: Json = [("content-type", "application/json"), ("x-service", "of-the-test")];

async fn token(
    State(seen): State<Arc<Mutex<Seen>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json, String) {
    let next = {
        let mut seen = seen.lock().unwrap();
        let mut head = format!("{method} {uri}");
        for name in ["accept", "authorization", "content-type", "cookie"] {
            if let Some(value) = headers.get(name) {
                head += &format!("\n{name}: {}", value.to_str().unwrap());
            }
        }
        seen.heads.push(head);
        let verifier = body.split('&').find_map(|pair| pair.strip_prefix("code_verifier="));
        verifier.into_iter().for_each(|verifier| know("the proof of a code", verifier));
        seen.posts.push(body.clone());
        seen.next.pop_front()
    };
    let wait = match &next {
        Some(Next::Late(millis) | Next::LateStatus(millis, _)) => *millis,
        Some(Next::SlowAnswer(millis)) => {
            let answer = granted(&mut seen.lock().unwrap(), &body);
            tokio::time::sleep(std::time::Duration::from_millis(*millis)).await;
            return answer;
        }
        Some(Next::Hang) => {
            seen.lock().unwrap().generation += 1;
            3_600_000
        }
        Some(_) => 0,
        // Long enough for a second, wrong, request to be under way.
        None => 100,
    };
    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    let mut seen = seen.lock().unwrap();
    match next {
        Some(Next::Status(status, text)) => (StatusCode::from_u16(status).unwrap(), JSON, text.to_owned()),
        Some(Next::Redirect(status)) => {
            let there = [("content-type", "application/json"), ("location", "/oauth/trap")];
            (StatusCode::from_u16(status).unwrap(), there, String::new())
        }
        Some(Next::Whole(status, kind, text)) => {
            let headers = [("content-type", kind), ("x-service", "of-the-test")];
            (StatusCode::from_u16(status).unwrap(), headers, text)
        }
        Some(Next::LateStatus(_, status)) => (StatusCode::from_u16(status).unwrap(), JSON, String::new()),
        Some(Next::Wait(status, wait)) => {
            let headers = [("content-type", "application/json"), ("retry-after", wait)];
            (StatusCode::from_u16(status).unwrap(), headers, String::new())
        }
        Some(Next::LoseAnswer) => {
            seen.generation += 1;
            (StatusCode::OK, JSON, "<html>".to_owned())
        }
        _ => granted(&mut seen, &body),
    }
}

/// The next token, when the body asks with the newest one or with a code.
fn granted(seen: &mut Seen, body: &str) -> (StatusCode, Json, String) {
    if body.contains("grant_type=refresh_token") {
        let current = format!("canary-refresh-{}", seen.generation);
        if !body.split('&').any(|pair| pair == format!("refresh_token={current}")) {
            let error = r#"{"reason":"Invalid Token!","error":"invalid_grant"}"#;
            return (StatusCode::BAD_REQUEST, JSON, error.to_owned());
        }
    }
    seen.generation += 1;
    let number = seen.generation;
    let refresh = match body.contains("account_credentials") {
        true => String::new(),
        false => format!(r#""refresh_token":"canary-refresh-{number}","#),
    };
    let answer = format!(
        r#"{{"access_token":"canary-access-{number}","token_type":"bearer",{refresh}"expires_in":{},"scope":"user:read meeting:read","api_url":"https://api.example.com"}}"#,
        seen.life_s
    );
    (StatusCode::OK, JSON, answer)
}

/// A code that lives for one question, where nothing else is wanted.
async fn device(State(seen): State<Arc<Mutex<Seen>>>, uri: Uri, headers: HeaderMap) -> (StatusCode, Json, String) {
    let life_s = seen.lock().unwrap().device_life_s.max(2);
    let complete = seen.lock().unwrap().device_complete.unwrap_or_default();
    let host = headers["host"].to_str().unwrap();
    let body = format!(
        r#"{{"device_code":"canary-device-d","user_code":"u","verification_uri":"http://{host}{uri}","verification_uri_complete":"{complete}","expires_in":"{life_s}","interval":"1"}}"#
    );
    (StatusCode::OK, JSON, body)
}

async fn trap(State(seen): State<Arc<Mutex<Seen>>>) -> StatusCode {
    seen.lock().unwrap().trapped += 1;
    StatusCode::OK
}

async fn revoke(State(seen): State<Arc<Mutex<Seen>>>, body: String) -> axum::response::Response {
    let hangs = {
        let mut seen = seen.lock().unwrap();
        seen.revocations += 1;
        seen.revocation_hangs
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    let mut seen = seen.lock().unwrap();
    if let Some((status, wait)) = seen.revocation_waits {
        let date = ("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        return (StatusCode::from_u16(status).unwrap(), [date, ("retry-after", wait)], "").into_response();
    }
    if let Some(error) = seen.revocation_error {
        return (StatusCode::OK, JSON, error).into_response();
    }
    if let Some((kind, page)) = &seen.revocation_page {
        return (StatusCode::OK, [("content-type", *kind)], page.clone()).into_response();
    }
    if seen.revocation_down {
        return (StatusCode::SERVICE_UNAVAILABLE, JSON, "<html>").into_response();
    }
    if seen.unsupported.is_some_and(|kind| body.contains(kind)) {
        let error = r#"{"error":"unsupported_token_type"}"#;
        return (StatusCode::BAD_REQUEST, JSON, error).into_response();
    }
    seen.revoked.push(body);
    (StatusCode::OK, JSON, r#"{"status":"success"}"#).into_response()
}

/// A clock that tests move, milliseconds from the real one.
#[derive(Clone, Default)]
pub struct Moved(pub Arc<std::sync::atomic::AtomicI64>);

impl Moved {
    pub fn to(&self, offset_ms: i64) {
        self.0.store(offset_ms, std::sync::atomic::Ordering::SeqCst);
    }
}

pub const DAY_MS: i64 = 86_400_000;

pub fn open_at(dir: &Path, clock: &Moved) -> Connections {
    open_with(dir, clock, None)
}

pub fn open_with(dir: &Path, clock: &Moved, watch: Option<Arc<dyn Watch>>) -> Connections {
    let store = Store::open(dir).unwrap();
    let vault = Vault::open(&store, KeySource::File(dir.join("key"))).unwrap();
    let offset = clock.0.clone();
    let clock = Arc::new(move || {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        i64::try_from(real).unwrap() + offset.load(std::sync::atomic::Ordering::SeqCst)
    });
    let options = Options { clock, watch };
    Connections::open_with(store, vault, Egress::new().unwrap(), options)
}

pub fn open(dir: &Path) -> Connections {
    let store = Store::open(dir).unwrap();
    let vault = Vault::open(&store, KeySource::File(dir.join("key"))).unwrap();
    Connections::open(store, vault, Egress::new().unwrap())
}

pub fn open_in_memory(dir: &Path) -> Connections {
    let store = Store::in_memory().unwrap();
    let vault = Vault::open(&store, KeySource::File(dir.join("key"))).unwrap();
    Connections::open(store, vault, Egress::new().unwrap())
}

/// What every secret of these tests begins with; those of the other servers are asked for.
const CANARIES: [(&str, &str); 6] = [
    ("an access token", "canary-access-"),
    ("a refresh token", "canary-refresh-"),
    ("a pasted token", "canary-pasted"),
    ("the app's secret", "canary-app-secret"),
    ("a code", "canary-code-"),
    ("a device's code", "canary-device-"),
];

/// A data folder that is searched for secrets when the test ends.
pub fn home() -> Home {
    let home = Home::new();
    CANARIES.iter().for_each(|(name, canary)| home.add_secret(name, *canary));
    home
}

pub fn secret() -> SecretString {
    SecretString::from("canary-app-secret")
}

/// An app of one's own.
pub fn own_app() -> App {
    App { client_id: "app".into(), client_secret: Some(secret()) }
}
