//! A connection that was made: who it is, what it can do, and what will not work.

use switchboard_connections::{Admission, Connection, Method, ReplacedConnection};
use switchboard_manifest::scopes::{Lacking, Style};
use switchboard_runtime::{Connector, Identity};

use super::access::Access;
use super::attempt::Attempt;
use super::rights::{Rights, rights};
use crate::identity::identity_of;
use crate::remedy::{Facts, Guidance};
use crate::{App, AppError};

/// A connection that was made.
#[derive(Debug)]
pub struct ConnectResult {
    /// The connection.
    pub connection: Connection,
    /// Who signed in.
    pub identity: Identity,
    /// The connections that ended by it, with what used each.
    pub replaced: Vec<ReplacedConnection>,
    /// How many activities the connection is for.
    pub activities: usize,
    /// Whether these activities were chosen; else it is for everything.
    pub is_chosen: bool,
    /// Those of them that will not work.
    pub lacking: Vec<Lacking>,
    /// The kind of the granted scopes.
    pub style: Option<Style>,
    /// Whether scopes of both kinds were granted, which cannot be mixed.
    pub mixes_styles: bool,
    /// Granted scopes that are part of another one: the part, and the whole.
    pub superfluous: Vec<(String, String)>,
    /// What the role and the plan of the user leave out. Nothing where nobody was asked.
    pub rights: Rights,
    /// Id of an activity that every connection can call, to try it.
    pub first_activity: Option<String>,
    /// What mends that.
    pub guidance: Option<Guidance>,
}

/// Looks at a connection that was just made.
pub(super) async fn examine(
    app: &App,
    connector: &Connector,
    access: &Access<'_>,
    admitted: Admission,
    attempt: &Attempt,
) -> Result<ConnectResult, AppError> {
    let Admission { connection, replaced } = admitted;
    let identity = identity_of(&connection)?;
    attempt.succeeded(app, identity.email.as_deref());
    let manifest = connector.manifest();
    // An account's own app is tried by one request, where nothing was chosen.
    let asks_rights = access.needs_rights() && (connection.method != Method::ServerToServer || access.is_chosen);
    let rights = match asks_rights {
        true => rights(app, connector, &app.connections().await?, &connection, &access.activities).await,
        false => Rights::default(),
    };
    let guidance = rights.remedy(manifest).map(|remedy| Guidance {
        remedy: remedy.clone(),
        facts: Facts { rights: rights.missing.clone(), connected: Some(connection.method), ..attempt.facts() },
    });
    let granted = &connection.scopes;
    let superfluous = manifest.superfluous(granted).into_iter();
    let first_activity = manifest.user_check.as_ref().map(|check| format!("{}.{}", manifest.connector, check.activity));
    Ok(ConnectResult {
        first_activity,
        lacking: access.lacking(manifest, granted),
        style: manifest.style_of(granted),
        mixes_styles: manifest.mixes_styles(granted),
        superfluous: superfluous.map(|(part, whole)| (part.to_string(), whole.to_string())).collect(),
        activities: access.activities.len(),
        is_chosen: access.is_chosen,
        connection,
        identity,
        replaced,
        rights,
        guidance,
    })
}
