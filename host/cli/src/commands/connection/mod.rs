//! `switchboard connection`: show, test, name and end connections.

mod disconnect;
mod list;
mod reconnect;
mod show;

use serde_json::{Value, json};
use switchboard_app::connection::{self, Connection, Consent, PendingRevocation, PlanChange, Usage};
use switchboard_app::connection_step::fix_of_connection;
use switchboard_app::identity::name_of;

use crate::app::App;
use crate::args::ConnectionCommand;
use crate::output;
use crate::present::method::method_name;
use crate::present::next_step::spell;
use switchboard_app::AppError;

pub async fn run(app: &App, command: ConnectionCommand) -> Result<(), AppError> {
    match command {
        ConnectionCommand::List => list::run(app).await,
        ConnectionCommand::Show { label } => show::run(app, &label).await,
        ConnectionCommand::Export { labels } => output::json(&connection::export(app, &labels).await?),
        ConnectionCommand::Default { label, none } => default(app, label, none).await,
        ConnectionCommand::Rename { label, to } => {
            let renamed = connection::rename(app, &label, &to).await?;
            if app.global.json {
                let is_default = connection::default(app).await?.is_some_and(|default| default.id == renamed.id);
                return output::json(&to_json(&renamed, is_default));
            }
            output::line(&format!("{label} is called {} now", renamed.label))
        }
        ConnectionCommand::Plan { label, plan, default } => {
            let change = if default { Some(PlanChange::Default) } else { plan.map(PlanChange::Set) };
            self::plan(app, &label, change).await
        }
        ConnectionCommand::Reconnect(flags) => reconnect::run(app, flags).await,
        ConnectionCommand::Test { label, connection } => test(app, label.or(connection).as_deref()).await,
        ConnectionCommand::Disconnect { label, yes } => {
            let consent = if yes { Consent::Given } else { Consent::Ask };
            disconnect::run(app, &label, consent).await
        }
    }
}

/// Chooses the connection that is used where none is named, or prints which it is.
async fn default(app: &App, label: Option<String>, none: bool) -> Result<(), AppError> {
    if label.is_some() || none {
        connection::set_default(app, label).await?;
    }
    let default = connection::default(app).await?.map(|connection| connection.label);
    match (app.global.json, default) {
        (true, default) => output::json(&json!({ "default": default })),
        (false, Some(default)) => output::line(&format!("default connection: {default}")),
        (false, None) => output::line("no default connection; if there are several, name one with --connection"),
    }
}

/// Prints by which plan requests are paced, once it is changed where that is wished.
async fn plan(app: &App, label: &str, change: Option<PlanChange>) -> Result<(), AppError> {
    if let Some(change) = change {
        connection::set_plan(app, label, change).await?;
    }
    let plan = connection::plan(app, label).await?;
    if app.global.json {
        return output::json(&json!({ "label": label, "plan": plan }));
    }
    output::line(&format!("rate limits of {label}: plan {plan}"))
}

async fn test(app: &App, label: Option<&str>) -> Result<(), AppError> {
    let tested = connection::test(app, label).await?;
    if let Some(change) = connection::address_change(&tested.before, &tested.after) {
        app.say(&change);
    }
    if app.global.json {
        return output::json(&json!({ "ok": true, "identity": tested.identity }));
    }
    output::line(&format!("ok: {}", name_of(&tested.identity)))
}

/// What a person has to do about a connection that cannot be used.
fn next_step(connection: &Connection) -> Option<String> {
    Some(fix_of_connection(connection)?.spell(spell))
}

/// The state of a connection that is gone here while its grant may still hold at the service.
const REVOKING: &str = "revoking";

/// A connection for programs.
fn to_json(row: &Connection, is_default: bool) -> Value {
    json!({
        "id": row.id, "label": row.label, "connector": row.connector, "method": method_name(row.method), "state": row.state.as_str(),
        "reason": row.reason.as_ref().map(ToString::to_string),
        "next_step": next_step(row), "default": is_default, "identity": row.owner.as_ref().map(|owner| &owner.identity), "scopes": row.scopes, "api_base": row.api_base, "oauth_base": row.oauth_base,
        "client_id": row.client_id, "created_at": output::time(row.created_at), "last_used_at": row.last_used_at.map(output::time),
    })
}

/// A grant that has yet to be revoked, for programs.
fn pending_to_json(pending: &PendingRevocation) -> Value {
    json!({
        "label": pending.origin.to_string(), "connector": pending.connector, "state": REVOKING, "reason": pending.last_error,
        "ended_at": output::time(pending.created_at), "attempts": pending.attempts,
        "next_attempt_at": output::time(pending.next_at), "given_up_at": output::time(pending.until),
    })
}

/// A use of a connection, for programs.
fn usage_to_json(usage: &Usage) -> Value {
    json!({ "automation": usage.automation, "runs": usage.runs, "last_run": usage.run, "last_at": output::time(usage.at) })
}
