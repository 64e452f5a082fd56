//! `switchboard connection`: show, test and end connections.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_connections::{Revocation, Usage};
use switchboard_store::ConnectionRow;

use crate::app::App;
use crate::args::ConnectionCommand;
use crate::commands::connect::who;
use crate::error::CliError;
use crate::output;

pub async fn run(app: &App, command: ConnectionCommand) -> Result<(), CliError> {
    match command {
        ConnectionCommand::List => list(app),
        ConnectionCommand::Show { label } => {
            let connections = app.connections()?;
            let row = connections.show(&label)?;
            let mut shown = shown(&row);
            let usage: Vec<Value> = connections.usage(&row.id)?.iter().map(used).collect();
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("used_by".into(), usage.into());
            }
            if app.global.json { output::json(&shown) } else { output::fields(&shown) }
        }
        ConnectionCommand::Rename { label, to } => {
            let row = app.connections()?.rename(&label, &to)?;
            match app.global.json {
                true => output::json(&shown(&row)),
                false => output::line(&format!("{label} is called {} now", row.label)),
            }
        }
        ConnectionCommand::Plan { label, plan } => set_plan(app, &label, plan.as_deref()).await,
        ConnectionCommand::Reconnect { label, paste, no_open, redirect_port } => {
            super::connect::reconnect(app, &label, paste, no_open, redirect_port).await
        }
        ConnectionCommand::Test { label } => test(app, label.as_deref()).await,
        ConnectionCommand::Disconnect { label, yes } => disconnect(app, &label, yes).await,
    }
}

async fn set_plan(app: &App, label: &str, plan: Option<&str>) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let known: BTreeSet<&str> = manifest.rates.values().flat_map(|plans| plans.keys()).map(String::as_str).collect();
    if let Some(wrong) = plan.filter(|plan| !known.contains(plan)) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(CliError::usage(
            format!("there is no plan `{wrong}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    }
    let row = app.connections()?.set_plan(label, plan)?;
    let plan = plan.unwrap_or(&manifest.default_plan);
    match app.global.json {
        true => output::json(&json!({ "label": row.label, "plan": plan })),
        false => output::line(&format!("requests of {} are paced by the plan {plan}", row.label)),
    }
}

fn list(app: &App) -> Result<(), CliError> {
    let rows = app.connections()?.list()?;
    if app.global.json {
        return output::json(&rows.iter().map(shown).collect::<Vec<_>>());
    }
    if rows.is_empty() {
        app.say("no connection yet: switchboard try, or switchboard connect");
        return Ok(());
    }
    let table = rows
        .iter()
        .map(|row| vec![row.label.clone(), email(row), row.method.clone(), row.state.clone(), row.api_base.clone()]);
    output::table(&["LABEL", "WHO", "METHOD", "STATE", "API"], table.collect())
}

async fn test(app: &App, label: Option<&str>) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let live = app.connections()?.open_connection(label)?;
    let identity = connector.identify(Arc::new(live), &app.call_options(Path::new("downloads"))).await?;
    if app.global.json {
        output::json(&json!({ "ok": true, "identity": identity }))
    } else {
        output::line(&format!("ok: {}", who(&identity)))
    }
}

async fn disconnect(app: &App, label: &str, yes: bool) -> Result<(), CliError> {
    let connections = app.connections()?;
    let row = connections.show(label)?;
    if !yes {
        if app.global.no_input || !std::io::stdin().is_terminal() {
            return Err(CliError::usage(
                format!("`{}` would be revoked and forgotten", row.label),
                "add --yes to go on",
            ));
        }
        eprintln!(
            "This revokes `{}` ({}) at the service and forgets it. Type its label to go on:",
            row.label,
            email(&row)
        );
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(|error| CliError::failed("input", error.to_string()))?;
        if answer.trim() != row.label {
            return Err(CliError::failed("not-confirmed", "nothing was done"));
        }
    }
    let usage = connections.usage(&row.id)?;
    let done = connections.disconnect(label).await?;
    let note = match &done.revocation {
        Revocation::Failed(why) => {
            Some(format!("its grant may still hold: {why}. Remove the app in the service's own settings."))
        }
        _ => None,
    };
    if app.global.json {
        return output::json(
            &json!({ "label": label, "disconnected": true, "revoked": done.revocation == Revocation::Done, "note": note, "used_by": usage.iter().map(used).collect::<Vec<_>>() }),
        );
    }
    output::line(&format!("{label} is disconnected"))?;
    for used in &usage {
        app.say(&format!("! {} used it, last in run {}", used.automation, used.run));
    }
    if let Some(note) = note {
        app.say(&note);
    }
    Ok(())
}

fn used(usage: &Usage) -> Value {
    json!({ "automation": usage.automation, "runs": usage.runs, "last_run": usage.run, "last_at": output::time(usage.at) })
}

fn email(row: &ConnectionRow) -> String {
    let identity = row.identity.as_ref();
    let field =
        |name: &str| identity.and_then(|identity| identity.get(name)).and_then(Value::as_str).map(str::to_owned);
    field("email").or_else(|| field("user_id")).unwrap_or_default()
}

fn shown(row: &ConnectionRow) -> Value {
    json!({
        "label": row.label, "connector": row.connector, "method": row.method, "state": row.state, "reason": row.state_reason,
        "identity": row.identity, "scopes": row.scopes, "api_base": row.api_base, "oauth_base": row.oauth_base,
        "client_id": row.client_id, "created_at": output::time(row.created_at), "last_used_at": row.last_used_at.map(output::time),
    })
}
