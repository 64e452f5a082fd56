//! One connection: its state, its owner, its owner's rights.

use std::sync::Arc;

use switchboard_connections::{Connection, Connections, ConnectionsError, Loopback, State};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Level;
use switchboard_manifest::{Activity, Manifest};
use switchboard_runtime::Connector;

use super::{Finding, scopes, unless_failed};
use crate::connect::level_of;
use crate::connect::rights::rights;
use crate::connection::address_change;
use crate::identity::{live, name_of, recognise};
use crate::remedy::{Facts, sign_of_state};
use crate::{App, AppError, Cloud};

pub async fn look(app: &App, connector: &Connector, connections: &Connections, row: &Connection) -> Vec<Finding> {
    let manifest = connector.manifest();
    let email = row.email().map(str::to_owned);
    let mut findings = Vec::new();
    // Without it the doctor looks at everything.
    let made = unless_failed(&mut findings, connections.requested_access(&row.id));
    let facts = Facts {
        label: Some(row.label.clone()),
        email: email.clone(),
        expected: email,
        client_id: row.client_id.clone(),
        connected: Some(row.method),
        cloud: cloud_of(manifest, row),
        redirect: Some(Loopback::redirect_uri(made.port.unwrap_or(Loopback::default().port))),
        ..Facts::default()
    };
    let about = row.label.as_str();
    if row.state != State::Active {
        let reason = row.reason.as_ref().map_or_else(|| "no reason recorded".to_owned(), ToString::to_string);
        let sign = Sign { method: Some(row.method.to_string()), ..sign_of_state(row.state, row.reason.as_ref()) };
        let found = Finding::bad(about, format!("{}: {reason}", row.state));
        findings.push(found.with_fix(facts.again()).with_remedy(manifest.remedy(&sign), &facts));
        return findings;
    }
    match recognise(app, connector, connections, &row.id).await {
        Ok((identity, after)) => {
            findings.push(Finding::good(about, name_of(&identity)));
            findings.extend(address_change(row, &after).map(|line| Finding::note(about, line)));
        }
        Err(AppError::Connections(error @ ConnectionsError::WrongAccount { .. })) => {
            let sign = Sign { problem: Some("wrong-account".into()), ..Sign::default() };
            let text = format!("belongs to another user than before: {error}");
            findings.push(Finding::bad(about, text).with_remedy(manifest.remedy(&sign), &facts));
        }
        Err(error) => {
            let mut found = Finding::failed(about, &error, Some(manifest), Some(row.method.as_str()), &facts);
            // What the service said last decides: the state was written by this very question.
            if let Ok(after) = connections.show(&row.id)
                && after.state != State::Active
                && found.guidance.is_none()
            {
                let (state, method) = (Some(after.state.to_string()), Some(after.method.to_string()));
                let sign = Sign { state, method, ..Sign::default() };
                found = found.with_remedy(manifest.remedy(&sign), &facts);
            }
            findings.push(found);
            return findings;
        }
    }
    findings.extend(user(app, connector, connections, row, &facts).await);
    findings.extend(scopes::look(connector.manifest(), row, &made.activities, &facts));
    findings.extend(role(app, connector, connections, row, &facts).await);
    findings
}

/// The cloud of a connection: the profile with its addresses, else the one with its host, with the addresses of the connection.
fn cloud_of(manifest: &Manifest, connection: &Connection) -> Cloud {
    let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let (api_base, oauth_base) = (&connection.api_base, &connection.oauth_base);
    let profiles = &manifest.auth.profiles;
    let exact = profiles.iter().find(|(_, one)| one.api_base == *api_base && one.oauth_base == *oauth_base);
    if let Some((name, _)) = exact {
        return Cloud::of_profile(name);
    }
    let near = profiles.iter().find(|(_, one)| host(&one.oauth_base) == host(oauth_base));
    Cloud {
        profile: near.map(|(name, _)| name.clone()).unwrap_or_default(),
        api_base: Some(api_base.clone()),
        oauth_base: Some(oauth_base.clone()),
    }
}

/// Whether the connected user may still sign in: a token may outlive that, and the connection then ends with it.
async fn user(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    row: &Connection,
    facts: &Facts,
) -> Option<Finding> {
    let manifest = connector.manifest();
    let check = manifest.user_check.as_ref()?;
    let live = live(app, connector, connections, Some(&row.id)).ok()?;
    let options = app.call_options(live.label());
    let id = format!("{}.{}", manifest.connector, check.activity);
    let output = connector.call(&id, check.input.clone(), Arc::new(live), &options).await.ok()?;
    let value = output.get(&check.field)?.as_str()?;
    let sign = Sign { problem: Some(check.problems.get(value)?.clone()), ..Sign::default() };
    let text = format!("the user is {value} at the service: the connection stops when its current token expires");
    Some(Finding::bad(&row.label, text).with_remedy(manifest.remedy(&sign), facts))
}

/// What the role lacks, where the connection acts for a whole account.
async fn role(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    row: &Connection,
    facts: &Facts,
) -> Vec<Finding> {
    if level_of(connector.manifest(), &row.scopes) != Level::Account {
        return Vec::new();
    }
    let all: Vec<&Activity> = connector.manifest().activities.iter().collect();
    let found = rights(app, connector, connections, row, &all).await;
    let mut findings = Vec::new();
    if let Some(remedy) = found.remedy(connector.manifest()) {
        let facts = Facts { rights: found.missing.clone(), ..facts.clone() };
        findings.push(Finding::bad(&row.label, found.sentences().join("; ")).with_remedy(Some(remedy), &facts));
    } else if let Some(why) = &found.unknown {
        findings.push(Finding::note(&row.label, format!("the rights of the user's role could not be read: {why}")));
    } else if !found.is_unasked {
        findings.push(Finding::good(&row.label, "the user's role has every right that can be read"));
    }
    if !found.unseen.is_empty() {
        let text = format!(
            "check at the service whether the role has: {} (Switchboard cannot read these rights)",
            found.unseen.join(", ")
        );
        findings.push(Finding::note(&row.label, text));
    }
    findings
}
