//! What is wrong, and how to mend it.

mod attempt;
mod clock;
mod connection;
mod finding;
mod scopes;
mod webhook;

use std::path::Path;

use switchboard_connections::ConnectionsError;
use switchboard_egress::Route;
use switchboard_manifest::Manifest;
use switchboard_store::PendingRevocation;

use crate::connect::attempt::attempts;
use crate::housekeeping::{grant_of, interruption, is_of_label};
use crate::remedy::{Facts, Guidance, rights_of};
use crate::{App, AppError, NextStep, network, time};

pub use finding::{Finding, Health};

/// Looks at everything, or at what belongs to the connection of this label. Asks the service about each connection.
pub async fn diagnose(app: &App, label: Option<&str>) -> Result<Vec<Finding>, AppError> {
    let mut findings: Vec<Finding> = network_finding().into_iter().collect();
    let connector = app.connector().await;
    let facts = Facts::default();
    findings.push(store_finding(app).await);
    findings.push(match &connector {
        Ok(connector) => {
            let manifest = connector.manifest();
            let text = format!("{} {}, {} activities", manifest.title, manifest.version, manifest.activities.len());
            Finding::good("connector", text)
        }
        Err(error) => Finding::failed("connector", error, None, None, &facts),
    });
    let connections = app.connections().await;
    findings.push(match &connections {
        Ok(_) => Finding::good("key", "opens the stored secrets"),
        Err(error) => Finding::failed("key", error, None, None, &facts),
    });
    let (Ok(connector), Ok(connections)) = (connector, connections) else {
        return Ok(findings);
    };
    let mut pending = unless_failed(&mut findings, connections.pending_revocations());
    if let Some(label) = label {
        pending.retain(|revocation| is_of_label(revocation, label));
    }
    let attempts = unless_failed(&mut findings, attempts(app, label).await);
    let rows = match label {
        Some(label) => match connections.show(label) {
            Ok(row) => Ok(vec![row]),
            // Gone here, and not yet at the service; or never here.
            Err(ConnectionsError::NotFound { .. }) if !pending.is_empty() || !attempts.is_empty() => Ok(Vec::new()),
            Err(error @ ConnectionsError::NotFound { .. }) => return Err(error.into()),
            Err(error) => Err(error),
        },
        None => connections.list(),
    };
    let is_known = rows.is_ok();
    let rows = unless_failed(&mut findings, rows);
    let revocations = pending.iter();
    findings.extend(revocations.map(|pending| Finding::note(&pending.origin.to_string(), pending_revocation(pending))));
    if label.is_none() {
        let interrupted = unless_failed(&mut findings, connections.interrupted_sign_ins().await);
        findings.extend(interrupted.iter().map(|sign_in| Finding::note("sign-in", interruption(sign_in))));
    }
    if is_known && rows.is_empty() && pending.is_empty() && label.is_none() {
        let finding = Finding::note("connections", "nothing is connected yet");
        findings.push(finding.with_fix(NextStep::ConnectFirst));
    }
    let mut services = Vec::new();
    for row in &rows {
        if !services.contains(&row.api_base) {
            findings.extend(clock::look(app, &row.api_base).await);
            services.push(row.api_base.clone());
        }
        findings.extend(connection::look(app, &connector, &connections, row).await);
    }
    for attempt in &attempts {
        findings.push(attempt::look(app, connector.manifest(), attempt).await);
    }
    Ok(findings)
}

/// What was read; what cannot be read is a finding of its own, and the others are looked at all the same.
fn unless_failed<T: Default>(findings: &mut Vec<Finding>, read: Result<T, impl Into<AppError>>) -> T {
    read.unwrap_or_else(|error| {
        findings.push(Finding::failed("store", &error.into(), None, None, &Facts::default()));
        T::default()
    })
}

/// Judges a saved webhook by the signing secret in a file.
pub async fn diagnose_webhook(app: &App, webhook: &Path, secret: &Path) -> Result<Finding, AppError> {
    let connector = app.connector().await?;
    webhook::look(app, connector.manifest(), webhook, secret).await
}

/// What an error page means that only the browser shows: by its words, its number or its name.
pub async fn diagnose_page(app: &App, words: &str) -> Result<Finding, AppError> {
    let connector = app.connector().await?;
    let manifest: &Manifest = connector.manifest();
    let Some(remedy) = manifest.remedy_seen(words) else {
        let known: Vec<&str> = manifest.remedies.iter().map(|remedy| remedy.id.as_str()).collect();
        return Err(AppError::usage(
            format!("unknown error page: \"{words}\""),
            format!("give its words or its number, or one of: {}", known.join(", ")),
        ));
    };
    let mut facts = match attempts(app, None).await?.pop() {
        Some(last) => attempt::facts(app, &last).await,
        None => Facts::default(),
    };
    facts.rights = rights_of(manifest);
    Ok(Finding::bad("page", remedy.title.clone()).with_remedy(Some(remedy), &facts))
}

/// The first problem that an administrator can fix: a failure comes before a note.
pub fn problem_for_administrator(findings: &[Finding]) -> Result<&Guidance, AppError> {
    let (bad, others): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.health == Health::Bad);
    let mut guidance = bad.into_iter().chain(others).filter_map(|finding| finding.guidance.as_ref());
    guidance.find(|guidance| guidance.remedy.message).ok_or_else(|| {
        AppError::failed("nothing-found", "no problem found that an administrator must fix")
            .with_fix(NextStep::WriteMessage)
    })
}

/// A grant that is not revoked yet, and when the service is asked again.
pub fn pending_revocation(pending: &PendingRevocation) -> String {
    let why = pending.last_error.as_deref().unwrap_or("it was not asked yet");
    format!(
        "the grant of {} is not revoked yet ({why}); next attempt {}, last attempt {}. To revoke it now, remove the app in the service's own settings",
        grant_of(&pending.origin),
        time::text(pending.next_at),
        time::text(pending.until)
    )
}

/// How requests leave, where that is not directly.
fn network_finding() -> Option<Finding> {
    match network::route() {
        Ok(Route::Direct) => None,
        Ok(Route::Proxy(proxy)) => {
            let host = proxy.host_str().unwrap_or_default();
            let port = proxy.port_or_known_default().unwrap_or_default();
            Some(Finding::good("network", format!("requests to the internet go through the proxy {host}:{port}")))
        }
        Ok(Route::Undecided { message, fix }) => Some(Finding::bad("network", message).with_fix(fix)),
        Err(error) => Some(Finding::bad("network", error.to_string())),
    }
}

async fn store_finding(app: &App) -> Finding {
    let error = match app.store().await {
        Ok(_) => return Finding::good("store", "opens and is up to date"),
        Err(error) => error,
    };
    match app.home() {
        Ok(home) => Finding::bad("store", error.to_string()).with_fix(format!(
            "if the file is damaged, put back a copy of {}; without one, move the folder away and connect again: the service itself has lost nothing",
            home.display()
        )),
        Err(error) => Finding::failed("store", &error, None, None, &Facts::default()),
    }
}
