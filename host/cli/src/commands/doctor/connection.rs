//! One connection: its state, its owner, its owner's rights.

use std::sync::Arc;

use switchboard_connections::{Connection, Connections, ConnectionsError, Loopback, State};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Level;
use switchboard_manifest::{Activity, Manifest};
use switchboard_runtime::Connector;

use super::Finding;
use super::scopes::{self, level};
use crate::app::App;
use crate::commands::connect::{live, recognise, rights, who};
use crate::commands::connection::readdressed;
use crate::present::remedy::again;
use crate::shell::quote;
use switchboard_app::AppError;
use switchboard_app::remedy::{Facts, sign_of_state};

pub async fn look(app: &App, connector: &Connector, connections: &Connections, row: &Connection) -> Vec<Finding> {
    let manifest = connector.manifest();
    let email = row.email().map(str::to_owned);
    // Without it the doctor looks at everything.
    let made = connections.made(&row.id).unwrap_or_default();
    let facts = Facts {
        label: Some(row.label.clone()),
        email: email.clone(),
        expected: email,
        client_id: row.client_id.clone(),
        connected: Some(row.method),
        at: at(manifest, row),
        redirect: Some(Loopback::redirect_uri(made.port.unwrap_or(Loopback::default().port))),
        ..Facts::default()
    };
    let about = row.label.as_str();
    if row.state != State::Active {
        let reason = row.reason.as_ref().map_or_else(|| "no reason is known".to_owned(), ToString::to_string);
        let sign = Sign { method: Some(row.method.to_string()), ..sign_of_state(row.state, row.reason.as_ref()) };
        let found = Finding::bad(about, format!("{}: {reason}", row.state));
        return vec![found.fix(again(&facts)).remedy(manifest.remedy(&sign), &facts)];
    }
    let mut findings = Vec::new();
    match recognise(app, connector, connections, &row.id).await {
        Ok((identity, after)) => {
            findings.push(Finding::good(about, who(&identity)));
            findings.extend(readdressed(row, &after).map(|line| Finding::note(about, line)));
        }
        Err(AppError::Connections(error @ ConnectionsError::WrongAccount { .. })) => {
            let sign = Sign { problem: Some("wrong-account".into()), ..Sign::default() };
            let text = format!("belongs to another user than before: {error}");
            findings.push(Finding::bad(about, text).remedy(manifest.remedy(&sign), &facts));
        }
        Err(error) => {
            let mut found = Finding::failed(about, &error, Some(manifest), Some(row.method.as_str()), &facts);
            // What the service said last decides: the state was written by this very question.
            if let Ok(after) = connections.show(&row.id)
                && after.state != State::Active
                && found.remedy.is_none()
            {
                let (state, method) = (Some(after.state.to_string()), Some(after.method.to_string()));
                let sign = Sign { state, method, ..Sign::default() };
                found = found.remedy(manifest.remedy(&sign), &facts);
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

/// The flags that lead another command to the service of a connection.
fn at(manifest: &Manifest, row: &Connection) -> String {
    let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let profiles = &manifest.auth.profiles;
    let exact = profiles.iter().find(|(_, one)| one.api_base == row.api_base && one.oauth_base == row.oauth_base);
    let near = || profiles.iter().find(|(_, one)| host(&one.oauth_base) == host(&row.oauth_base));
    let (name, exactly) = match exact {
        Some((name, _)) => (Some(name), true),
        None => (near().map(|(name, _)| name), false),
    };
    // That of no flag.
    let name = name.filter(|name| *name != "zoom").map_or_else(String::new, |name| format!(" --profile {name}"));
    match exactly {
        true => name,
        false => format!("{name} --api-base {} --oauth-base {}", quote(&row.api_base), quote(&row.oauth_base)),
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
    let text = format!("the user is {value} at Zoom: the connection stops when its current token expires");
    Some(Finding::bad(&row.label, text).remedy(manifest.remedy(&sign), facts))
}

/// What the role lacks, where the connection acts for a whole account.
async fn role(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    row: &Connection,
    facts: &Facts,
) -> Vec<Finding> {
    if level(connector.manifest(), row) != Level::Account {
        return Vec::new();
    }
    let all: Vec<&Activity> = connector.manifest().activities.iter().collect();
    let found = rights(app, connector, connections, row, &all).await;
    let mut findings = Vec::new();
    if let Some(remedy) = found.remedy(connector.manifest()) {
        let facts = Facts { rights: found.missing.clone(), ..facts.clone() };
        findings.push(Finding::bad(&row.label, found.says().join("; ")).remedy(Some(remedy), &facts));
    } else if let Some(why) = &found.unknown {
        findings.push(Finding::note(&row.label, format!("the rights of the user's role could not be read: {why}")));
    } else if !found.unasked {
        findings.push(Finding::good(&row.label, "the user's role has every right that can be read"));
    }
    if !found.unseen.is_empty() {
        let text = format!(
            "check in Zoom whether the role has: {} (Switchboard cannot read these rights)",
            found.unseen.join(", ")
        );
        findings.push(Finding::note(&row.label, text));
    }
    findings
}
