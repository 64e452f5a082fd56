//! The events that a service sends, and how it signs them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_webhooks::Signing;

use crate::activity::Scopes;

/// How deliveries are treated before a connector sees them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Deliveries {
    /// Names of fields that open doors, at any depth: taken out, never passed on.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// How they are signed; nobody can tell who sent the deliveries of a service that does not sign.
    #[serde(default)]
    pub signing: Option<Signing>,
}

/// One event, as the manifest describes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventEntry {
    /// The service's own name: `meeting.created`.
    pub name: String,
    pub area: String,
    pub title: String,
    pub summary: String,
    /// `account`: an app of the whole account hears of it. `user`: also an app that single users allowed, of those users.
    pub levels: Vec<String>,
    #[serde(default)]
    pub scopes: Scopes,
    #[serde(default)]
    pub plan: Option<String>,
    /// What to know before relying on it.
    #[serde(default)]
    pub notes: Vec<String>,
    /// JSON Pointers to what must not be shown to everybody.
    #[serde(default)]
    pub sensitive_output: Vec<String>,
    #[serde(default)]
    pub examples: Vec<EventExample>,
    /// JSON Schema of the event.
    pub payload: Value,
    /// Fields this host version does not interpret, kept for other surfaces.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// A delivery as the service sends it, and the event that it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventExample {
    pub title: String,
    pub delivery: Value,
    pub output: Value,
}
