//! Webinars: scheduled and held, and who has the plan for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::state::meeting_instances::Instance;

/// All webinars of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Webinars {
    /// By number.
    pub rows: BTreeMap<i64, Webinar>,
    /// Ids of users with the webinar plan.
    pub plans: BTreeSet<String>,
    /// Held instances, oldest first.
    pub held: Vec<Instance>,
}

/// One scheduled webinar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Webinar {
    pub id: i64,
    pub uuid: String,
    pub host: String,
    pub created_ms: i64,
    /// Absent without a fixed time.
    pub start_ms: Option<i64>,
    /// The stored request fields.
    pub fields: Map<String, Value>,
    /// Ids of occurrences that were deleted.
    pub deleted: BTreeSet<String>,
}

impl Webinars {
    /// The ended instance that a number (its latest) or a UUID names.
    pub fn ended(&self, id_or_uuid: &str) -> Option<&Instance> {
        let id = id_or_uuid.parse::<i64>().ok();
        let named = |held: &&Instance| held.uuid == id_or_uuid || Some(held.meeting_id) == id;
        self.held.iter().rev().find(|held| held.end_ms.is_some() && named(held))
    }
}
