//! Zoom's settings of a meeting, both ways.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::meetings::{Approval, Audio, AutoRecording, Settings as Public};

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    host_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_before_host: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mute_upon_entry: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_room: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_authentication: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_recording: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    approval_type: Option<i64>,
    /// Separated by semicolons.
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative_hosts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_invitees: Option<Vec<Invitee>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_pmi: Option<bool>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Invitee {
    email: String,
}

impl From<Settings> for Public {
    fn from(wire: Settings) -> Self {
        Self {
            host_video: wire.host_video,
            participant_video: wire.participant_video,
            join_before_host: wire.join_before_host,
            mute_upon_entry: wire.mute_upon_entry,
            waiting_room: wire.waiting_room,
            meeting_authentication: wire.meeting_authentication,
            auto_recording: wire.auto_recording.map(|text| match text.as_str() {
                "none" | "" => AutoRecording::None,
                "local" => AutoRecording::Local,
                "cloud" => AutoRecording::Cloud,
                _ => AutoRecording::Other,
            }),
            audio: wire.audio.map(|text| match text.as_str() {
                "both" => Audio::Both,
                "telephony" => Audio::Telephony,
                "voip" => Audio::Voip,
                "thirdParty" => Audio::ThirdParty,
                _ => Audio::Other,
            }),
            approval: wire.approval_type.map(|number| match number {
                0 => Approval::Automatic,
                1 => Approval::Manual,
                2 => Approval::NoRegistration,
                _ => Approval::Other,
            }),
            alternative_hosts: wire.alternative_hosts.map(|list| {
                list.split(';').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
            }),
            invitees: wire.meeting_invitees.map(|list| list.into_iter().map(|invitee| invitee.email).collect()),
            use_personal_id: wire.use_pmi,
        }
    }
}

/// The field's name when a value has no spelling at Zoom.
impl TryFrom<Public> for Settings {
    type Error = &'static str;

    fn try_from(public: Public) -> Result<Self, Self::Error> {
        Ok(Self {
            host_video: public.host_video,
            participant_video: public.participant_video,
            join_before_host: public.join_before_host,
            mute_upon_entry: public.mute_upon_entry,
            waiting_room: public.waiting_room,
            meeting_authentication: public.meeting_authentication,
            auto_recording: match public.auto_recording {
                None => None,
                Some(AutoRecording::None) => Some("none".to_owned()),
                Some(AutoRecording::Local) => Some("local".to_owned()),
                Some(AutoRecording::Cloud) => Some("cloud".to_owned()),
                Some(AutoRecording::Other) => return Err("auto_recording"),
            },
            audio: match public.audio {
                None => None,
                Some(Audio::Both) => Some("both".to_owned()),
                Some(Audio::Telephony) => Some("telephony".to_owned()),
                Some(Audio::Voip) => Some("voip".to_owned()),
                Some(Audio::ThirdParty) => Some("thirdParty".to_owned()),
                Some(Audio::Other) => return Err("audio"),
            },
            approval_type: match public.approval {
                None => None,
                Some(Approval::Automatic) => Some(0),
                Some(Approval::Manual) => Some(1),
                Some(Approval::NoRegistration) => Some(2),
                Some(Approval::Other) => return Err("approval"),
            },
            alternative_hosts: public.alternative_hosts.map(|list| list.join(";")),
            meeting_invitees: public.invitees.map(|list| list.into_iter().map(|email| Invitee { email }).collect()),
            use_pmi: public.use_personal_id,
        })
    }
}
