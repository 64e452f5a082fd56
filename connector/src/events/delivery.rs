//! What all deliveries have: `{event, event_ts, payload: {account_id, operator, operator_id, object}}`.

use serde_json::Value;

use super::fields::Fields;
use crate::bindings::events::{Actor, Extent, OtherEvent};
use crate::bindings::types::Json;

/// Keys that open files. The host takes them out before; whatever the host does, they end here.
const SECRETS: [&str; 2] = ["download_token", "download_access_token"];

/// One delivery, partly read.
#[derive(Clone)]
pub struct Delivery {
    /// Zoom's name.
    pub event: String,
    pub at: Option<String>,
    /// Beside the payload.
    beside: Fields,
    payload: Value,
}

/// The payload of a delivery, partly read.
pub struct Payload {
    pub account_id: Option<String>,
    pub actor: Option<Actor>,
    /// What it is about.
    pub object: Fields,
    /// Beside the object.
    pub fields: Fields,
    beside: Fields,
}

impl Delivery {
    /// `None` when it is no JSON object with an `event`.
    pub fn read(text: &str) -> Option<Self> {
        let mut whole: Value = serde_json::from_str(text).ok()?;
        strip(&mut whole);
        let mut beside = Fields::of(whole)?;
        let event = beside.value("event")?.as_str()?.to_owned();
        let at = beside.millis("event_ts");
        let payload = beside.value("payload").unwrap_or_default();
        Some(Self { event, at, beside, payload })
    }

    /// Its payload; `None` when that is no object.
    pub fn payload(self) -> Option<Payload> {
        let mut fields = Fields::of(self.payload)?;
        let account_id = fields.text("account_id");
        let (id, email) = (fields.text("operator_id"), fields.text("operator"));
        let actor = (id.is_some() || email.is_some()).then_some(Actor { id, email });
        let object = fields.object("object").unwrap_or_default();
        Some(Payload { account_id, actor, object, fields, beside: self.beside })
    }

    /// As it came, for what has no form.
    pub fn other(self) -> OtherEvent {
        let account_id = self.payload.get("account_id").and_then(Value::as_str).map(str::to_owned);
        let payload = (!self.payload.is_null()).then(|| self.payload.into());
        OtherEvent { event: self.event, at: self.at, account_id, payload, more: self.beside.rest() }
    }
}

impl Payload {
    /// Whether one time of a meeting is meant or all.
    pub fn extent(&mut self, name: &str) -> Option<Extent> {
        let word = self.fields.text(name)?;
        match word.as_str() {
            "single" => Some(Extent::Single),
            "all" => Some(Extent::All),
            _ => {
                self.fields.put_back(name, word.into());
                None
            }
        }
    }

    /// What nobody took of what stands outside the object.
    pub fn more(self) -> Option<Json> {
        let mut rest = self.fields;
        rest.absorb(self.beside);
        rest.rest()
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !SECRETS.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
