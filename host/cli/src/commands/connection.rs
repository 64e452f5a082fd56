//! `switchboard connection`: show, test and export connections.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard_connections::{Connection, ConnectionsError, Usage};
use switchboard_store::PendingRevocation;

use crate::app::App;
use crate::args::ConnectionCommand;
use crate::commands::connect::{recognise, who};
use crate::output;
use crate::present::next_step::spell;
use switchboard_app::AppError;
use switchboard_app::connection_step::message_of_step;
use switchboard_app::housekeeping::{grant_of, is_of_label};
use switchboard_app::remedy::advised;

pub async fn run(app: &App, command: ConnectionCommand) -> Result<(), AppError> {
    match command {
        ConnectionCommand::List => list(app).await,
        ConnectionCommand::Show { label } => show(app, &label).await,
        ConnectionCommand::Export { labels } => output::json(&app.connections().await?.export(&labels)?),
        ConnectionCommand::Default { label, none } => default(app, label, none).await,
        ConnectionCommand::Rename { label, to } => {
            let connections = app.connections().await?;
            let from = label.clone();
            let renamed = connections.run(move |connections| connections.rename(&from, &to)).await;
            let row = renamed.map_err(|error| super::connect::taken(&connections, error))?;
            match app.global.json {
                true => output::json(&shown(&row, connections.default_one()?.as_ref())),
                false => output::line(&format!("{label} is called {} now", row.label)),
            }
        }
        ConnectionCommand::Plan { label, plan, default } => set_plan(app, &label, plan.as_deref(), default).await,
        ConnectionCommand::Reconnect(reconnect) => super::connect::reconnect(app, &reconnect).await,
        ConnectionCommand::Test { label, connection } => test(app, label.or(connection).as_deref()).await,
        ConnectionCommand::Disconnect { label, yes } => super::disconnect::run(app, &label, yes).await,
    }
}

/// Chooses the connection that is used where none is named, or says which it is.
async fn default(app: &App, label: Option<String>, none: bool) -> Result<(), AppError> {
    let connections = app.connections().await?;
    if label.is_some() || none {
        connections.run(move |connections| connections.set_default(label.as_deref())).await?;
    }
    let chosen = connections.default_one()?.map(|row| row.label);
    match (app.global.json, chosen) {
        (true, chosen) => output::json(&json!({ "default": chosen })),
        (false, Some(chosen)) => output::line(&format!("default connection: {chosen}")),
        (false, None) => output::line("no default connection; if there are several, name one with --connection"),
    }
}

/// Says by which plan requests are paced, once it is set or taken away where that is wished.
async fn set_plan(app: &App, label: &str, plan: Option<&str>, default: bool) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let known: BTreeSet<&str> = manifest.rates.values().flat_map(|plans| plans.keys()).map(String::as_str).collect();
    if let Some(wrong) = plan.filter(|plan| !known.contains(plan)) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(AppError::usage(
            format!("there is no plan `{wrong}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    }
    let connections = app.connections().await?;
    let row = connections.show(label)?;
    if plan.is_some() || default {
        let (label, plan) = (label.to_owned(), plan.map(str::to_owned));
        connections.run(move |connections| connections.set_plan(&label, plan.as_deref())).await?;
    }
    let said = connections.plan(&row.id)?;
    let plan = said.as_deref().unwrap_or(&manifest.default_plan);
    match app.global.json {
        true => output::json(&json!({ "label": row.label, "plan": plan })),
        false => output::line(&format!("rate limits of {}: plan {plan}", row.label)),
    }
}

/// Connections, and below them those that are gone here and have yet to be taken back at the service.
async fn list(app: &App) -> Result<(), AppError> {
    let connections = app.connections().await?;
    let (rows, pending) = (connections.list()?, connections.pending_revocations()?);
    let chosen = connections.default_one()?;
    if app.global.json {
        return output::json(
            &rows.iter().map(|row| shown(row, chosen.as_ref())).chain(pending.iter().map(revoking)).collect::<Vec<_>>(),
        );
    }
    if rows.is_empty() && pending.is_empty() {
        app.say("no connection yet: switchboard try, or switchboard connect");
        return Ok(());
    }
    let named = |row: &Connection| match chosen.as_ref().is_some_and(|chosen| chosen.id == row.id) {
        true => format!("{} (default)", row.label),
        false => row.label.clone(),
    };
    let alive = rows
        .iter()
        .map(|row| vec![named(row), email(row), row.method.to_string(), row.state.to_string(), row.api_base.clone()]);
    let ended = pending
        .iter()
        .map(|one| vec![one.origin.to_string(), String::new(), String::new(), REVOKING.to_owned(), String::new()]);
    output::table(&["LABEL", "WHO", "METHOD", "STATE", "API"], alive.chain(ended).collect())?;
    for row in &rows {
        if let Some(step) = next_step(row) {
            app.say(&format!("! {} is {}: {step}", row.label, row.state));
        }
    }
    pending.iter().for_each(|one| app.say(&format!("! {}", still(one))));
    Ok(())
}

/// What a person has to do about a connection that cannot be used.
fn next_step(row: &Connection) -> Option<String> {
    Some(message_of_step(row.next_step()?, Some(&row.label), Some(row.method)).spell(spell))
}

async fn show(app: &App, label: &str) -> Result<(), AppError> {
    let connections = app.connections().await?;
    let mut pending = connections.pending_revocations()?;
    pending.retain(|one| is_of_label(one, label) || one.id == label);
    let value = match connections.show(label) {
        Ok(row) => {
            let mut shown = shown(&row, connections.default_one()?.as_ref());
            let usage: Vec<Value> = connections.usage(&row.id)?.iter().map(used).collect();
            // Those that an erased connection could reach are gone with its secrets, and so is its app.
            let service = connections.service(&row.id).ok();
            let service = match (service, app.global.connector.is_some()) {
                (Some(kept), false) => {
                    let connector = app.connector().await?;
                    Some(switchboard_app::service::current(connector.name(), &connector.clouds(), &kept))
                }
                (kept, _) => kept,
            };
            let secret = connections.app(&row.id).ok().flatten().and_then(|app| app.client_secret);
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("client_secret".into(), secret.map(|_| MASK).into());
                if let Some(service) = service {
                    let hosts = json!({ "calls": service.api_hosts, "downloads": service.download_hosts, "token": service.credential_hosts });
                    fields.insert("hosts".into(), hosts);
                }
                let made = connections.made(&row.id)?;
                fields.insert(
                    "made_for".into(),
                    if made.activities.is_empty() { made.scopes } else { made.activities }.into(),
                );
                fields.insert("used_by".into(), usage.into());
                fields.insert("pending_revocations".into(), pending.iter().map(revoking).collect());
            }
            shown
        }
        // Nothing of it is left here but what the service has yet to take back.
        Err(error @ ConnectionsError::NotFound { .. }) => pending.first().map(revoking).ok_or(error)?,
        Err(error) => return Err(error.into()),
    };
    if app.global.json {
        return output::json(&value);
    }
    let mut value = value;
    if let Some(hosts) = value.get_mut("hosts").and_then(Value::as_object_mut) {
        hosts.retain(|_, names| names.as_array().is_none_or(|names| !names.is_empty()));
    }
    if let Some(fields) = value.as_object_mut() {
        let empty = |value: &Value| {
            value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
        };
        if fields.get("used_by").is_some_and(empty) {
            fields.insert("used_by".into(), "no automation yet".into());
        }
        fields.retain(|_, value| !empty(value));
    }
    output::fields(&value)?;
    pending.iter().for_each(|one| app.say(&format!("! {}", still(one))));
    Ok(())
}

async fn test(app: &App, label: Option<&str>) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let connections = app.connections().await?;
    let before = connections.choose(label)?;
    let found = recognise(app, &connector, &connections, &before.id).await;
    let (identity, after) = found.map_err(|error| advised(error, connector.manifest(), &before))?;
    if let Some(line) = readdressed(&before, &after) {
        app.say(&line);
    }
    if app.global.json {
        output::json(&json!({ "ok": true, "identity": identity }))
    } else {
        output::line(&format!("ok: {}", who(&identity)))
    }
}

/// Says that the user has another address than before.
pub fn readdressed(before: &Connection, after: &Connection) -> Option<String> {
    let (former, now) = (email(before), email(after));
    (former != now).then(|| format!("the user's address changed from {former} to {now}; the connection was updated"))
}

/// What stands for a secret that is kept; it does not tell how long the secret is.
const MASK: &str = "********";

/// The state of a connection that is gone here while its grant may still hold at the service.
const REVOKING: &str = "revoking";

fn revoking(pending: &PendingRevocation) -> Value {
    json!({
        "label": pending.origin.to_string(), "connector": pending.connector, "state": REVOKING, "reason": pending.last_error,
        "ended_at": output::time(pending.created_at), "attempts": pending.attempts,
        "next_attempt_at": output::time(pending.next_at), "given_up_at": output::time(pending.until),
    })
}

/// That a grant may still hold, and what becomes of it, for people.
pub fn still(pending: &PendingRevocation) -> String {
    let why = pending.last_error.as_deref().unwrap_or("it was not asked yet");
    format!(
        "the grant of {} may still hold at the service ({why}); asked again from {}, given up at {}. At once: remove the app in the service's own settings",
        grant_of(&pending.origin),
        output::time(pending.next_at),
        output::time(pending.until)
    )
}

pub fn used(usage: &Usage) -> Value {
    json!({ "automation": usage.automation, "runs": usage.runs, "last_run": usage.run, "last_at": output::time(usage.at) })
}

/// Characters of an e-mail address, RFC 5321. What else a service calls one would only make columns wide.
const LONGEST_ADDRESS: usize = 254;

pub fn email(row: &Connection) -> String {
    let text = row.email().or(row.user_id()).unwrap_or_default();
    if text.chars().count() > LONGEST_ADDRESS {
        return text.chars().take(LONGEST_ADDRESS).chain(['…']).collect();
    }
    text.to_owned()
}

fn shown(row: &Connection, default: Option<&Connection>) -> Value {
    json!({
        "id": row.id, "label": row.label, "connector": row.connector, "method": row.method.as_str(), "state": row.state.as_str(),
        "reason": row.reason.as_ref().map(ToString::to_string),
        "next_step": next_step(row), "default": default.is_some_and(|default| default.id == row.id), "identity": row.owner.as_ref().map(|owner| &owner.identity), "scopes": row.scopes, "api_base": row.api_base, "oauth_base": row.oauth_base,
        "client_id": row.client_id, "created_at": output::time(row.created_at), "last_used_at": row.last_used_at.map(output::time),
    })
}
