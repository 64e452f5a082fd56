//! Read a user's settings.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::bindings::users::{GetUser, UserSettings};
use crate::ids::UserRef;
use crate::json;
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// The sections that Zoom's document names; each question shows some.
const SECTIONS: &[&str] = &[
    "audio_conferencing",
    "authentication_options",
    "email_notification",
    "feature",
    "in_meeting",
    "meeting_security",
    "profile",
    "recording",
    "schedule_meeting",
    "telephony",
    "tsp",
    "whiteboard",
];

/// Read a user's settings.
pub fn settings_get(zoom: &Zoom<'_>, request: GetUser) -> Outcome<UserSettings> {
    let user = UserRef::parse(request.user.as_deref())?;
    public(&read(zoom, &user)?)
}

/// The settings as Zoom shows them.
pub fn read(zoom: &Zoom<'_>, user: &UserRef) -> Outcome<Map<String, Value>> {
    zoom.get(format!("/users/{user}/settings")).json(Mark::Field(SECTIONS))
}

/// The typed part, and everything as text.
pub fn public(all: &Map<String, Value>) -> Outcome<UserSettings> {
    Ok(UserSettings {
        schedule_meeting: section(all, "schedule_meeting")?,
        in_meeting: section(all, "in_meeting")?,
        email_notification: section(all, "email_notification")?,
        recording: section(all, "recording")?,
        feature: section(all, "feature")?,
        everything: serde_json::to_string(all).map_err(|error| broken(error.to_string()))?,
    })
}

/// Those values of a section that the public record knows; the names are the same.
fn section<T: Default + Serialize + DeserializeOwned>(all: &Map<String, Value>, name: &str) -> Outcome<Option<T>> {
    let Some(values) = all.get(name).and_then(Value::as_object) else { return Ok(None) };
    let known = serde_json::to_value(T::default()).map_err(|error| broken(error.to_string()))?;
    let kept: Map<_, _> = values
        .iter()
        .filter(|(name, _)| known.get(name.as_str()).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // A value of another type than documented is in `everything` all the same.
    let read = json::read(Value::Object(kept).to_string().as_bytes());
    read.map(|(section, _)| Some(section))
        .map_err(|_| broken(format!("Zoom's settings in `{name}` are not in the form that its documents promise")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    const GET: &str = "GET /users/me/settings";

    #[test]
    fn seed_ensemble_05_recording_settings_are_typed_and_nothing_else_is_dropped() {
        let wire = r#"{"recording":{"auto_recording":"cloud","auto_delete_cmr_days":30,"new_one":1,"local_recording":null},"audio_conferencing":{"x":true}}"#;
        let answer = run("users.settings-get", "{}", &script(GET, 200, wire)).unwrap();
        assert_eq!(answer["recording"], json!({"auto_recording":"cloud","auto_delete_cmr_days":30}));
        let everything: serde_json::Value = serde_json::from_str(answer["everything"].as_str().unwrap()).unwrap();
        assert_eq!(everything["audio_conferencing"]["x"], true);
        assert_eq!(everything["recording"]["new_one"], 1);
    }

    #[test]
    fn a_connection_without_a_user_must_name_one() {
        fails("users.settings-get", "{}", script("", 0, "").without_a_user(), "input.invalid", Some("/user"));
    }

    #[test]
    fn a_path_is_refused_and_a_pending_user_is_a_conflict() {
        fails("users.settings-get", r#"{"user":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/user"));
        fails("users.settings-get", "{}", script(GET, 400, r#"{"code":1120,"message":"x"}"#), "conflict", None);
    }

    #[test]
    fn a_setting_of_another_type_is_in_everything_alone() {
        let odd = r#"{"recording":{"cloud_recording":"yes","local_recording":true}}"#;
        let settings = run("users.settings-get", "{}", &script(GET, 200, odd)).unwrap();
        assert_eq!(settings["recording"], serde_json::json!({"local_recording": true}));
        assert_eq!(settings["everything"], odd);
    }
}
