//! Webhooks: what happens in the account is told to registered addresses, as Zoom tells it.

mod body;
pub mod control;
mod deliver;
mod send;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use crate::seed::ACCOUNT;
use crate::state::world::{Access, AppKind, User, World, hash, random};

pub use deliver::run;

/// How many past events and delivery attempts are kept for reading.
const KEPT: usize = 2_000;
/// A download token from a webhook opens the files for a day.
const DOWNLOAD_MS: i64 = 86_400_000;
/// With `webhook_disorder`, every second delivery waits this long.
const LATE_MS: i64 = 400;

/// Endpoints and their traffic.
#[derive(Default, Serialize, Deserialize)]
pub struct Events {
    pub endpoints: Vec<Endpoint>,
    /// Deliveries not yet answered with success or given up.
    queue: Vec<Delivery>,
    /// Endpoints that are being delivered to at this moment.
    #[serde(skip)]
    busy: BTreeSet<u64>,
    /// Every event of the account, whether or not anyone listens; without tokens.
    pub emitted: VecDeque<Value>,
    pub attempts: VecDeque<Attempt>,
    numbered: u64,
    #[serde(skip)]
    pub wake: Arc<Notify>,
}

/// A registered address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: u64,
    /// A loopback address over HTTP.
    pub url: String,
    /// The app's secret token, which signs the deliveries.
    pub secret: String,
    /// Names of events; empty means all.
    pub events: Vec<String>,
    /// The app it belongs to. A user-managed app hears of its consenting users only.
    pub client_id: String,
    pub enabled: bool,
    /// Failed validations in a row.
    pub failures: u32,
    pub next_check_ms: i64,
}

/// One message on its way to one endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Delivery {
    request_id: String,
    endpoint: u64,
    event: String,
    /// The exact bytes, the same on every attempt.
    body: String,
    /// Attempts made so far.
    attempts: u32,
    due_ms: i64,
}

/// What became of one attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    pub at: String,
    pub endpoint: u64,
    pub request_id: String,
    pub event: String,
    /// 1 for the first.
    pub attempt: u32,
    /// `200`, or why there was none.
    pub outcome: String,
}

/// Who did it, as the payload says: e-mail and id.
pub fn operator(user: &User) -> Map<String, Value> {
    [("operator", &user.email), ("operator_id", &user.id)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect()
}

impl World {
    /// Tell that this happened to `object`.
    pub fn emit(&mut self, event: &str, object: Value) {
        self.emit_with(event, object, Map::new());
    }

    /// The same with fields beside `object` in the payload, such as [`operator`], `operation` or `old_object`.
    ///
    /// The type of `object.id` is made what Zoom sends: a string in `meeting.started`, `meeting.ended` and
    /// `meeting.participant_…`, an integer in other events of meetings and recordings. Events that Zoom sends a
    /// `download_token` with get one, which opens the files of `object.uuid`.
    pub fn emit_with(&mut self, event: &str, mut object: Value, more: Map<String, Value>) {
        body::fix_id(event, &mut object);
        let subject = body::subject(event, &object);
        let uuid = object.get("uuid").and_then(Value::as_str).map(str::to_owned);
        let mut payload = Map::from_iter([("account_id".to_owned(), json!(ACCOUNT))]);
        payload.extend(more);
        payload.insert("object".into(), object);
        let opens = matches!(
            event,
            "recording.completed" | "recording.transcript_completed" | "recording.trashed" | "recording.recovered"
        );
        let token = uuid.filter(|_| opens).map(|uuid| self.download_token(uuid));
        self.tell(event, payload, subject.as_deref(), token.as_deref());
    }

    /// The user removed the app: its tokens die, and its endpoints hear of it, and whether they may keep the data.
    pub fn deauthorize(&mut self, client_id: &str, user: &str, retain: bool) {
        for grant in self.grants.iter_mut().filter(|grant| grant.client_id == client_id && grant.user == user) {
            grant.live = false;
            grant.refresh = None;
        }
        let now = self.now_ms();
        let payload = json!({"account_id": ACCOUNT, "user_id": user, "client_id": client_id, "signature": hash(&random(16)),
            "deauthorization_time": crate::time::utc(now).replace('Z', ".000Z"), "user_data_retention": retain.to_string()});
        if let Value::Object(payload) = payload {
            let ids: Vec<u64> = self.listeners("app_deauthorized", None, Some(client_id));
            self.post("app_deauthorized", &payload, &ids, None);
        }
    }

    fn tell(&mut self, event: &str, payload: Map<String, Value>, subject: Option<&str>, token: Option<&str>) {
        let ids = self.listeners(event, subject, None);
        self.post(event, &payload, &ids, token);
    }

    fn post(&mut self, event: &str, payload: &Map<String, Value>, ids: &[u64], token: Option<&str>) {
        let now = self.now_ms();
        self.events.numbered += 1;
        let number = self.events.numbered;
        let raw = body::raw(event, payload, now, token, number);
        keep(&mut self.events.emitted, json!({"event": event, "event_ts": now, "payload": payload}));
        let late = if self.settings.webhook_disorder && number % 2 == 1 { LATE_MS } else { 0 };
        for id in ids {
            let delivery = Delivery {
                request_id: body::request_id(),
                endpoint: *id,
                event: event.to_owned(),
                body: raw.clone(),
                attempts: 0,
                due_ms: now + late,
            };
            if self.settings.webhook_duplicates {
                self.events.queue.push(delivery.clone());
            }
            self.events.queue.push(delivery);
        }
        self.events.wake.notify_one();
    }

    /// The endpoints that hear of this event of that user.
    fn listeners(&self, event: &str, subject: Option<&str>, app: Option<&str>) -> Vec<u64> {
        let consenting = |client_id: &str| {
            self.app(client_id).is_none_or(|app| app.kind != AppKind::User)
                || self
                    .grants
                    .iter()
                    .any(|grant| grant.client_id == client_id && grant.live && Some(grant.user.as_str()) == subject)
        };
        self.events
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.enabled)
            .filter(|endpoint| endpoint.events.is_empty() || endpoint.events.iter().any(|name| name == event))
            .filter(|endpoint| app.map_or_else(|| consenting(&endpoint.client_id), |app| app == endpoint.client_id))
            .map(|endpoint| endpoint.id)
            .collect()
    }

    fn download_token(&mut self, uuid: String) -> String {
        let token = crate::oauth::jwt();
        let until_ms = self.now_ms() + DOWNLOAD_MS;
        self.issued.push(token.clone());
        self.access.insert(hash(&token), Access { grant: 0, until_ms, only_uuid: Some(uuid) });
        token
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() >= KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
