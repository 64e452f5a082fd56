//! What Zoom knows of meetings that are over.

use serde::Deserialize;

use super::lenient::{self, small};
use crate::bindings::attendance::{HeldKind, Participant, PastInstance, PastMeeting, Whereabouts};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Meeting {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    host_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    user_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    user_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    dept: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    source: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    end_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::number")]
    participants_count: Option<i64>,
    #[serde(deserialize_with = "lenient::number")]
    total_minutes: Option<i64>,
    #[serde(deserialize_with = "lenient::flag")]
    has_meeting_summary: Option<bool>,
}

impl Meeting {
    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<PastMeeting> {
        Some(PastMeeting {
            id: self.id?,
            uuid: self.uuid,
            topic: self.topic,
            kind: match self.kind {
                Some(0 | 2) => HeldKind::Scheduled,
                Some(1) => HeldKind::Instant,
                Some(3) => HeldKind::RecurringOpen,
                Some(4) => HeldKind::Personal,
                Some(5 | 6 | 9) => HeldKind::Webinar,
                Some(7) => HeldKind::AudioConference,
                Some(8) => HeldKind::Recurring,
                _ => HeldKind::Other,
            },
            host_id: self.host_id,
            host_name: self.user_name,
            host_email: self.user_email,
            department: self.dept,
            source: self.source,
            start_time: self.start_time,
            end_time: self.end_time,
            duration: small(self.duration),
            participants: small(self.participants_count),
            total_minutes: small(self.total_minutes),
            has_summary: self.has_meeting_summary,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Instance {
    #[serde(deserialize_with = "lenient::text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
}

impl Instance {
    /// The public form; `None` when Zoom left out the UUID.
    pub fn public(self) -> Option<PastInstance> {
        Some(PastInstance { uuid: self.uuid?, start_time: self.start_time })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Row {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    /// Reports have it where `id` is empty.
    #[serde(deserialize_with = "lenient::text")]
    participant_user_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    user_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    user_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    registrant_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    leave_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    internal_user: Option<bool>,
    #[serde(deserialize_with = "lenient::flag")]
    failover: Option<bool>,
    #[serde(deserialize_with = "lenient::text")]
    customer_key: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    bo_mtg_id: Option<String>,
}

impl From<Row> for Participant {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.id.or(row.participant_user_id),
            participant_id: row.user_id,
            name: row.name,
            email: row.user_email,
            registrant_id: row.registrant_id,
            join_time: row.join_time,
            leave_time: row.leave_time,
            duration: small(row.duration),
            whereabouts: match row.status.as_deref() {
                Some("in_meeting") => Whereabouts::InMeeting,
                Some("in_waiting_room") => Whereabouts::InWaitingRoom,
                _ => Whereabouts::Unknown,
            },
            internal: row.internal_user,
            failover: row.failover,
            customer_key: row.customer_key,
            breakout_room_id: row.bo_mtg_id,
        }
    }
}
