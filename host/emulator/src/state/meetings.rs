//! Meetings as they are planned, with the times of those that repeat.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::state::schedule;

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meeting {
    pub id: i64,
    pub uuid: String,
    pub host: String,
    pub created_ms: i64,
    pub start_ms: Option<i64>,
    /// The stored request fields.
    pub fields: Map<String, Value>,
    /// Every time of a meeting that repeats at fixed times, deleted ones too.
    #[serde(default)]
    pub occurrences: Vec<Occurrence>,
}

/// One time of a repeating meeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Occurrence {
    /// The first planned start in milliseconds; moving the occurrence does not change it.
    pub id: String,
    pub start_ms: i64,
    pub deleted: bool,
    /// What differs from the meeting: `duration`, `agenda`, `settings`.
    pub fields: Map<String, Value>,
}

/// What belongs to meetings beside their plan.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct MeetingExtras {
    pub polls: BTreeMap<i64, Vec<Map<String, Value>>>,
    /// Rows of poll results by the UUID of the held meeting.
    pub poll_answers: HashMap<String, Value>,
    /// Rows of questions and answers by the UUID of the held meeting.
    pub questions: HashMap<String, Value>,
    /// Summaries by the UUID of the held meeting.
    pub summaries: HashMap<String, Value>,
    /// Personal audio conferences, which cannot be deleted.
    pub audio_conferences: BTreeSet<i64>,
    /// Meetings that run on a connector of the account's own, which cannot be ended from outside.
    pub on_premises: BTreeSet<i64>,
    /// Deleted meetings that can be brought back.
    pub deleted: BTreeMap<i64, Meeting>,
}

impl Meeting {
    /// Zoom's number of its kind.
    pub fn kind(&self) -> i64 {
        self.fields.get("type").and_then(Value::as_i64).unwrap_or(2)
    }

    /// When its last time ends; `None` without fixed time.
    pub fn end_ms(&self) -> Option<i64> {
        let last = self.occurrences.iter().map(|one| one.start_ms).max().or(self.start_ms)?;
        Some(last + schedule::minutes(&self.fields) * 60_000)
    }

    /// Numbers live 30 days after a meeting, and a year after the last time of one that repeats.
    pub fn expired(&self, now_ms: i64) -> bool {
        let days = match self.kind() {
            4 => return false,
            3 | 8 => 365,
            _ => 30,
        };
        self.end_ms().unwrap_or(self.created_ms) + days * DAY_MS < now_ms
    }

    /// Plan the times anew, as after a change of start, zone or rule.
    pub fn plan(&mut self) {
        self.occurrences = match self.start_ms.filter(|_| self.kind() == 8) {
            Some(start) => schedule::starts(&self.fields, start)
                .into_iter()
                .map(|at| Occurrence { id: at.to_string(), start_ms: at, deleted: false, fields: Map::new() })
                .collect(),
            None => Vec::new(),
        };
        if let Some(first) = self.occurrences.first() {
            self.start_ms = Some(first.start_ms);
        }
    }
}
