//! A demo account of an emulator: the same code flow as with a browser. Only the consent page is answered here.

use switchboard_connections::{
    App as ClientApp, Connection, Connections, ConnectionsError, Grant, Loopback, Method, Service,
};
use switchboard_egress::is_loopback;
use tokio::time::{Duration, Instant};
use url::Url;

use crate::identity::keep;
use crate::{App, AppError, NextStep, message, service};

/// How long an earlier emulator may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// A demo account of an emulator on this machine.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    /// Label of the connection, which is made anew.
    pub label: String,
    /// The profile of the manifest whose paths the emulator has.
    pub profile: String,
    /// Base address of the emulator's API.
    pub api_base: String,
    /// Base address of the emulator's sign-in pages.
    pub oauth_base: String,
    /// Client id of the emulator's app.
    pub client_id: String,
    /// Its secret, which everybody knows.
    pub client_secret: String,
    /// Who signs in.
    pub user: String,
    /// The port of the loopback address that the app lists.
    pub port: u16,
}

/// Connects a demo account. A connection of the same label and app that an earlier emulator left is replaced.
pub async fn connect_demo(app: &App, account: &DemoAccount) -> Result<Connection, AppError> {
    let (connector, connections) = (app.connector().await?, app.connections().await?);
    let (api_base, oauth_base) = (account.api_base.as_str(), account.oauth_base.as_str());
    let service = service::service(connector.manifest(), &account.profile, Some(api_base), Some(oauth_base))?;
    let label = &account.label;
    if let Ok(former) = connections.show(label) {
        let other_folder = message!["use another data folder: ", NextStep::TryInAnotherFolder];
        let api_base = Url::parse(&former.api_base).ok().filter(is_loopback);
        let is_of_emulator = former.client_id.as_deref() == Some(account.client_id.as_str());
        let Some(api_base) = api_base.filter(|_| is_of_emulator) else {
            let text = format!("the label `{label}` belongs to a connection of your own");
            return Err(AppError::failed("label-taken", text).with_fix(other_folder));
        };
        if answers(app, &api_base).await {
            let text = format!("another emulator runs with this folder, at {}", former.api_base);
            let fix = message!["use that one, end it first, or "].joined(other_folder);
            return Err(AppError::failed("label-taken", text).with_fix(fix));
        }
        // A former emulator issued it: revoking fails at once, and the connection is deleted all the same.
        connections.disconnect(&former.id).await?;
    }
    let grant = sign_in(app, &connections, &service, account).await?;
    keep(app, &connector, &connections, &service, label, Method::OAuth, grant).await?;
    Ok(connections.show(label)?)
}

/// Ends the connection of a demo account, unless it is gone: by its id, because the label may belong to another one by now.
pub async fn disconnect_demo(app: &App, id: &str) -> Result<(), AppError> {
    match app.connections().await?.disconnect(id).await {
        Ok(_) | Err(ConnectionsError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether something answers at an address of this machine.
async fn answers(app: &App, api_base: &Url) -> bool {
    let Ok(request) = http::Request::get(api_base.as_str()).body(Vec::new()) else { return false };
    let answer = app.egress().exchange(request, api_base, Instant::now() + ANSWER_TIMEOUT).await;
    answer.map_or_else(|failure| failure.code != "unreachable", |_| true)
}

async fn sign_in(
    app: &App,
    connections: &Connections,
    service: &Service,
    account: &DemoAccount,
) -> Result<Grant, AppError> {
    let client_secret = Some(account.client_secret.clone().into());
    let client = ClientApp { client_id: account.client_id.clone(), client_secret };
    let back = Loopback { port: account.port, listen: false };
    let pending = connections.begin(service, client, &[], back).await?.for_label(&account.label);
    let mut page: Url = pending.authorize_url.clone();
    page.query_pairs_mut().append_pair("_user", &account.user).append_pair("_decision", "allow");
    let until = Instant::now() + Duration::from_secs(10);
    let landed = app.egress().redirect_of(&page, until).await;
    let landed = landed.map_err(|failure| AppError::failed(&failure.code, failure.message))?;
    Ok(pending.paste(landed.as_str()).await?)
}
