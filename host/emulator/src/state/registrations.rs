//! Who registered for meetings and webinars, and what the registration pages ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::state::world::{World, hash};
use crate::time::utc;

/// Zoom takes so many registrants of one meeting through its API.
const CAPACITY: usize = 4_999;

/// Registrants and questions by the meeting's or webinar's number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Registrations {
    lists: BTreeMap<i64, Vec<Registrant>>,
    questions: BTreeMap<i64, Value>,
    /// Meetings with fewer places than Zoom's own limit.
    pub capacity: BTreeMap<i64, usize>,
}

/// One registered person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registrant {
    pub id: String,
    /// What the person filled in, as it was sent: `email`, `first_name` …
    pub fields: Map<String, Value>,
    /// `approved`, `pending` or `denied`.
    pub status: String,
    pub created_ms: i64,
    /// Occurrences of a repeating meeting; empty means all.
    pub occurrences: Vec<String>,
}

impl Registrant {
    /// The id is the same for the same person and meeting.
    pub fn new(event: i64, fields: Map<String, Value>, status: &str, created_ms: i64) -> Self {
        let email = fields.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let id = hash(&format!("registrant {event} {email}")).chars().take(22).collect();
        Self { id, fields, status: status.to_owned(), created_ms, occurrences: Vec::new() }
    }

    pub fn email(&self) -> &str {
        self.fields.get("email").and_then(Value::as_str).unwrap_or_default()
    }

    /// The number to type on the telephone: six digits made of the id.
    pub fn pin(&self) -> i64 {
        100_000 + self.id.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 900_000)
    }

    /// Only an approved registrant has a link.
    pub fn join_url(&self, origin: &str, event: i64) -> Option<String> {
        let token = hash(&format!("tk {event} {}", self.id));
        (self.status == "approved").then(|| format!("{origin}/w/{event}?tk={token}"))
    }

    /// The row of a list.
    pub fn show(&self, origin: &str, event: i64) -> Value {
        let mut row = self.fields.clone();
        row.insert("id".into(), json!(self.id));
        row.insert("status".into(), json!(self.status));
        row.insert("create_time".into(), json!(utc(self.created_ms)));
        row.insert("participant_pin_code".into(), json!(self.pin()));
        if let Some(url) = self.join_url(origin, event) {
            row.insert("join_url".into(), json!(url));
        }
        Value::Object(row)
    }
}

impl Registrations {
    pub fn of(&self, event: i64) -> &[Registrant] {
        self.lists.get(&event).map(Vec::as_slice).unwrap_or_default()
    }

    /// By id, or by address where the id is empty.
    pub fn find_mut(&mut self, event: i64, id: &str, email: &str) -> Option<&mut Registrant> {
        let list = self.lists.get_mut(&event)?;
        list.iter_mut().find(|one| if id.is_empty() { one.email().eq_ignore_ascii_case(email) } else { one.id == id })
    }

    pub fn add(&mut self, event: i64, registrant: Registrant) {
        self.lists.entry(event).or_default().push(registrant);
    }

    pub fn remove(&mut self, event: i64, id: &str) -> Option<Registrant> {
        let list = self.lists.get_mut(&event)?;
        let at = list.iter().position(|one| one.id == id)?;
        Some(list.remove(at))
    }

    /// Whether one more has a place. Denied people take none.
    pub fn has_room(&self, event: i64) -> bool {
        let taken = self.of(event).iter().filter(|one| one.status != "denied").count();
        taken < self.capacity.get(&event).copied().unwrap_or(CAPACITY)
    }

    /// `{"questions", "custom_questions"}`
    pub fn questions(&self, event: i64) -> Value {
        self.questions.get(&event).cloned().unwrap_or_else(|| json!({"questions": [], "custom_questions": []}))
    }

    /// Replace the lists that were sent.
    pub fn set_questions(&mut self, event: i64, sent: &Map<String, Value>) {
        let mut all = self.questions(event);
        for name in ["questions", "custom_questions"] {
            if let (Some(list), Some(stored)) = (sent.get(name), all.get_mut(name)) {
                *stored = list.clone();
            }
        }
        self.questions.insert(event, all);
    }

    /// Everything about a meeting that is gone.
    pub fn forget(&mut self, event: i64) {
        self.lists.remove(&event);
        self.questions.remove(&event);
        self.capacity.remove(&event);
    }
}

impl World {
    /// The registrants of a meeting as a list shows them, in one state.
    pub fn registrants(&self, event: i64, status: &str, occurrence: Option<&str>) -> Vec<Value> {
        self.registrations
            .of(event)
            .iter()
            .filter(|one| one.status == status)
            .filter(|one| {
                occurrence.is_none_or(|id| one.occurrences.is_empty() || one.occurrences.iter().any(|own| own == id))
            })
            .map(|one| one.show(&self.origin, event))
            .collect()
    }
}
