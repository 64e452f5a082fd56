//! Meetings that were held: one instance for every start, with everyone who was in it.

use serde::{Deserialize, Serialize};

use crate::state::world::World;

/// One held (or running) meeting. Its UUID is not the one made at scheduling.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    pub uuid: String,
    pub meeting_id: i64,
    pub host: String,
    pub topic: String,
    /// Zoom's meeting type.
    pub kind: i64,
    pub timezone: String,
    pub start_ms: i64,
    /// `None` while it runs.
    pub end_ms: Option<i64>,
    /// Durations of participants are reported as 0 until this moment.
    pub processed_ms: i64,
    /// One row for every joining; who leaves and returns has two.
    pub participants: Vec<Participant>,
}

/// One stay of one participant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Participant {
    /// Id of a user of the account; empty for a guest.
    pub id: String,
    /// Number of the stay in this meeting, the same for a returning participant's every stay.
    pub user_id: String,
    /// UUID of the stay.
    pub uuid: String,
    pub name: String,
    /// Empty for a guest.
    pub email: String,
    pub registrant_id: String,
    pub join_ms: i64,
    /// `None` while present.
    pub leave_ms: Option<i64>,
}

impl Instance {
    /// Whole minutes from start to end, rounded up; 0 while it runs.
    pub fn minutes(&self) -> i64 {
        self.end_ms.map_or(0, |end| (end - self.start_ms + 59_999).div_euclid(60_000))
    }
}

impl Participant {
    /// Seconds of the stay as reported at `now_ms`: 0 until the meeting has been processed.
    pub fn seconds(&self, instance: &Instance, now_ms: i64) -> i64 {
        let done = instance.end_ms.is_some() && instance.processed_ms <= now_ms;
        self.leave_ms.filter(|_| done).map_or(0, |leave| (leave - self.join_ms) / 1000)
    }
}

impl World {
    /// The running instance of a meeting.
    pub fn live(&self, meeting_id: i64) -> Option<&Instance> {
        self.past.iter().rev().find(|instance| instance.meeting_id == meeting_id && instance.end_ms.is_none())
    }

    /// Ended instances of a meeting, oldest first.
    pub fn ended(&self, meeting_id: i64) -> impl Iterator<Item = &Instance> {
        self.past.iter().filter(move |instance| instance.meeting_id == meeting_id && instance.end_ms.is_some())
    }

    /// The ended instance that a meeting number (its latest) or a UUID names.
    pub fn held(&self, id_or_uuid: &str) -> Option<&Instance> {
        match id_or_uuid.parse::<i64>() {
            Ok(id) => self.ended(id).last(),
            Err(_) => self.past.iter().find(|instance| instance.uuid == id_or_uuid && instance.end_ms.is_some()),
        }
    }
}
