//! Zoom's meeting: read, row of a list, and body of a write.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use super::recurrence::Recurrence;
use super::settings::Settings;
use crate::bindings::meeting_options::TrackingField;
use crate::bindings::meetings::{Meeting as Public, MeetingKind, MeetingStatus, Occurrence, ScheduleKind};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Meeting {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    host_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    host_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    agenda: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    created_at: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    password: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    registration_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pmi: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    chat_join_url: Option<String>,
    tracking_fields: Option<Vec<Tracking>>,
    occurrences: Option<Vec<WireOccurrence>>,
    recurrence: Option<Recurrence>,
    settings: Option<Settings>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireOccurrence {
    #[serde(deserialize_with = "lenient::text")]
    occurrence_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
}

impl Meeting {
    /// What makes a row of a list another one: a repeating meeting has one for each time.
    pub fn key(&self) -> (Option<String>, Option<String>, Option<String>) {
        (self.id.clone(), self.uuid.clone(), self.start_time.clone())
    }

    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<Public> {
        Some(Public {
            id: self.id?,
            uuid: self.uuid,
            host_id: self.host_id,
            host_email: self.host_email,
            topic: self.topic,
            kind: kind(self.kind),
            status: match self.status.as_deref() {
                Some("waiting") => MeetingStatus::Waiting,
                Some("started") => MeetingStatus::Started,
                _ => MeetingStatus::Unknown,
            },
            start_time: self.start_time,
            duration: small(self.duration),
            timezone: self.timezone,
            agenda: self.agenda,
            created_at: self.created_at,
            join_url: self.join_url,
            passcode: self.password,
            personal_id: self.pmi,
            chat_url: self.chat_join_url,
            registration_url: self.registration_url,
            tracking_fields: self.tracking_fields.map(|all| all.into_iter().map(Tracking::public).collect()),
            occurrences: self.occurrences.map(|all| all.into_iter().filter_map(WireOccurrence::public).collect()),
            recurrence: self.recurrence.and_then(Recurrence::public),
            settings: self.settings.map(Into::into),
        })
    }
}

/// A tracking field, both ways.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Tracking {
    field: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    value: Option<String>,
}

impl Tracking {
    fn public(self) -> TrackingField {
        TrackingField { field: self.field, value: self.value }
    }
}

impl From<TrackingField> for Tracking {
    fn from(public: TrackingField) -> Self {
        Self { field: public.field, value: public.value }
    }
}

impl WireOccurrence {
    fn public(self) -> Option<Occurrence> {
        Some(Occurrence {
            id: self.occurrence_id?,
            start_time: self.start_time,
            duration: small(self.duration),
            available: self.status.as_deref() != Some("deleted"),
        })
    }
}

/// What a meeting of Zoom's number is.
pub fn kind(number: Option<i64>) -> MeetingKind {
    match number {
        Some(1) => MeetingKind::Instant,
        Some(2) => MeetingKind::Scheduled,
        Some(3) => MeetingKind::RecurringOpen,
        Some(4) => MeetingKind::Personal,
        Some(8) => MeetingKind::Recurring,
        Some(10) => MeetingKind::ScreenShare,
        _ => MeetingKind::Other,
    }
}

/// The body of a creation or change. Absent fields are left out: Zoom refuses null.
#[derive(Serialize, Default)]
pub struct MeetingBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agenda: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_password: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_fields: Option<Vec<Tracking>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// Zoom's number of what is to be scheduled.
pub fn number(kind: ScheduleKind) -> u8 {
    match kind {
        ScheduleKind::Instant => 1,
        ScheduleKind::Scheduled => 2,
        ScheduleKind::RecurringOpen => 3,
        ScheduleKind::Recurring => 8,
        ScheduleKind::ScreenShare => 10,
    }
}
