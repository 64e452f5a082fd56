//! `switchboard connection show`: everything that is known of a connection, but for its secrets.

use serde_json::{Map, Value, json};
use switchboard_app::connection::{self, ConnectionDetail, LabelEntry};
use switchboard_app::doctor::pending_revocation;

use super::{pending_to_json, to_json, usage_to_json};
use crate::app::App;
use crate::output;
use switchboard_app::AppError;

/// What stands for a secret that is kept; it does not show how long the secret is.
const MASK: &str = "********";

pub async fn run(app: &App, label: &str) -> Result<(), AppError> {
    let found = connection::show(app, label).await?;
    let (mut value, pending) = match &found {
        LabelEntry::Connection(detail) => (detail_to_json(detail), &detail.pending),
        LabelEntry::Pending(pending) => (pending.first().map(pending_to_json).unwrap_or_default(), pending),
    };
    if app.global.json {
        return output::json(&value);
    }
    for_people(&mut value);
    output::fields(&value)?;
    pending.iter().for_each(|pending| app.say(&format!("! {}", pending_revocation(pending))));
    Ok(())
}

fn detail_to_json(detail: &ConnectionDetail) -> Value {
    let mut value = to_json(&detail.connection, detail.is_default);
    let Some(fields) = value.as_object_mut() else { return value };
    fields.insert("client_secret".into(), detail.has_client_secret.then_some(MASK).into());
    if let Some(service) = &detail.service {
        let hosts = json!({ "calls": service.api_hosts, "downloads": service.download_hosts, "token": service.credential_hosts });
        fields.insert("hosts".into(), hosts);
    }
    let access = &detail.requested_access;
    let made_for = if access.activities.is_empty() { &access.scopes } else { &access.activities };
    fields.insert("made_for".into(), json!(made_for));
    fields.insert("used_by".into(), detail.usage.iter().map(usage_to_json).collect());
    fields.insert("pending_revocations".into(), detail.pending.iter().map(pending_to_json).collect());
    value
}

/// Without what is empty.
fn for_people(value: &mut Value) {
    let is_empty =
        |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
    if let Some(hosts) = value.get_mut("hosts").and_then(Value::as_object_mut) {
        hosts.retain(|_, names| !is_empty(names));
    }
    let Some(fields) = value.as_object_mut() else { return };
    if fields.get("used_by").is_some_and(is_empty) {
        fields.insert("used_by".into(), "no automation yet".into());
    }
    fields.retain(|_, value| !is_empty(value));
}
