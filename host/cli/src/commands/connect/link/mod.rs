//! `--link`: a person connects in a browser of their own. The page is served here, by the connect sessions that a platform
//! uses.

mod addresses;
mod server;

use std::collections::HashSet;
use std::time::Duration;

use switchboard_connections::{
    Admitted, App as Client, ConnectSessions, Connections, Loopback, Method as Kind, Service, Wish,
};
use switchboard_listener::{VisitorLimits, serve};
use switchboard_runtime::Connector;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

pub use self::addresses::Addresses;
use self::server::{Event, Server};
use super::attempt::Attempt;
use crate::app::App;
use crate::output;
use crate::present::next_step::spell;
use switchboard_app::AppError;
use switchboard_app::remedy::explain;

/// More at once than one link's visitors need; half of it is for one address. An exchange may have to wait for another one's.
const LIMITS: VisitorLimits =
    VisitorLimits { open: 32, per_peer: 16, head: Duration::from_secs(5), whole: Duration::from_secs(120) };
/// So long the last page may take to reach the browser of who has connected.
const LAST_PAGE: Duration = Duration::from_secs(5);
/// So long an answer may take that came before the link's time was over.
const LAST_ANSWER: Duration = Duration::from_secs(75);
/// What happens at the page and is not told yet.
const UNTOLD: usize = 64;

/// Through which app, and for how long.
pub struct Offer {
    pub service: Service,
    pub client: Client,
    pub kind: Kind,
    pub wish: Wish,
    pub minutes: u32,
}

/// Prints a link, and waits until somebody has connected by it or its time is over.
pub async fn by_link(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    offer: Offer,
    addresses: Addresses,
    attempt: &mut Attempt,
) -> Result<Admitted, AppError> {
    let Offer { service, client, kind, wish, minutes } = offer;
    let owner_check = connector.owner_check(app.trace(&wish.label));
    let name = format!("Switchboard for {}", connector.manifest().title);
    let listener = TcpListener::bind(addresses.bind).await.map_err(|cause| busy(&addresses, cause))?;
    let bind = listener.local_addr().map_err(|cause| busy(&addresses, cause))?;
    let chosen = addresses.bind != bind;
    let addresses = addresses.at(bind);
    let (links, redirect) = (addresses.links()?, addresses.redirect()?);
    attempt.redirect = Some(redirect.to_string());
    attempt.asks(&service.oauth_base);
    let sessions =
        ConnectSessions::new(connections.clone(), service, client, &name, kind, links, redirect.clone(), owner_check)?;
    let first = sessions.begin(wish.clone())?;
    app.say(&format!("redirect address of your app, exactly:  {redirect}"));
    if chosen {
        app.say(&format!("listening on {bind}"));
    }
    // Also for who wants quiet: without it there is nothing to wait for.
    output::note(&format!("send this to whoever connects:  {}", first.link));
    app.say(&format!("waiting {minutes} min for a sign-in; the link works while this command runs"));
    let (events, told) = mpsc::channel(UNTOLD);
    let pages = Server::routes(sessions, wish, &first, &addresses, events);
    let mut listening = serve(listener, pages, LIMITS);
    let mut page = Page { app, connector, kind, attempt, told, opened: HashSet::new() };
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
                .with_fix("run the command again for another link; --link-minutes makes it last longer");
            timeout(LAST_PAGE, page.connected()).await.ok().and_then(Result::ok).ok_or(none)
        }
    }
}

/// What is told of the page here.
struct Page<'a> {
    app: &'a App,
    connector: &'a Connector,
    kind: Kind,
    attempt: &'a mut Attempt,
    told: mpsc::Receiver<Event>,
    /// The sign-ins that were shown to somebody.
    opened: HashSet<String>,
}

impl Page<'_> {
    /// Says what happens, until somebody has connected.
    async fn connected(&mut self) -> Result<Admitted, AppError> {
        while let Some(event) = self.told.recv().await {
            match event {
                Event::Opened(id) => {
                    if self.opened.insert(id) {
                        self.app.say("the link was opened");
                    }
                }
                Event::Refused(error) => self.refused(error.into()).await,
                Event::Connected(admitted) => return Ok(*admitted),
                Event::Broken(error) => return self.unless_connected(error.into()).await,
            }
        }
        Err(AppError::failed("host.start", "the page cannot be served any more"))
    }

    /// No further sign-in can be begun; most often because the one before has just succeeded.
    async fn unless_connected(&mut self, error: AppError) -> Result<Admitted, AppError> {
        let connected = async {
            loop {
                match self.told.recv().await {
                    Some(Event::Connected(admitted)) => return Some(*admitted),
                    Some(_) => {}
                    None => return None,
                }
            }
        };
        timeout(LAST_PAGE, connected).await.ok().flatten().ok_or(error)
    }

    /// Says why somebody was not let in and what mends it, and keeps that for the doctor.
    async fn refused(&mut self, error: AppError) {
        let error = explain(error, self.connector.manifest(), Some(self.kind.as_str()), &self.attempt.facts());
        self.attempt.failed(self.app, &error);
        // Kept before it is shown: whoever then ends the command finds it with the doctor.
        if let Ok(store) = self.app.store() {
            store.settle().await;
        }
        self.app.say(&format!("! {}", error.report().message.spell(spell)));
        self.app.say("  the link still works");
        if let AppError::Explained(_, guidance) = &error {
            let remedy = &crate::present::remedy::fill(guidance);
            crate::present::remedy::lines(remedy).iter().for_each(|line| self.app.say(line));
        }
    }
}

fn busy(addresses: &Addresses, cause: std::io::Error) -> AppError {
    let bind = addresses.bind;
    if bind.ip().is_loopback() {
        return Loopback::busy(bind.port(), cause).into();
    }
    AppError::failed("port-busy", format!("cannot listen on {bind}: {cause}"))
        .with_fix("choose an address of this machine with --bind ADDRESS:PORT")
}
