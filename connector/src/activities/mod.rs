//! The table of all activities, and the one way to call them by name.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bindings::contract::Problem;
use crate::problem::{self, plain};
use crate::service::Outcome;
use crate::zoom::Zoom;
use crate::{bindings, input};

pub mod meetings;
pub mod recordings;
pub mod users;

/// One activity as the generic contract calls it.
pub struct Activity {
    /// `area.verb`, the WIT name with `-`.
    pub name: &'static str,
    run: fn(&Zoom<'_>, &str) -> Outcome<String>,
    /// JSON Schemas of input and output.
    #[cfg(feature = "schema")]
    pub schemas: fn() -> (schemars::Schema, schemars::Schema),
}

macro_rules! activity {
    ($name:literal, $input:ty => $output:ty, $run:expr) => {
        Activity {
            name: $name,
            run: |zoom, json| call::<$input, $output>(zoom, json, $run),
            #[cfg(feature = "schema")]
            schemas: || (crate::manifest::schema_of::<$input>(), crate::manifest::schema_of::<$output>()),
        }
    };
}

/// Every activity. One line each.
pub const ACTIVITIES: &[Activity] = &[
    activity!("users.me", Nothing => bindings::users::User, |zoom, _| users::me(zoom)),
    activity!("users.get", bindings::users::GetUser => bindings::users::User, users::get),
    activity!("meetings.create", bindings::meetings::CreateMeeting => bindings::meetings::SavedMeeting, meetings::create),
    activity!("meetings.get", bindings::meetings::GetMeeting => bindings::meetings::Meeting, meetings::get),
    activity!("meetings.invitation", bindings::meetings::GetInvitation => bindings::meetings::MeetingInvitation, meetings::invitation),
    activity!("meetings.list", bindings::meetings::ListMeetings => bindings::meetings::MeetingList, meetings::list),
    activity!("meetings.update", bindings::meetings::UpdateMeeting => bindings::meetings::SavedMeeting, meetings::update),
    activity!("meetings.delete", bindings::meetings::DeleteMeeting => bindings::meetings::DeletedMeeting, meetings::delete),
    activity!("recordings.list", bindings::recordings::ListRecordings => bindings::recordings::RecordingList, recordings::list),
    activity!("recordings.get", bindings::recordings::GetRecording => bindings::recordings::Recording, recordings::get),
    activity!("recordings.download", bindings::recordings::DownloadRecording => bindings::recordings::Downloaded, recordings::download),
];

/// The input of an activity that takes none.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Run one activity by name.
pub fn invoke(zoom: &Zoom<'_>, name: &str, json: &str) -> Outcome<String> {
    match ACTIVITIES.iter().find(|activity| activity.name == name) {
        Some(activity) => (activity.run)(zoom, json),
        None => Err(Problem {
            fix: Some("`describe` lists the activities".to_owned()),
            ..plain("activity.unknown", format!("there is no activity `{name}`"), true)
        }),
    }
}

fn call<I: DeserializeOwned, O: Serialize>(
    zoom: &Zoom<'_>,
    json: &str,
    run: fn(&Zoom<'_>, I) -> Outcome<O>,
) -> Outcome<String> {
    let output = run(zoom, input::parse(json)?)?;
    let value = serde_json::to_value(output).map_err(|error| problem::broken(error.to_string()))?;
    Ok(without_nulls(value).to_string())
}

/// Absent options are left out, at every depth.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
