//! The pages behind a link, and the call-back. Nothing else is served.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::get;
use switchboard_connections::{Admitted, ConnectSession, ConnectSessions, ConnectionsError, Wish};
use tokio::sync::mpsc::UnboundedSender;

use super::addresses::Addresses;

/// The cookie that says which sign-in a browser is at.
const AT: &str = "switchboard-sign-in";

/// A page holds nothing but its own text, is kept nowhere, and tells nobody where it was.
const CLOSED: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// What happens at the page.
pub enum Event {
    Opened,
    /// Nothing was connected; the link still works.
    Refused(ConnectionsError),
    Connected(Box<Admitted>),
    /// No further sign-in can be begun.
    Broken(ConnectionsError),
}

/// One link.
pub struct Server {
    sessions: ConnectSessions,
    wish: Wish,
    /// The last part of the link.
    link: String,
    /// The sign-in that is open, or was last.
    current: Mutex<String>,
    hosts: [String; 2],
    /// What is said of the cookie.
    cookie: String,
    events: UnboundedSender<Event>,
}

impl Server {
    /// The pages of the link of `first`, the first sign-in; there is a further one whenever the last has ended.
    pub fn routes(
        sessions: ConnectSessions,
        wish: Wish,
        first: &ConnectSession,
        addresses: &Addresses,
        events: UnboundedSender<Event>,
    ) -> Router {
        let base = addresses.base();
        let secure = if addresses.is_secure() { "; Secure" } else { "" };
        let life = first.life.as_secs();
        let server = Arc::new(Server {
            sessions,
            wish,
            link: first.id.clone(),
            current: Mutex::new(first.id.clone()),
            hosts: addresses.hosts(),
            cookie: format!("Path={base}/oauth/callback; HttpOnly; SameSite=Lax; Max-Age={life}{secure}"),
            events,
        });
        Router::new()
            .route(&format!("{base}/connect/{{link}}"), get(opened))
            .route(&format!("{base}/oauth/callback"), get(answered))
            .fallback(async || (StatusCode::NOT_FOUND, "Nothing here. Open the link again.\n"))
            .layer(middleware::from_fn_with_state(server.clone(), guarded))
            .with_state(server)
    }

    /// The sign-in that is open. A link that a mail program looks at, or whose visitor comes late, is so not used up.
    fn open(&self) -> Result<ConnectSession, ConnectionsError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = self.sessions.session(&current) {
            return Ok(session);
        }
        let session = self.sessions.begin(self.wish.clone())?;
        current.clone_from(&session.id);
        Ok(session)
    }

    fn tell(&self, event: Event) {
        // Nobody listens any more once somebody has connected.
        let _ = self.events.send(event);
    }
}

/// Lets in who came by one of our names: a page of another site that resolves its name to this machine comes with its own.
async fn guarded(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, more) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next());
    let known = host.is_some_and(|host| server.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)));
    let answer = match known && more.is_none() {
        true => next.run(request).await,
        false => (StatusCode::MISDIRECTED_REQUEST, "Wrong address.\n").into_response(),
    };
    (AppendHeaders(CLOSED), answer).into_response()
}

/// The page that says what is asked for and leads to the service.
async fn opened(State(server): State<Arc<Server>>, Path(link): Path<String>) -> Response {
    if link != server.link {
        return (StatusCode::NOT_FOUND, "This link has ended. Ask for another one.\n").into_response();
    }
    match server.open() {
        Ok(session) => {
            server.tell(Event::Opened);
            let cookie = format!("{AT}={}; {}", session.id, server.cookie);
            (AppendHeaders([(SET_COOKIE, cookie)]), Html(session.page)).into_response()
        }
        Err(error) => {
            server.tell(Event::Broken(error));
            (StatusCode::GONE, "This link has ended. Ask for another one.\n").into_response()
        }
    }
}

/// The browser comes back from the service. Only one that has opened the link can end its sign-in.
async fn answered(State(server): State<Arc<Server>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let at = cookie(&headers).unwrap_or_default();
    let answer = server.sessions.complete(&at, query.as_deref().unwrap_or_default()).await;
    let page = Html(server.sessions.answered(&server.wish.label, &answer));
    match answer {
        Ok(admitted) => {
            server.tell(Event::Connected(Box::new(admitted)));
            page.into_response()
        }
        Err(error) => {
            server.tell(Event::Refused(error));
            (StatusCode::BAD_REQUEST, page).into_response()
        }
    }
}

/// The sign-in that a browser is at.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = sent.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == AT).map(|(_, value)| value.to_owned())
}
