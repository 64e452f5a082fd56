//! Zoom's webinar: read, row of a list, and body of a write.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use super::recurrence::Recurrence;
use crate::bindings::meeting_options::{Approval, Audio, AutoRecording, Registration};
use crate::bindings::meetings::Occurrence;
use crate::bindings::webinars::{Webinar as Public, WebinarKind, WebinarSchedule, WebinarSettings};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Webinar {
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
    is_simulive: Option<bool>,
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

impl Webinar {
    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<Public> {
        let occurrence = |found: WireOccurrence| {
            Some(Occurrence {
                id: found.occurrence_id?,
                start_time: found.start_time,
                duration: small(found.duration),
                available: found.status.as_deref() != Some("deleted"),
            })
        };
        Some(Public {
            id: self.id?,
            uuid: self.uuid,
            host_id: self.host_id,
            host_email: self.host_email,
            topic: self.topic,
            kind: match self.kind {
                Some(5) => WebinarKind::Scheduled,
                Some(6) => WebinarKind::RecurringOpen,
                Some(9) => WebinarKind::Recurring,
                _ => WebinarKind::Other,
            },
            start_time: self.start_time,
            duration: small(self.duration),
            timezone: self.timezone,
            agenda: self.agenda,
            created_at: self.created_at,
            join_url: self.join_url,
            passcode: self.password,
            registration_url: self.registration_url,
            simulive: self.is_simulive,
            occurrences: self.occurrences.map(|all| all.into_iter().filter_map(occurrence).collect()),
            recurrence: self.recurrence.and_then(Recurrence::public),
            settings: self.settings.map(Into::into),
        })
    }
}

/// The body of a creation or change. Absent fields are left out: Zoom refuses null.
#[derive(Serialize, Default)]
pub struct WebinarBody {
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
    pub recurrence: Option<Recurrence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// Zoom's number of what is to be scheduled.
pub fn number(kind: WebinarSchedule) -> u8 {
    match kind {
        WebinarSchedule::Scheduled => 5,
        WebinarSchedule::RecurringOpen => 6,
        WebinarSchedule::Recurring => 9,
    }
}

/// Zoom's settings of a webinar, both ways.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    host_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    panelists_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    practice_session: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hd_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_authentication: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_multiple_devices: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    auto_recording: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    audio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    approval_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    registration_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_registration: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    registrants_restrict_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registrants_confirmation_email: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registrants_email_notification: Option<bool>,
    /// Separated by commas here, by semicolons in meetings.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    alternative_hosts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    contact_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    contact_email: Option<String>,
}

const RECORDINGS: [(&str, AutoRecording); 3] =
    [("none", AutoRecording::None), ("local", AutoRecording::Local), ("cloud", AutoRecording::Cloud)];
const SOUNDS: [(&str, Audio); 4] =
    [("both", Audio::Both), ("telephony", Audio::Telephony), ("voip", Audio::Voip), ("thirdParty", Audio::ThirdParty)];
const APPROVALS: [(i64, Approval); 3] =
    [(0, Approval::Automatic), (1, Approval::Manual), (2, Approval::NoRegistration)];
const SCOPES: [(i64, Registration); 3] =
    [(1, Registration::Once), (2, Registration::EachOccurrence), (3, Registration::ChosenOccurrences)];

impl From<Settings> for WebinarSettings {
    fn from(wire: Settings) -> Self {
        Self {
            host_video: wire.host_video,
            panelists_video: wire.panelists_video,
            practice_session: wire.practice_session,
            hd_video: wire.hd_video,
            on_demand: wire.on_demand,
            meeting_authentication: wire.meeting_authentication,
            allow_multiple_devices: wire.allow_multiple_devices,
            auto_recording: wire.auto_recording.map(|word| ours(&RECORDINGS, &word.as_str(), AutoRecording::Other)),
            audio: wire.audio.map(|word| ours(&SOUNDS, &word.as_str(), Audio::Other)),
            approval: wire.approval_type.map(|number| ours(&APPROVALS, &number, Approval::Other)),
            registration: wire.registration_type.map(|number| ours(&SCOPES, &number, Registration::Other)),
            close_registration: wire.close_registration,
            max_registrants: small(wire.registrants_restrict_number),
            registrants_confirmation_email: wire.registrants_confirmation_email,
            registrants_email_notification: wire.registrants_email_notification,
            alternative_hosts: wire.alternative_hosts.map(|list| {
                list.split([',', ';']).map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
            }),
            contact_name: wire.contact_name,
            contact_email: wire.contact_email,
        }
    }
}

/// The field's name when a value has no spelling at Zoom.
impl TryFrom<WebinarSettings> for Settings {
    type Error = &'static str;

    fn try_from(public: WebinarSettings) -> Result<Self, Self::Error> {
        Ok(Self {
            host_video: public.host_video,
            panelists_video: public.panelists_video,
            practice_session: public.practice_session,
            hd_video: public.hd_video,
            on_demand: public.on_demand,
            meeting_authentication: public.meeting_authentication,
            allow_multiple_devices: public.allow_multiple_devices,
            auto_recording: zooms(&RECORDINGS, public.auto_recording, "auto_recording")?.map(str::to_owned),
            audio: zooms(&SOUNDS, public.audio, "audio")?.map(str::to_owned),
            approval_type: zooms(&APPROVALS, public.approval, "approval")?,
            registration_type: zooms(&SCOPES, public.registration, "registration")?,
            close_registration: public.close_registration,
            registrants_restrict_number: public.max_registrants.map(i64::from),
            registrants_confirmation_email: public.registrants_confirmation_email,
            registrants_email_notification: public.registrants_email_notification,
            alternative_hosts: public.alternative_hosts.map(|list| list.join(",")),
            contact_name: public.contact_name,
            contact_email: public.contact_email,
        })
    }
}

fn ours<W: PartialEq, P: Copy>(table: &[(W, P)], word: &W, other: P) -> P {
    table.iter().find(|(known, _)| known == word).map_or(other, |(_, ours)| *ours)
}

fn zooms<W: Copy, P: PartialEq>(
    table: &[(W, P)],
    ours: Option<P>,
    field: &'static str,
) -> Result<Option<W>, &'static str> {
    let Some(ours) = ours else {
        return Ok(None);
    };
    table.iter().find(|(_, known)| *known == ours).map(|(word, _)| Some(*word)).ok_or(field)
}
