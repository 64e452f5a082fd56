//! Zoom's settings of a meeting, both ways.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use crate::bindings::meeting_options::{
    Approval, Audio, AutoRecording, BreakoutRoom, ContinuousChat, Encryption, Interpreter, Registration,
    Settings as Public,
};

/// Zoom's spelling of each value. What is not listed is read as `other`, and has no spelling to be written.
const AUTO_RECORDING: &[(&str, AutoRecording)] =
    &[("none", AutoRecording::None), ("local", AutoRecording::Local), ("cloud", AutoRecording::Cloud)];
const AUDIO: &[(&str, Audio)] =
    &[("both", Audio::Both), ("telephony", Audio::Telephony), ("voip", Audio::Voip), ("thirdParty", Audio::ThirdParty)];
const ENCRYPTION: &[(&str, Encryption)] =
    &[("enhanced_encryption", Encryption::Enhanced), ("e2ee", Encryption::EndToEnd)];
const APPROVAL: &[(i64, Approval)] = &[(0, Approval::Automatic), (1, Approval::Manual), (2, Approval::NoRegistration)];
const REGISTRATION: &[(i64, Registration)] =
    &[(1, Registration::Once), (2, Registration::EachOccurrence), (3, Registration::ChosenOccurrences)];

/// Zoom's name of a field under `settings`, and ours where it is another.
pub const NAMES: &[(&str, &str)] = &[
    ("jbh_time", "join_before_host_minutes"),
    ("approval_type", "approval"),
    ("registration_type", "registration"),
    ("meeting_invitees", "invitees"),
    ("use_pmi", "use_personal_id"),
    ("encryption_type", "encryption"),
    ("breakout_room", "breakout_rooms"),
    ("language_interpretation", "interpreters"),
    ("global_dial_in_countries", "dial_in_countries"),
    ("continuous_meeting_chat", "continuous_chat"),
];

/// The struct and what is the same on both sides.
macro_rules! settings {
    (flags: $($flag:ident)*; texts: $($text:ident)*;) => {
        #[derive(Deserialize, Serialize, Default)]
        #[serde(default)]
        pub struct Settings {
            $(#[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")] $flag: Option<bool>,)*
            $(#[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")] $text: Option<String>,)*
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
            use_pmi: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
            jbh_time: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
            approval_type: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
            registration_type: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
            auto_recording: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
            audio: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
            encryption_type: Option<String>,
            /// Separated by semicolons.
            #[serde(skip_serializing_if = "Option::is_none")]
            alternative_hosts: Option<String>,
            /// Separated by commas.
            #[serde(skip_serializing_if = "Option::is_none")]
            authentication_domains: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::texts")]
            global_dial_in_countries: Option<Vec<String>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            meeting_invitees: Option<Vec<Invitee>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            breakout_room: Option<Rooms>,
            #[serde(skip_serializing_if = "Option::is_none")]
            language_interpretation: Option<Interpretation>,
            #[serde(skip_serializing_if = "Option::is_none")]
            continuous_meeting_chat: Option<Chat>,
        }

        impl From<Settings> for Public {
            fn from(wire: Settings) -> Self {
                Self {
                    $($flag: wire.$flag,)*
                    $($text: wire.$text,)*
                    use_personal_id: wire.use_pmi,
                    join_before_host_minutes: small(wire.jbh_time),
                    approval: wire.approval_type.map(|n| known(APPROVAL, &n).unwrap_or(Approval::Other)),
                    registration: wire.registration_type.map(|n| known(REGISTRATION, &n).unwrap_or(Registration::Other)),
                    auto_recording: wire
                        .auto_recording
                        .map(|text| known(AUTO_RECORDING, &text.as_str()).unwrap_or(AutoRecording::Other)),
                    audio: wire.audio.map(|text| known(AUDIO, &text.as_str()).unwrap_or(Audio::Other)),
                    encryption: wire
                        .encryption_type
                        .map(|text| known(ENCRYPTION, &text.as_str()).unwrap_or(Encryption::Other)),
                    alternative_hosts: wire.alternative_hosts.map(|list| parts(&list, ';')),
                    authentication_domains: wire.authentication_domains.map(|list| parts(&list, ',')),
                    dial_in_countries: wire.global_dial_in_countries,
                    invitees: wire.meeting_invitees.map(|list| list.into_iter().map(|invitee| invitee.email).collect()),
                    breakout_rooms: wire.breakout_room.map(Rooms::public),
                    interpreters: wire.language_interpretation.map(Interpretation::public),
                    continuous_chat: wire.continuous_meeting_chat.map(|chat| ContinuousChat {
                        enable: chat.enable,
                        auto_add_invited_external_users: chat.auto_add_invited_external_users,
                        auto_add_meeting_participants: chat.auto_add_meeting_participants,
                    }),
                }
            }
        }

        /// The field's name when a value has no spelling at Zoom.
        impl TryFrom<Public> for Settings {
            type Error = &'static str;

            fn try_from(public: Public) -> Result<Self, Self::Error> {
                Ok(Self {
                    $($flag: public.$flag,)*
                    $($text: public.$text,)*
                    use_pmi: public.use_personal_id,
                    jbh_time: public.join_before_host_minutes.map(i64::from),
                    approval_type: spelled("approval", APPROVAL, public.approval)?,
                    registration_type: spelled("registration", REGISTRATION, public.registration)?,
                    auto_recording: spelled("auto_recording", AUTO_RECORDING, public.auto_recording)?.map(str::to_owned),
                    audio: spelled("audio", AUDIO, public.audio)?.map(str::to_owned),
                    encryption_type: spelled("encryption", ENCRYPTION, public.encryption)?.map(str::to_owned),
                    alternative_hosts: public.alternative_hosts.map(|list| list.join(";")),
                    authentication_domains: public.authentication_domains.map(|list| list.join(",")),
                    global_dial_in_countries: public.dial_in_countries,
                    meeting_invitees: public
                        .invitees
                        .map(|list| list.into_iter().map(|email| Invitee { email }).collect()),
                    breakout_room: public.breakout_rooms.map(Rooms::wire),
                    language_interpretation: public.interpreters.map(Interpretation::wire),
                    continuous_meeting_chat: public.continuous_chat.map(|chat| Chat {
                        enable: chat.enable,
                        auto_add_invited_external_users: chat.auto_add_invited_external_users,
                        auto_add_meeting_participants: chat.auto_add_meeting_participants,
                    }),
                })
            }
        }
    };
}

settings! {
    flags: host_video participant_video join_before_host mute_upon_entry waiting_room meeting_authentication watermark
        registrants_email_notification registrants_confirmation_email close_registration allow_multiple_devices
        alternative_hosts_email_notification email_notification focus_mode private_meeting auto_start_meeting_summary
        auto_start_ai_companion_questions;
    texts: authentication_option contact_name contact_email;
}

fn known<W: PartialEq, T: Copy>(table: &[(W, T)], wire: &W) -> Option<T> {
    table.iter().find(|(spelling, _)| spelling == wire).map(|(_, value)| *value)
}

fn spelled<W: Copy, T: PartialEq>(
    field: &'static str,
    table: &[(W, T)],
    value: Option<T>,
) -> Result<Option<W>, &'static str> {
    value.map(|value| table.iter().find(|(_, known)| *known == value).map(|(wire, _)| *wire).ok_or(field)).transpose()
}

fn parts(list: &str, at: char) -> Vec<String> {
    list.split(at).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Invitee {
    email: String,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Rooms {
    enable: bool,
    rooms: Vec<Room>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Room {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::texts")]
    participants: Option<Vec<String>>,
}

impl Rooms {
    fn public(self) -> Vec<BreakoutRoom> {
        let rooms = if self.enable { self.rooms } else { Vec::new() };
        rooms.into_iter().map(|room| BreakoutRoom { name: room.name, participants: room.participants }).collect()
    }

    fn wire(rooms: Vec<BreakoutRoom>) -> Self {
        let enable = !rooms.is_empty();
        let rooms = rooms.into_iter().map(|room| Room { name: room.name, participants: room.participants }).collect();
        Self { enable, rooms }
    }
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Interpretation {
    enable: bool,
    interpreters: Vec<WireInterpreter>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct WireInterpreter {
    email: String,
    /// Separated by commas.
    interpreter_languages: String,
}

impl Interpretation {
    fn public(self) -> Vec<Interpreter> {
        let interpreters = if self.enable { self.interpreters } else { Vec::new() };
        let public =
            |one: WireInterpreter| Interpreter { email: one.email, languages: parts(&one.interpreter_languages, ',') };
        interpreters.into_iter().map(public).collect()
    }

    fn wire(interpreters: Vec<Interpreter>) -> Self {
        let wire =
            |one: Interpreter| WireInterpreter { email: one.email, interpreter_languages: one.languages.join(",") };
        Self { enable: !interpreters.is_empty(), interpreters: interpreters.into_iter().map(wire).collect() }
    }
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Chat {
    enable: bool,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
    auto_add_invited_external_users: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
    auto_add_meeting_participants: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_survives_the_round_trip_in_zooms_spelling() {
        let wire = serde_json::json!({
            "host_video": true, "join_before_host": true, "jbh_time": 10, "approval_type": 1, "registration_type": 3,
            "auto_recording": "cloud", "audio": "thirdParty", "encryption_type": "e2ee", "alternative_hosts": "a@x.org;b@x.org",
            "authentication_domains": "x.org,*.y.org", "global_dial_in_countries": ["DE"], "meeting_invitees": [{"email": "c@x.org"}],
            "breakout_room": {"enable": true, "rooms": [{"name": "One", "participants": ["d@x.org"]}]},
            "language_interpretation": {"enable": true, "interpreters": [{"email": "e@x.org", "interpreter_languages": "English,French"}]},
            "continuous_meeting_chat": {"enable": true, "auto_add_meeting_participants": false}, "contact_name": "Ada", "use_pmi": false,
        });
        let public = Public::from(serde_json::from_value::<Settings>(wire.clone()).unwrap());
        assert_eq!(public.breakout_rooms.as_ref().map(Vec::len), Some(1));
        let Ok(back) = Settings::try_from(public) else { panic!("a value has no spelling") };
        assert_eq!(serde_json::to_value(back).unwrap(), wire);
    }

    #[test]
    fn values_of_tomorrow_are_read_as_other_and_never_written() {
        let wire = serde_json::json!({"audio": "telepathy", "approval_type": 9, "waiting_room": "true", "mute_upon_entry": null});
        let public = Public::from(serde_json::from_value::<Settings>(wire).unwrap());
        assert_eq!((public.audio, public.approval), (Some(Audio::Other), Some(Approval::Other)));
        assert_eq!((public.waiting_room, public.mute_upon_entry), (Some(true), None));
        assert_eq!(Settings::try_from(public).err(), Some("approval"));
    }
}
