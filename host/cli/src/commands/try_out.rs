//! `switchboard try`: an emulator with a connected demo account.

use std::net::TcpStream;

use switchboard_connections::{App as Client, Connections, ConnectionsError, Grant, Loopback, Method, Service};
use switchboard_emulator::{Emulator, Options};
use switchboard_runtime::{Connector, Identity};
use tokio::time::{Duration, Instant};
use url::Url;

use crate::app::App;
use crate::args::Try;
use crate::commands::connect::{keep, who};
use crate::commands::tour;
use switchboard_app::AppError;
use switchboard_app::service;

/// Label of the connection `try` makes, anew at each start.
pub const LABEL: &str = "demo";
/// Who the demo account belongs to.
const USER: &str = "ada@emulator.test";
/// The loopback redirect that the emulator's app has registered.
const REDIRECT_PORT: u16 = 7910;

/// Where people look for the emulator.
const PORT: u16 = 7901;
const DOWNLOAD_PORT: u16 = 7902;
/// A tour ends by itself: it takes whatever port is free.
const ANY_PORT: u16 = 0;

pub async fn run(app: &App, options: Try) -> Result<(), AppError> {
    let port = |chosen: Option<u16>, usual| chosen.unwrap_or(if options.tour { ANY_PORT } else { usual });
    let wanted = (port(options.port, PORT), port(options.download_port, DOWNLOAD_PORT));
    let emulator =
        switchboard_emulator::start(Options { api_port: wanted.0, download_port: wanted.1, ..Options::default() })
            .await
            .map_err(|error| {
                AppError::failed(
            "port-busy",
            format!("the emulator cannot listen on port {} or {}: {error}", wanted.0, wanted.1),
        )
        .with_fix(
            "end what uses the port (another `switchboard try`?), or choose others with --port and --download-port",
        )
            })?;
    app.say(&format!("emulator up      {}", emulator.api_base()));
    let (connector, connections) = (app.connector().await?, app.connections().await?);
    let identity = connect(app, &emulator, &connector, &connections).await?;
    let row = connections.show(LABEL)?;
    app.say(&format!("connected        {LABEL} = {}", who(&identity)));
    app.say(&format!("scopes           {} granted", row.scopes.len()));
    if options.tour {
        tour::run(app, LABEL).await?;
    } else {
        app.say("in another terminal:");
        app.say("  switchboard call zoom.users.me");
        app.say("  switchboard call zoom.recordings.list from=2026-01-01");
        app.say("Ctrl-C stops the emulator and ends the demo connection with it.");
        super::asked_to_end().await;
        // by its id: the label may belong to another connection by now, and this one may be gone
        match connections.disconnect(&row.id).await {
            Ok(_) | Err(ConnectionsError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        app.say("the emulator has stopped and the demo connection is gone");
    }
    emulator.stop().await;
    Ok(())
}

async fn connect(
    app: &App,
    emulator: &Emulator,
    connector: &Connector,
    connections: &Connections,
) -> Result<Identity, AppError> {
    let (api, oauth) = (emulator.api_base(), emulator.oauth_base());
    let service = service::service(connector.manifest(), "zoom", Some(&api), Some(&oauth))?;
    if let Ok(row) = connections.show(LABEL) {
        if row.client_id.as_deref() != Some(emulator.app().0.as_str()) {
            return Err(AppError::failed(
                "label-taken",
                format!("the label `{LABEL}` belongs to a connection of your own"),
            )
            .with_fix("use another folder: switchboard try --home DIR"));
        }
        if answers(&row.api_base) {
            return Err(AppError::failed(
                "label-taken",
                format!("another `switchboard try` runs with this folder, at {}", row.api_base),
            )
            .with_fix("use that one, end it first, or use another folder: switchboard try --home DIR"));
        }
        // A former emulator issued it: revoking fails at once, forgotten it is in any case.
        connections.disconnect(&row.id).await?;
    }
    let grant = sign_in(app, emulator, connections, &service).await?;
    keep(app, connector, connections, &service, LABEL, Method::OAuth, grant).await
}

/// Whether something listens at an address of this machine.
fn answers(api_base: &str) -> bool {
    let address = Url::parse(api_base).ok().and_then(|url| url.socket_addrs(|| None).ok()?.into_iter().next());
    address.is_some_and(|address| TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok())
}

/// The same code flow as with a browser; only the consent page is answered by us.
async fn sign_in(
    app: &App,
    emulator: &Emulator,
    connections: &Connections,
    service: &Service,
) -> Result<Grant, AppError> {
    let (client_id, client_secret) = emulator.app();
    let client = Client { client_id, client_secret: Some(client_secret.into()) };
    let back = Loopback { port: REDIRECT_PORT, listen: false };
    let pending = connections.begin(service, client, &[], back).await?.for_label(LABEL);
    let mut page: Url = pending.authorize_url.clone();
    page.query_pairs_mut().append_pair("_user", USER).append_pair("_decision", "allow");
    let landed = app
        .egress()
        .redirect_of(&page, Instant::now() + Duration::from_secs(10))
        .await
        .map_err(|failure| AppError::failed(&failure.code, failure.message))?;
    Ok(pending.paste(landed.as_str()).await?)
}
