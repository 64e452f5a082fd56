//! Connections that are there: finding, testing, naming and ending them.

mod disconnect;
mod plan;

use switchboard_connections::ConnectionsError;
use switchboard_runtime::Identity;

use crate::connect::label_taken;
use crate::housekeeping::is_of_label;
use crate::identity::recognise;
use crate::remedy::add_guidance;
use crate::{App, AppError, service, time};

pub use switchboard_connections::{Connection, Method, ReplacedConnection, RequestedAccess, Service, State};
pub use switchboard_store::{PendingRevocation, Usage};

pub use disconnect::{Consent, Disconnection, RevocationResult, disconnect};
pub use plan::{PlanChange, plan, set_plan};

/// All connections of a data folder.
#[derive(Debug)]
pub struct ConnectionList {
    /// The connections, by label.
    pub connections: Vec<Connection>,
    /// Grants of connections that are gone here and have yet to be revoked at the service.
    pub pending: Vec<PendingRevocation>,
    /// Id of the connection that is used where none is named.
    pub default: Option<String>,
}

/// Everything that is known of a connection, but for its secrets.
#[derive(Debug)]
pub struct ConnectionDetail {
    /// The connection.
    pub connection: Connection,
    /// Whether it is used where none is named.
    pub is_default: bool,
    /// The service with the hosts that it may reach. None where its secrets are erased.
    pub service: Option<Service>,
    /// Whether its app has a client secret.
    pub has_client_secret: bool,
    /// What it was made for.
    pub requested_access: RequestedAccess,
    /// What used it, latest first.
    pub usage: Vec<Usage>,
    /// Grants of earlier connections of this label that have yet to be revoked.
    pub pending: Vec<PendingRevocation>,
}

/// What there is of a label.
#[derive(Debug)]
pub enum LabelEntry {
    /// A connection.
    Connection(Box<ConnectionDetail>),
    /// Nothing but grants that have yet to be revoked at the service; at least one.
    Pending(Vec<PendingRevocation>),
}

/// A connection that answered.
#[derive(Debug)]
pub struct TestResult {
    /// Who it is.
    pub identity: Identity,
    /// The connection before.
    pub before: Connection,
    /// The connection after: the user's address may have changed.
    pub after: Connection,
}

/// Lists all connections.
pub async fn list(app: &App) -> Result<ConnectionList, AppError> {
    let connections = app.connections().await?;
    Ok(ConnectionList {
        connections: connections.list()?,
        pending: connections.pending_revocations()?,
        default: connections.default_one()?.map(|connection| connection.id),
    })
}

/// The connection of this label or id.
pub async fn find(app: &App, label: &str) -> Result<Connection, AppError> {
    Ok(app.connections().await?.show(label)?)
}

/// Everything that is known of the connection of this label or id.
pub async fn show(app: &App, label: &str) -> Result<LabelEntry, AppError> {
    let connections = app.connections().await?;
    let mut pending = connections.pending_revocations()?;
    pending.retain(|revocation| is_of_label(revocation, label) || revocation.id == label);
    let connection = match connections.show(label) {
        Ok(connection) => connection,
        // Nothing of it is left here but what the service has yet to take back.
        Err(ConnectionsError::NotFound { .. }) if !pending.is_empty() => return Ok(LabelEntry::Pending(pending)),
        Err(error) => return Err(error.into()),
    };
    // Those that an erased connection could reach are gone with its secrets, and so is its app.
    let service = match connections.service(&connection.id).ok() {
        Some(kept) if !app.has_own_connector() => {
            let connector = app.connector().await?;
            Some(service::current(connector.name(), &connector.clouds(), &kept))
        }
        kept => kept,
    };
    let client = connections.app(&connection.id).ok().flatten();
    Ok(LabelEntry::Connection(Box::new(ConnectionDetail {
        is_default: connections.default_one()?.is_some_and(|default| default.id == connection.id),
        service,
        has_client_secret: client.is_some_and(|client| client.client_secret.is_some()),
        requested_access: connections.requested_access(&connection.id)?,
        usage: connections.usage(&connection.id)?,
        pending,
        connection,
    })))
}

/// The connections of these labels as JSON without secrets; of none, all.
pub async fn export(app: &App, labels: &[String]) -> Result<serde_json::Value, AppError> {
    let export = app.connections().await?.export(labels)?;
    serde_json::to_value(export).map_err(|error| AppError::failed("output", error.to_string()))
}

/// Gives a connection another label. It keeps its id and all that depends on it.
pub async fn rename(app: &App, label: &str, new_label: &str) -> Result<Connection, AppError> {
    let connections = app.connections().await?;
    let (from, to) = (label.to_owned(), new_label.to_owned());
    let renamed = connections.run(move |connections| connections.rename(&from, &to)).await;
    renamed.map_err(|error| label_taken(&connections, error))
}

/// Sets the connection that is used where none is named; None removes it.
pub async fn set_default(app: &App, label: Option<String>) -> Result<(), AppError> {
    let connections = app.connections().await?;
    connections.run(move |connections| connections.set_default(label.as_deref())).await?;
    Ok(())
}

/// The connection that is used where none is named.
pub async fn default(app: &App) -> Result<Option<Connection>, AppError> {
    Ok(app.connections().await?.default_one()?)
}

/// Asks the service who a connection is. `label` as in [`crate::calls::CallRequest::connection`].
pub async fn test(app: &App, label: Option<&str>) -> Result<TestResult, AppError> {
    let connector = app.connector().await?;
    let connections = app.connections().await?;
    let before = connections.choose(label)?;
    let recognised = recognise(app, &connector, &connections, &before.id).await;
    let (identity, after) = recognised.map_err(|error| add_guidance(error, connector.manifest(), &before))?;
    Ok(TestResult { identity, before, after })
}

/// Characters of an e-mail address, RFC 5321. What else a service calls one would only make columns wide.
const MAX_ADDRESS: usize = 254;

/// Whose a connection is: the user's address, else the user's id. Empty where nobody knows.
pub fn owner_of(connection: &Connection) -> String {
    let text = connection.email().or(connection.user_id()).unwrap_or_default();
    if text.chars().count() > MAX_ADDRESS {
        return text.chars().take(MAX_ADDRESS).chain(['…']).collect();
    }
    text.to_owned()
}

/// That the user has another address than before, where that is so.
pub fn address_change(before: &Connection, after: &Connection) -> Option<String> {
    let (former, now) = (owner_of(before), owner_of(after));
    (former != now).then(|| format!("the user's address changed from {former} to {now}; the connection was updated"))
}

/// What used a connection, in words, latest first.
pub fn usage_in_words(usage: &[Usage]) -> String {
    if usage.is_empty() {
        return "no automation has used it".to_owned();
    }
    usage.iter().map(usage_sentence).collect::<Vec<_>>().join("; ")
}

/// One use of a connection, in words.
pub fn usage_sentence(usage: &Usage) -> String {
    let times = if usage.runs == 1 { "once".to_owned() } else { format!("{} times", usage.runs) };
    format!("{} used it {times}, last at {} in run {}", usage.automation, time::text(usage.at), usage.run)
}
