//! Whose a grant or a connection is: the service is asked through the connector.

use std::sync::Arc;

use serde_json::json;
use switchboard_connections::{
    AdmissionRules, Connection, Connections, ConnectionsError, Grant, LiveConnection, Method, Owner, Service,
};
use switchboard_runtime::{Connector, Identity};

use crate::{App, AppError, service};

/// Ask the service whose a grant is, before anything is kept under its label.
pub async fn identify(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    label: &str,
    service: &Service,
    grant: &Grant,
) -> Result<Identity, AppError> {
    let live = connections.from_grant(label, service, grant)?;
    let options = app.call_options(label);
    let failed = match connector.identify(Arc::new(live), &options).await {
        Ok(identity) => return Ok(identity),
        Err(error) => AppError::from(error),
    };
    let mut left = match grant.client_id() {
        Some(client_id) => connections.look_after(service, client_id, &*connector.owner_check(app.trace(label))).await,
        None => Vec::new(),
    };
    left.extend(connections.decline(grant.clone()).await);
    if left.is_empty() { Err(failed) } else { Err(AppError::WithLeftovers(Box::new(failed), left)) }
}

/// A connection with the hosts that the built-in connector lists now for its cloud. A connector from a file adds none:
/// nobody approved its hosts when the account was connected.
pub fn live(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    label: Option<&str>,
) -> Result<LiveConnection, ConnectionsError> {
    if app.has_own_connector() {
        return connections.open_connection(label);
    }
    connections.open_connection_with(label, &|kept| service::current(connector.name(), &connector.clouds(), kept))
}

/// Ask the service who a connection is, and keep that.
pub async fn recognise(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    id: &str,
) -> Result<(Identity, Connection), AppError> {
    let live = live(app, connector, connections, Some(id))?;
    let options = app.call_options(live.label());
    let identity = connector.identify(Arc::new(live), &options).await?;
    let (id, owner) = (id.to_owned(), Owner::of(json!(identity)));
    let row = connections.run(move |connections| connections.recognise(&id, &owner)).await?;
    Ok((identity, row))
}

/// Stops early where the expected user is connected already. The address that is kept may be of yesterday, and another
/// user's today: the service is asked before somebody is refused by it.
pub async fn check_expected(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    service: &Service,
    client_id: &str,
    rules: &AdmissionRules,
) -> Result<(), AppError> {
    let checked = connections.check_expected(service, client_id, rules);
    if let Err(ConnectionsError::SameAccount { label, .. }) = &checked
        && recognise(app, connector, connections, label).await.is_ok()
    {
        return Ok(connections.check_expected(service, client_id, rules)?);
    }
    Ok(checked?)
}

/// A person's address, role and plan, as far as they are known.
pub fn name_of(identity: &Identity) -> String {
    let name = identity.email.as_deref().or(identity.display_name.as_deref()).unwrap_or(&identity.user_id);
    let more: Vec<&str> = [identity.role.as_deref(), identity.plan.as_deref()].into_iter().flatten().collect();
    if more.is_empty() { name.to_owned() } else { format!("{name} ({})", more.join(", ")) }
}

/// Who a connection was kept as.
pub fn identity_of(row: &Connection) -> Result<Identity, AppError> {
    let kept = row.owner.as_ref().map(|owner| owner.identity.clone()).unwrap_or_default();
    serde_json::from_value(kept).map_err(|error| AppError::failed("store", format!("the identity kept: {error}")))
}

/// Identifies the owner of a grant, then keeps the grant under a label. A connection of the same user that is in the way ends.
pub async fn keep(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    service: &Service,
    label: &str,
    method: Method,
    grant: Grant,
) -> Result<Identity, AppError> {
    let identity = identify(app, connector, connections, label, service, &grant).await?;
    let rules = AdmissionRules { replace: true, ..AdmissionRules::default() };
    connections.admit(label, method, service, grant, Owner::of(json!(identity)), &rules).await?;
    Ok(identity)
}
