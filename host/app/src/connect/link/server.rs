//! The pages behind a link, and the call-back. Nothing else is served.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::get;
use switchboard_connections::{Admission, ConnectSession, ConnectSessions, ConnectionsError, SessionRequest};
use tokio::sync::mpsc::Sender;

use super::addresses::Addresses;

/// A sign-in with less time left is not begun with: whoever comes then gets one of their own.
const MIN_LIFE: Duration = Duration::from_secs(4 * 60);

/// A page holds nothing but its own text, is kept nowhere, and tells nobody where it was.
const HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    // One request for each connection, so that its time can be told.
    ("connection", "close"),
];

/// What happens at the page.
pub(crate) enum Event {
    /// The sign-in of this id was shown to somebody.
    Opened(String),
    /// Nothing was connected; the link still works.
    Refused(ConnectionsError),
    Connected(Box<Admission>),
    /// No further sign-in can be begun.
    Broken(ConnectionsError),
}

/// One link.
pub(crate) struct Server {
    sessions: ConnectSessions,
    session_request: SessionRequest,
    /// The last part of the link.
    link: String,
    /// The sign-in that is open, or was last.
    current: Mutex<String>,
    hosts: [String; 2],
    /// The cookie that says which sign-in a browser is at. Cookies know no ports, so each link has its own.
    cookie: String,
    /// What is said of it.
    terms: String,
    events: Sender<Event>,
}

impl Server {
    /// The pages of the link of `first`, the first sign-in; there is a further one whenever the last has ended.
    pub fn routes(
        sessions: ConnectSessions,
        session_request: SessionRequest,
        first: &ConnectSession,
        addresses: &Addresses,
        events: Sender<Event>,
    ) -> Router {
        let base = addresses.base();
        let secure = if addresses.is_secure() { "; Secure" } else { "" };
        let own: String = first.id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let server = Arc::new(Server {
            sessions,
            session_request,
            link: first.id.clone(),
            current: Mutex::new(first.id.clone()),
            hosts: addresses.hosts(),
            cookie: format!("switchboard-sign-in-{own}"),
            terms: format!("Path={base}/oauth/callback; HttpOnly; SameSite=Lax{secure}"),
            events,
        });
        Router::new()
            .route(&format!("{base}/connect/{{link}}"), get(opened))
            .route(&format!("{base}/oauth/callback"), get(answered))
            .fallback(async || (StatusCode::NOT_FOUND, "Page not found. Open the link again.\n"))
            .layer(middleware::from_fn_with_state(server.clone(), check_host))
            .with_state(server)
    }

    /// A sign-in with time enough: the last one, or a new one beside it. So a link that a mail program looks at, or whose
    /// visitor comes late, is not used up, and nobody ends what another is at.
    fn open(&self) -> Result<ConnectSession, ConnectionsError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = self.sessions.session(&current).filter(|session| session.life > MIN_LIFE) {
            return Ok(session);
        }
        let session = self.sessions.begin_beside(self.session_request.clone(), &self.link)?;
        current.clone_from(&session.id);
        Ok(session)
    }

    fn send(&self, event: Event) {
        // Nobody listens any more once somebody has connected; and what strangers do is not worth waiting for a terminal.
        let _ = self.events.try_send(event);
    }
}

/// Lets in who came by one of our names: a page of another site that resolves its name to this machine comes with its own.
async fn check_host(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, more) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next());
    let known = host.is_some_and(|host| server.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)));
    let answer = if !known || more.is_some() {
        (StatusCode::MISDIRECTED_REQUEST, "Wrong address.\n").into_response()
    } else if request.method() != Method::GET {
        (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.\n").into_response()
    } else {
        next.run(request).await
    };
    (AppendHeaders(HEADERS), answer).into_response()
}

/// The page that says what is asked for and leads to the service.
async fn opened(State(server): State<Arc<Server>>, Path(link): Path<String>) -> Response {
    if link != server.link {
        return (StatusCode::NOT_FOUND, "This link has ended. Ask for another one.\n").into_response();
    }
    match server.open() {
        Ok(session) => {
            server.send(Event::Opened(session.id.clone()));
            let life = session.life.as_secs();
            let cookie = format!("{}={}; Max-Age={life}; {}", server.cookie, session.id, server.terms);
            (AppendHeaders([(SET_COOKIE, cookie)]), Html(session.page)).into_response()
        }
        Err(error) if ends_the_link(&error) => {
            server.send(Event::Broken(error));
            (StatusCode::GONE, "This link has ended. Ask for another one.\n").into_response()
        }
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable. Try again in a minute.\n").into_response()
        }
    }
}

/// The browser comes back from the service. Only one that has opened the link can end its sign-in.
async fn answered(State(server): State<Arc<Server>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let at = cookie(&headers, &server.cookie).unwrap_or_default();
    let answer = server.sessions.complete(&at, query.as_deref().unwrap_or_default()).await;
    let page = Html(server.sessions.answered(&server.session_request.label, &answer));
    match answer {
        Ok(admitted) => {
            // The one thing that must not be missed, however much there is to tell.
            let _ = server.events.send(Event::Connected(Box::new(admitted))).await;
            page.into_response()
        }
        Err(error) => {
            // What belongs to no sign-in is anybody's.
            if !is_of_a_stranger(&error) {
                server.send(Event::Refused(error));
            }
            (StatusCode::BAD_REQUEST, page).into_response()
        }
    }
}

fn is_of_a_stranger(error: &ConnectionsError) -> bool {
    use ConnectionsError::{CallbackInvalid, Ended, StateMismatch};
    matches!(error, Ended | StateMismatch { .. } | CallbackInvalid { .. })
}

/// Whether no further sign-in can be begun by this link.
fn ends_the_link(error: &ConnectionsError) -> bool {
    use ConnectionsError::{AnotherWay, LabelTaken, NotFound, SameAccount};
    matches!(error, LabelTaken { .. } | SameAccount { .. } | NotFound { .. } | AnotherWay { .. })
}

/// The sign-in that a browser is at.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = sent.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(sent, _)| *sent == name).map(|(_, value)| value.to_owned())
}
