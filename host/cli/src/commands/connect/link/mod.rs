//! `--link`: a person connects in a browser of their own. The page is served here, by the connect sessions that a platform
//! uses.

mod addresses;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    Admitted, App as Client, ConnectSessions, Connections, Identify, LiveConnection, Loopback, Method as Kind, Service,
    Wish,
};
use switchboard_runtime::{CallOptions, Connector};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub use self::addresses::Addresses;
use self::server::{Event, Server};
use crate::app::App;
use crate::error::CliError;

/// So long a last page may take to reach its browser.
const LAST_PAGE: Duration = Duration::from_secs(5);

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
    addresses: &Addresses,
) -> Result<Admitted, CliError> {
    let Offer { service, client, kind, wish, minutes } = offer;
    let options = app.call_options(&wish.label, Path::new("downloads"));
    let identify = Arc::new(Asking { connector: connector.clone(), options });
    let name = format!("Switchboard for {}", connector.manifest().title);
    let (links, redirect) = (addresses.links()?, addresses.redirect()?);
    let sessions =
        ConnectSessions::new(connections.clone(), service, client, &name, kind, links, redirect.clone(), identify)?;
    let listener = TcpListener::bind(addresses.bind).await.map_err(|cause| busy(addresses, cause))?;
    let first = sessions.begin(wish.clone())?;
    app.say(&format!("redirect address of your app, exactly:  {redirect}"));
    app.say(&format!("send this to whoever connects:  {}", first.link));
    app.say(&format!("waiting {minutes} minutes until somebody has connected; the link ends with this command"));
    let (events, mut told) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let pages = Server::routes(sessions, wish, &first, addresses, events);
    let served = axum::serve(listener, pages).with_graceful_shutdown(async move { drop(stopped.await) });
    let served = tokio::spawn(served.into_future());
    let done = timeout(Duration::from_secs(u64::from(minutes) * 60), connected(app, &mut told)).await;
    drop(stop);
    // Whoever has just connected is to see so.
    let _ = timeout(LAST_PAGE, served).await;
    done.unwrap_or_else(|_| {
        let message = format!("nobody has connected by the link within {minutes} minutes");
        Err(CliError::failed("timeout", message)
            .with_fix("run the command again for another link; --link-minutes makes it last longer"))
    })
}

/// Says what happens at the page, until somebody has connected.
async fn connected(app: &App, told: &mut mpsc::UnboundedReceiver<Event>) -> Result<Admitted, CliError> {
    while let Some(event) = told.recv().await {
        match event {
            Event::Opened => app.say("the link was opened"),
            Event::Refused(error) => app.say(&format!("! {error}\n  the link still works")),
            Event::Connected(admitted) => return Ok(*admitted),
            Event::Broken(error) => return Err(error.into()),
        }
    }
    Err(CliError::failed("host.start", "the page cannot be served any more"))
}

fn busy(addresses: &Addresses, cause: std::io::Error) -> CliError {
    let bind = addresses.bind;
    if bind.ip().is_loopback() {
        return Loopback::busy(bind.port(), cause).into();
    }
    CliError::failed("port-busy", format!("{bind} cannot be listened on: {cause}"))
        .with_fix("choose an address of this machine with --bind ADDRESS:PORT")
}

/// Asks the service who somebody is, also when nobody waits for the answer.
struct Asking {
    connector: Connector,
    options: CallOptions,
}

#[async_trait]
impl Identify for Asking {
    async fn identify(&self, connection: LiveConnection) -> Result<Value, String> {
        let identity = self.connector.identify(Arc::new(connection), &self.options).await;
        identity.map(|identity| json!(identity)).map_err(|error| error.to_string())
    }
}
