//! The table of all events, and the one way to read a delivery.
//!
//! Deliveries are read field by field from a tree, not by wire types: whatever no one took stays and is passed on as `more`.

mod app;
mod changes;
mod delivery;
mod fields;
mod meetings;
mod recordings;
mod users;

use crate::bindings::contract::Problem;
use crate::bindings::events::{Event, Guest};
use crate::bindings::events_export;
use crate::component::Component;
use crate::json;
use crate::problem::{self, plain};
use crate::service::Outcome;

use delivery::Delivery;

/// One event as the generic contract knows it.
pub struct Trigger {
    /// Zoom's name, `meeting.created`.
    pub name: &'static str,
    read: fn(Delivery) -> Option<Event>,
    /// JSON Schema of the record.
    #[cfg(feature = "schema")]
    pub schema: fn() -> schemars::Schema,
}

/// A line says `"zoom.name" => reader -> Case(Record)`.
macro_rules! events {
    ($($name:literal => $area:ident::$read:ident -> $case:ident($record:ident),)*) => {
        /// Every event with a form of its own.
        pub const TABLE: &[Trigger] = &[$(Trigger {
            name: $name,
            read: |delivery| $area::$read(delivery).map(Event::$case),
            #[cfg(feature = "schema")]
            schema: || $crate::manifest::schema_of::<$crate::bindings::events::$record>(),
        },)*];

        fn write(event: &Event) -> Result<String, json::Unfit> {
            match event {
                $(Event::$case(record) => json::write(record),)*
                Event::Other(record) => json::write(record),
            }
        }
    };
}

events! {
    "meeting.created" => meetings::changed -> MeetingCreated(MeetingEvent),
    "meeting.updated" => meetings::updated -> MeetingUpdated(MeetingUpdate),
    "meeting.deleted" => meetings::changed -> MeetingDeleted(MeetingEvent),
    "meeting.started" => meetings::changed -> MeetingStarted(MeetingEvent),
    "meeting.ended" => meetings::changed -> MeetingEnded(MeetingEvent),
    "meeting.participant_joined" => meetings::moved -> MeetingParticipantJoined(ParticipantEvent),
    "meeting.participant_left" => meetings::moved -> MeetingParticipantLeft(ParticipantEvent),
    "meeting.registration_created" => meetings::registered -> MeetingRegistrationCreated(RegistrationEvent),
    "recording.started" => recordings::progress -> RecordingStarted(RecordingProgress),
    "recording.stopped" => recordings::progress -> RecordingStopped(RecordingProgress),
    "recording.completed" => recordings::changed -> RecordingCompleted(RecordingEvent),
    "recording.transcript_completed" => recordings::changed -> RecordingTranscriptCompleted(RecordingEvent),
    "recording.trashed" => recordings::changed -> RecordingTrashed(RecordingEvent),
    "recording.deleted" => recordings::changed -> RecordingDeleted(RecordingEvent),
    "recording.recovered" => recordings::changed -> RecordingRecovered(RecordingEvent),
    "user.created" => users::changed -> UserCreated(UserEvent),
    "user.updated" => users::updated -> UserUpdated(UserUpdate),
    "user.activated" => users::changed -> UserActivated(UserEvent),
    "user.deactivated" => users::changed -> UserDeactivated(UserEvent),
    "user.deleted" => users::changed -> UserDeleted(UserEvent),
    "user.disassociated" => users::changed -> UserDisassociated(UserEvent),
    "app_deauthorized" => app::removed -> AppDeauthorized(AppEvent),
}

/// Read one delivery.
pub fn read(text: &str) -> Outcome<Event> {
    let delivery = Delivery::read(text).ok_or_else(|| Problem {
        fix: Some("pass the body on as it was received, after checking its signature".to_owned()),
        ..plain("event.unreadable", "the delivery is no JSON object with an `event`", true)
    })?;
    let known = TABLE.iter().find(|trigger| trigger.name == delivery.event);
    let event = known.and_then(|trigger| (trigger.read)(delivery.clone()));
    Ok(event.unwrap_or_else(|| Event::Other(delivery.other())))
}

/// The same as JSON: the record alone.
pub fn normalize(text: &str) -> Outcome<String> {
    write(&read(text)?).map_err(|error| problem::broken(error.to_string()))
}

impl Guest for Component {
    fn read(delivery: String) -> Outcome<Event> {
        read(&delivery)
    }
}

impl events_export::Guest for Component {
    fn normalize(delivery: String) -> Outcome<String> {
        normalize(&delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_event_is_refused() {
        for text in ["", "[]", "{}", r#"{"event":1}"#, r#"{"event":""}"#, "{\"event\":\"a\"", "null"] {
            assert_eq!(read(text).unwrap_err().code, "event.unreadable", "{text}");
        }
    }

    #[test]
    fn an_unknown_event_keeps_everything_but_the_token() {
        let text = r#"{"event":"recording.renamed","event_ts":1626230691572,"new":{"a":[1]},"download_token":"secret",
            "payload":{"account_id":"a","operator":"x@y.z","object":{"uuid":"u","download_token":"secret","n":null}}}"#;
        let Event::Other(other) = read(text).unwrap() else { panic!("other") };
        assert_eq!(other.at.as_deref(), Some("2021-07-14T02:44:51.572Z"));
        let shown = normalize(text).unwrap();
        assert!(!shown.contains("secret"), "{shown}");
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["payload"]["operator"], "x@y.z");
        assert_eq!(shown["payload"]["object"]["uuid"], "u");
        assert_eq!(shown["more"]["new"]["a"][0], 1);
    }

    #[test]
    fn a_known_event_without_the_id_of_its_subject_is_kept_as_it_came() {
        for name in TABLE.iter().map(|trigger| trigger.name) {
            for payload in [r#"{"object":{"topic":"T"}}"#, r#"{"object":"T"}"#, r#"{"note":"T"}"#, r#""T""#, r#"["T"]"#]
            {
                let text = format!(r#"{{"event":"{name}","payload":{payload}}}"#);
                assert!(matches!(read(&text).unwrap(), Event::Other(_)), "{text}");
                assert!(normalize(&text).unwrap().contains(r#""T""#), "{text}");
            }
        }
    }
}
