//! What a service tells by itself: its deliveries, read by the connector into one form.

use serde_json::Value;
use std::time::Duration;
use switchboard_webhooks::{Inspection, Verified};
use wasmtime::Store;

use crate::bindings::types;
use crate::connector::{Connector, Time};
use crate::error::CallError;
use crate::guest_text;
use crate::host::Host;

/// The contract's interface; a connector without events does not export it.
const INTERFACE: &str = "switchboard:connector/events@0.1.0";
/// Reading is a matter of milliseconds.
const DEADLINE: Duration = Duration::from_secs(2);

/// Longest name of an event in its id, characters. `data` has all of it.
const NAME: usize = 200;

/// One event that came in and was signed by the service: only [`Connector::event`] makes one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Full id: `zoom.recording.completed`.
    pub id: String,
    /// Whether the manifest describes it; else `data` has the service's own words under `payload`.
    pub known: bool,
    /// The event in the form of the manifest's schema.
    pub data: Value,
}

impl Connector {
    /// Read a delivery. What the manifest calls secret is taken out before the connector sees it; the connector has no
    /// network while it reads.
    ///
    /// ```no_run
    /// # use switchboard_runtime::{CallError, Connector, Event, Unverified, Verified};
    /// async fn read(connector: &Connector, delivery: &Verified) -> Result<Event, CallError> {
    ///     connector.event(delivery).await
    /// }
    /// ```
    ///
    /// One that nobody verified is not taken:
    ///
    /// ```compile_fail
    /// # use switchboard_runtime::{CallError, Connector, Event, Unverified, Verified};
    /// async fn read(connector: &Connector, delivery: &Unverified<'_>) -> Result<Event, CallError> {
    ///     connector.event(delivery).await
    /// }
    /// ```
    ///
    /// # Errors
    /// `event.unreadable` for what is no event, `event.unsupported` for a connector without events, and a broken connector.
    pub async fn event(&self, delivery: &Verified) -> Result<Event, CallError> {
        let data = self.normalize(delivery.value()).await?;
        let name = data.get("event").and_then(Value::as_str).unwrap_or_default();
        let manifest = self.manifest();
        let known = manifest.events.iter().any(|entry| entry.name == name) && data.get("payload").is_none();
        let name = guest_text::cut(name.to_owned(), NAME);
        Ok(Event { id: format!("{}.{name}", manifest.connector), known, data })
    }

    /// The same for a body that anybody may have made up: what a connector makes of it, to look at. It is no [`Event`], and
    /// nothing may act on it.
    ///
    /// # Errors
    /// As [`Connector::event`].
    pub async fn inspect(&self, body: &Inspection) -> Result<Value, CallError> {
        self.normalize(body.value()).await
    }

    /// The delivery in the connector's words; an object with its name as `event`.
    async fn normalize(&self, delivery: &Value) -> Result<Value, CallError> {
        let mut delivery = delivery.clone();
        remove(&mut delivery, &self.manifest().deliveries.secrets);
        let text = delivery.to_string();
        let _slot = self.shared.slots.question().await;
        let mut store = self.shared.store(None);
        let answer = self.shared.bounded(&mut store, Time::exactly(DEADLINE), async |store: &mut Store<Host>| {
            let instance = self.shared.pre.instance_pre().instantiate_async(&mut *store).await?;
            let Some(interface) = instance.get_export_index(&mut *store, None, INTERFACE) else {
                return Ok(None);
            };
            let Some(function) = instance.get_export_index(&mut *store, Some(&interface), "normalize") else {
                return Ok(None);
            };
            let normalize =
                instance.get_typed_func::<(&str,), (Result<String, types::Problem>,)>(&mut *store, &function)?;
            Ok(Some(normalize.call_async(&mut *store, (&text,)).await?.0))
        });
        let Some(answer) = answer.await? else {
            return Err(CallError::problem("event.unsupported", "this connector reads no events".to_owned(), None));
        };
        let broken = |what: &str| CallError::broken("guest.output", format!("the connector gave {what} for an event"));
        drop(store);
        let data = guest_text::event(&answer?).map_err(|mistake| {
            CallError::broken("guest.output", format!("the connector, asked to read an event, {mistake}"))
        })?;
        match data.get("event").and_then(Value::as_str) {
            Some(_) => Ok(data),
            None => Err(broken("an object without `event`")),
        }
    }
}

fn remove(value: &mut Value, secrets: &[String]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !secrets.contains(name));
            fields.values_mut().for_each(|value| remove(value, secrets));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, secrets)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_manifest_calls_secret_is_taken_out_at_any_depth() {
        let mut delivery = serde_json::json!({"token": "a", "payload": {"token": {"b": 1}, "kept": 1}, "list": [{"token": "c", "key": "d"}, "token"]});
        remove(&mut delivery, &["token".to_owned(), "key".to_owned()]);
        assert_eq!(delivery, serde_json::json!({"payload": {"kept": 1}, "list": [{}, "token"]}));
    }
}
