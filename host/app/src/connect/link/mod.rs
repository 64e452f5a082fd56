//! A link by which somebody else connects, in a browser of their own. The page is served here, by the connect sessions that a platform
//! uses.

mod addresses;
mod server;

use std::collections::HashSet;
use std::time::Duration;

use switchboard_connections::{
    Admission, App as ClientApp, ConnectSessions, Connections, Loopback, Method, Service, SessionRequest,
};
use switchboard_listener::{VisitorLimits, serve};
use switchboard_runtime::Connector;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

pub(crate) use self::addresses::Addresses;
use self::server::{Event, Server};
use super::attempt::Attempt;
use super::sign_in::SignInStep;
use crate::remedy::explain;
use crate::{App, AppError, NextStep, message};

/// More at once than one link's visitors need; half of it is for one address. An exchange may have to wait for another one's.
const LIMITS: VisitorLimits =
    VisitorLimits { open: 32, per_peer: 16, head: Duration::from_secs(5), whole: Duration::from_secs(120) };
/// How long the last page may take to reach the browser of the person who connected.
const LAST_PAGE: Duration = Duration::from_secs(5);
/// How long an answer may take that came before the link expired.
const LAST_ANSWER: Duration = Duration::from_secs(75);
/// Events at the page that wait to be shown. Strangers' visits beyond it are not shown.
const MAX_EVENTS: usize = 64;

/// Through which app, and for how long.
pub(crate) struct Offer {
    pub service: Service,
    pub client: ClientApp,
    pub method: Method,
    pub session_request: SessionRequest,
    pub minutes: u32,
}

/// Shows a link, and waits until somebody has connected by it or its time is over.
pub(crate) async fn by_link(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    offer: Offer,
    addresses: Addresses,
    attempt: &mut Attempt,
) -> Result<Admission, AppError> {
    let Offer { service, client, method, session_request, minutes } = offer;
    let owner_check = connector.owner_check(app.trace(&session_request.label));
    let name = format!("Switchboard for {}", connector.manifest().title);
    let listener = TcpListener::bind(addresses.bind).await.map_err(|cause| busy(&addresses, cause))?;
    let bind = listener.local_addr().map_err(|cause| busy(&addresses, cause))?;
    let listens_on = (addresses.bind != bind).then_some(bind);
    let addresses = addresses.at(bind);
    let (links, redirect) = (addresses.links()?, addresses.redirect()?);
    attempt.redirect = Some(redirect.to_string());
    attempt.asks(&service.oauth_base);
    let sessions = ConnectSessions::new(
        connections.clone(),
        service,
        client,
        &name,
        method,
        links,
        redirect.clone(),
        owner_check,
    )?;
    let first = sessions.begin(session_request.clone())?;
    app.ui().open(&SignInStep::SendLink { link: &first.link, redirect: redirect.as_str(), listens_on, minutes }).await;
    let (sender, events) = mpsc::channel(MAX_EVENTS);
    let pages = Server::routes(sessions, session_request, &first, &addresses, sender);
    let mut listening = serve(listener, pages, LIMITS);
    let mut page = Page { app, connector, method, attempt, events, opened: HashSet::new() };
    let waiting = timeout(Duration::from_secs(u64::from(minutes) * 60), page.connected());
    let done = listening.during(waiting).await;
    match done {
        Ok(done) => {
            // Whoever has just connected is to see so.
            listening.finish(LAST_PAGE).await;
            done
        }
        Err(_) => {
            // An answer that came in time counts.
            listening.finish(LAST_ANSWER).await;
            let none = AppError::failed("timeout", format!("nobody connected through the link within {minutes} min"))
                .with_fix(message!["make another link; ", NextStep::ChangeLinkLife, " makes it last longer"]);
            timeout(LAST_PAGE, page.connected()).await.ok().and_then(Result::ok).ok_or(none)
        }
    }
}

/// What is shown of the page at this surface.
struct Page<'a> {
    app: &'a App,
    connector: &'a Connector,
    method: Method,
    attempt: &'a mut Attempt,
    events: mpsc::Receiver<Event>,
    /// The sign-ins that were shown to somebody.
    opened: HashSet<String>,
}

impl Page<'_> {
    /// Shows what happens, until somebody has connected.
    async fn connected(&mut self) -> Result<Admission, AppError> {
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Opened(id) => {
                    if self.opened.insert(id) {
                        self.app.ui().notify("the link was opened".into());
                    }
                }
                Event::Refused(error) => self.refuse(error.into()).await,
                Event::Connected(admitted) => return Ok(*admitted),
                Event::Broken(error) => return self.unless_connected(error.into()).await,
            }
        }
        Err(AppError::failed("host.start", "the page cannot be served any more"))
    }

    /// No further sign-in can be begun; most often because the one before has just succeeded.
    async fn unless_connected(&mut self, error: AppError) -> Result<Admission, AppError> {
        let connected = async {
            loop {
                match self.events.recv().await {
                    Some(Event::Connected(admitted)) => return Some(*admitted),
                    Some(_) => {}
                    None => return None,
                }
            }
        };
        timeout(LAST_PAGE, connected).await.ok().flatten().ok_or(error)
    }

    /// Shows why somebody was not let in and what mends it, and keeps that for the doctor.
    async fn refuse(&mut self, error: AppError) {
        let error = explain(error, self.connector.manifest(), Some(self.method.as_str()), &self.attempt.facts());
        self.attempt.failed(self.app, &error);
        // Kept before it is shown: whoever then ends the sign-in finds it with the doctor.
        if let Some(store) = self.app.opened_store() {
            store.settle().await;
        }
        self.app.ui().warn(&error);
        self.app.ui().notify("the link still works".into());
    }
}

fn busy(addresses: &Addresses, cause: std::io::Error) -> AppError {
    let bind = addresses.bind;
    if bind.ip().is_loopback() {
        return Loopback::busy(bind.port(), cause).into();
    }
    AppError::failed("port-busy", format!("cannot listen on {bind}: {cause}"))
        .with_fix(message!["choose an address of this machine with ", NextStep::ChangeListenAddress])
}
