//! Where meetings stream to, and which are streaming.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Streams by the meeting's number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Livestreams {
    set: BTreeMap<i64, Map<String, Value>>,
    on: BTreeSet<i64>,
}

impl Livestreams {
    /// What is set; empty texts where nothing is.
    pub fn show(&self, meeting: i64) -> Value {
        match self.set.get(&meeting) {
            Some(fields) => Value::Object(fields.clone()),
            None => json!({"page_url": "", "stream_url": "", "stream_key": ""}),
        }
    }

    pub fn configured(&self, meeting: i64) -> bool {
        self.set.contains_key(&meeting)
    }

    pub fn set(&mut self, meeting: i64, fields: Map<String, Value>) {
        self.set.insert(meeting, fields);
    }

    /// Whether this changed anything.
    pub fn switch(&mut self, meeting: i64, on: bool) -> bool {
        if on { self.on.insert(meeting) } else { self.on.remove(&meeting) }
    }
}
