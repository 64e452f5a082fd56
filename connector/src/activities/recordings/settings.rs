//! How a recording is shared and protected.

use serde_json::{Map, Value};

use crate::bindings::recordings::{GetRecording, RecordingSettings, Registration, SavedSettings, SetSettings, Sharing};
use crate::bindings::types::Adjustment;
use crate::ids::MeetingRef;
use crate::json;
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::recording_settings::Settings;
use crate::zoom::Zoom;

/// What Zoom shows of every recording.
const KNOWN: &[&str] = &[
    "approval_type",
    "on_demand",
    "password",
    "recording_authentication",
    "share_recording",
    "topic",
    "viewer_download",
];

/// Read a recording's settings.
pub fn settings_get(zoom: &Zoom<'_>, request: GetRecording) -> Outcome<RecordingSettings> {
    read(zoom, &MeetingRef::parse("/meeting", &request.meeting)?)
}

fn read(zoom: &Zoom<'_>, meeting: &MeetingRef) -> Outcome<RecordingSettings> {
    let found: Settings = zoom.get(format!("/meetings/{meeting}/recordings/settings")).json(Mark::Field(KNOWN))?;
    Ok(found.public())
}

/// Change a recording's settings. Zoom answers with nothing and drops some values in silence, so they are read back.
pub fn settings_set(zoom: &Zoom<'_>, request: SetSettings) -> Outcome<SavedSettings> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    if request.passcode.as_ref().is_some_and(|code| !(8..=10).contains(&code.chars().count())) {
        return Err(invalid("/passcode", "Zoom takes 8 to 10 characters", "choose another passcode"));
    }
    if request.sharing == Some(Sharing::Unknown) {
        return Err(invalid("/sharing", "`unknown` cannot be set", "use `publicly`, `internally` or `none`"));
    }
    if request.registration == Some(Registration::Unknown) {
        return Err(invalid("/registration", "`unknown` cannot be set", "use `automatic`, `manual` or `none`"));
    }
    let body = Settings::asked(request);
    if json::tree(&body).as_object().is_none_or(Map::is_empty) {
        return Err(invalid("", "nothing is to be changed", "give at least one setting"));
    }
    zoom.patch(format!("/meetings/{meeting}/recordings/settings")).body(&body)?.done()?;
    let asked = body.public();
    let settings = read(zoom, &meeting)?;
    Ok(SavedSettings { adjusted: adjusted(asked, &settings), settings })
}

/// What Zoom stored differently. A passcode is compared, never shown.
fn adjusted(asked: RecordingSettings, stored: &RecordingSettings) -> Vec<Adjustment> {
    let fields = |settings: &RecordingSettings| match json::tree(settings) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let stored = fields(stored);
    let differs = |(field, asked): &(String, Value)| stored.get(field) != Some(asked);
    fields(&asked)
        .into_iter()
        .filter(differs)
        .map(|(field, asked)| {
            let secret = field == "passcode";
            Adjustment {
                asked: if secret { "\"(not shown)\"".to_owned() } else { asked.to_string() },
                stored: stored.get(&field).filter(|_| !secret).map(Value::to_string),
                field: format!("/{field}"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{fails, run, script};

    const PATH: &str = "/meetings/abcdefgh%3D%3D/recordings/settings";

    #[test]
    fn seed_ensemble_46_and_47_settings_say_why_a_file_may_be_refused() {
        let wire = r#"{"share_recording":"internally","viewer_download":false,"password":"Pa55-word","approval_type":1,
            "on_demand":true,"authentication_domains":"","auto_delete":true,"auto_delete_date":"2027-01-01"}"#;
        let script_ = script(&format!("GET {PATH}"), 200, wire);
        let answer = run("recordings.settings-get", r#"{"meeting":"abcdefgh=="}"#, &script_).unwrap();
        assert_eq!(
            answer,
            json!({"sharing":"internally","viewer_download":false,"passcode":"Pa55-word","registration":"manual",
                "on_demand":true,"auto_delete":true,"auto_delete_date":"2027-01-01"})
        );
        let other = r#"{"share_recording":"to_friends","approval_type":"9"}"#;
        let script_ = script(&format!("GET {PATH}"), 200, other);
        let answer = run("recordings.settings-get", r#"{"meeting":"abcdefgh=="}"#, &script_).unwrap();
        assert_eq!(answer, json!({"sharing": "unknown", "registration": "unknown"}));
    }

    #[test]
    fn what_zoom_did_not_take_is_said_and_a_passcode_is_not() {
        let input = r#"{"meeting":"abcdefgh==","sharing":"none","viewer_download":true,"passcode":"Pa55-word"}"#;
        let script_ = script(&format!("PATCH {PATH}"), 204, "")
            .with_body(r#"{"share_recording":"none","viewer_download":true,"password":"Pa55-word"}"#)
            .then(
                &format!("GET {PATH}"),
                200,
                r#"{"share_recording":"internally","viewer_download":true,"password":"other"}"#,
            );
        let answer = run("recordings.settings-set", input, &script_).unwrap();
        assert_eq!(
            answer["adjusted"],
            json!([{"field":"/sharing","asked":"\"none\"","stored":"\"internally\""},
                {"field":"/passcode","asked":"\"(not shown)\""}])
        );
    }

    #[test]
    fn a_change_of_nothing_and_a_short_passcode_are_not_sent() {
        fails("recordings.settings-set", r#"{"meeting":"abcdefgh=="}"#, script("", 0, ""), "input.invalid", Some(""));
        let short = r#"{"meeting":"abcdefgh==","passcode":"1234"}"#;
        fails("recordings.settings-set", short, script("", 0, ""), "input.invalid", Some("/passcode"));
        let unknown = r#"{"meeting":"abcdefgh==","sharing":"unknown"}"#;
        fails("recordings.settings-set", unknown, script("", 0, ""), "input.invalid", Some("/sharing"));
    }

    #[test]
    fn a_recording_that_is_gone_is_not_found() {
        let answer = r#"{"code":3301,"message":"x"}"#;
        let input = r#"{"meeting":"abcdefgh=="}"#;
        let script_ = script(&format!("GET {PATH}"), 404, answer);
        fails("recordings.settings-get", input, script_, "recording-not-ready-or-none", None);
    }
}
