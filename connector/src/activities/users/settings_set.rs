//! Change a user's settings, and say what Zoom kept.

use serde::Serialize;
use serde_json::{Map, Value};

use super::settings_get::{public, read};
use crate::bindings::types::Adjustment;
use crate::bindings::users::{SavedUserSettings, SetUserSettings};
use crate::ids::UserRef;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Change a user's settings. What the account locks or the licence does not allow stays without an error, so everything is read back.
pub fn settings_set(zoom: &Zoom<'_>, request: SetUserSettings) -> Outcome<SavedUserSettings> {
    let user = UserRef::parse(request.user.as_deref())?;
    let choice = request.recording.as_ref().and_then(|recording| recording.auto_recording.as_deref());
    if choice.is_some_and(|choice| !matches!(choice, "local" | "cloud" | "none")) {
        return Err(invalid(
            "/recording/auto_recording",
            "Zoom knows no such choice",
            "use `local`, `cloud` or `none`",
        ));
    }
    let days = request.recording.as_ref().and_then(|recording| recording.auto_delete_cmr_days);
    if days.is_some_and(|days| !matches!(days, 30 | 60 | 90 | 120)) {
        return Err(invalid(
            "/recording/auto_delete_cmr_days",
            "Zoom knows no such time",
            "use 30, 60, 90 or 120 days",
        ));
    }
    let body = sections(&request)?;
    if body.is_empty() {
        return Err(invalid("", "nothing to change", "give at least one setting"));
    }
    zoom.patch(format!("/users/{user}/settings")).body(&body)?.done()?;
    let stored = read(zoom, &user)?;
    Ok(SavedUserSettings { settings: public(&stored)?, adjusted: adjusted(&body, &stored) })
}

/// Only what is asked: Zoom refuses null.
fn sections(request: &SetUserSettings) -> Outcome<Map<String, Value>> {
    let mut all = Map::new();
    put(&mut all, "schedule_meeting", request.schedule_meeting.as_ref())?;
    put(&mut all, "in_meeting", request.in_meeting.as_ref())?;
    put(&mut all, "email_notification", request.email_notification.as_ref())?;
    put(&mut all, "recording", request.recording.as_ref())?;
    put(&mut all, "feature", request.feature.as_ref())?;
    Ok(all)
}

fn put(all: &mut Map<String, Value>, name: &str, section: Option<&impl Serialize>) -> Outcome<()> {
    let values = serde_json::to_value(section).map_err(|error| broken(error.to_string()))?;
    if let Value::Object(mut values) = values {
        values.retain(|_, value| !value.is_null());
        if !values.is_empty() {
            all.insert(name.to_owned(), Value::Object(values));
        }
    }
    Ok(())
}

fn adjusted(asked: &Map<String, Value>, stored: &Map<String, Value>) -> Vec<Adjustment> {
    let pairs = asked
        .iter()
        .flat_map(|(section, values)| values.as_object().into_iter().flatten().map(move |pair| (section, pair)));
    pairs
        .filter_map(|(section, (name, wanted))| {
            let found = stored.get(section).and_then(|values| values.get(name));
            (found != Some(wanted)).then(|| Adjustment {
                field: format!("/{section}/{name}"),
                asked: wanted.to_string(),
                stored: found.filter(|found| !found.is_null()).map(Value::to_string),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    const PATCH: &str = "PATCH /users/me/settings";
    const GET: &str = "GET /users/me/settings";

    #[test]
    fn seed_ensemble_05_what_the_account_locks_is_reported() {
        let script = script(PATCH, 204, "")
            .with_body(r#"{"recording":{"auto_recording":"cloud","save_chat_text":true}}"#)
            .then(GET, 200, r#"{"recording":{"auto_recording":"none","save_chat_text":true}}"#);
        let answer = run(
            "users.settings-set",
            r#"{"recording":{"auto_recording":"cloud","save_chat_text":true},"feature":{}}"#,
            &script,
        )
        .unwrap();
        assert_eq!(
            answer["adjusted"],
            json!([{"field":"/recording/auto_recording","asked":"\"cloud\"","stored":"\"none\""}])
        );
    }

    #[test]
    fn nothing_and_nonsense_are_refused() {
        fails("users.settings-set", "{}", script("", 0, ""), "input.invalid", Some(""));
        let odd = r#"{"recording":{"auto_recording":"moon"}}"#;
        fails("users.settings-set", odd, script("", 0, ""), "input.invalid", Some("/recording/auto_recording"));
        let days = r#"{"recording":{"auto_delete_cmr_days":31}}"#;
        fails("users.settings-set", days, script("", 0, ""), "input.invalid", Some("/recording/auto_delete_cmr_days"));
        let input = r#"{"recording":{"cloud_recording":true}}"#;
        fails("users.settings-set", input, script("", 0, "").without_a_user(), "input.invalid", Some("/user"));
    }

    #[test]
    fn an_unlicensed_feature_needs_a_plan() {
        let answer = r#"{"code":1122,"message":"x"}"#;
        fails("users.settings-set", r#"{"feature":{"webinar":true}}"#, script(PATCH, 400, answer), "plan-needed", None);
    }
}
