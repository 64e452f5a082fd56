//! Read the account's settings.

use serde_json::{Map, Value};

use crate::bindings::account::{AccountRecordingSettings, AccountSettings};
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire::lenient::small;
use crate::zoom::Zoom;

/// The sections that Zoom's document names.
const SECTIONS: &[&str] = &[
    "audio_conferencing",
    "chat",
    "email_notification",
    "feature",
    "general_setting",
    "in_meeting",
    "integration",
    "mail_calendar",
    "meeting_security",
    "other_options",
    "profile",
    "recording",
    "schedule_meeting",
    "security",
    "smart_recognition",
    "telephony",
    "tsp",
    "zoom_rooms",
];

/// Read the account's settings.
pub fn settings(zoom: &Zoom<'_>) -> Outcome<AccountSettings> {
    let all: Map<String, Value> = zoom.get("/accounts/me/settings".to_owned()).json(Mark::Field(SECTIONS))?;
    let everything = serde_json::to_string(&all).map_err(|error| broken(error.to_string()))?;
    Ok(AccountSettings { recording: all.get("recording").map(recording), everything })
}

fn recording(values: &Value) -> AccountRecordingSettings {
    let on = |name: &str| values.get(name).and_then(Value::as_bool);
    AccountRecordingSettings {
        auto_recording: values.get("auto_recording").and_then(Value::as_str).map(str::to_owned),
        cloud_recording: on("cloud_recording"),
        local_recording: on("local_recording"),
        cloud_recording_download: on("cloud_recording_download"),
        cloud_recording_download_host: on("cloud_recording_download_host"),
        host_delete_cloud_recording: on("host_delete_cloud_recording"),
        allow_recovery_deleted_cloud_recordings: on("allow_recovery_deleted_cloud_recordings"),
        account_user_access_recording: on("account_user_access_recording"),
        prevent_host_access_recording: on("prevent_host_access_recording"),
        auto_delete_cmr: on("auto_delete_cmr"),
        auto_delete_cmr_days: small(values.get("auto_delete_cmr_days").and_then(Value::as_i64)),
        recording_audio_transcript: on("recording_audio_transcript"),
        required_password_for_shared_cloud_recordings: on("required_password_for_shared_cloud_recordings"),
        save_chat_text: on("save_chat_text"),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    const GET: &str = "GET /accounts/me/settings";

    #[test]
    fn seed_ensemble_05_automatic_recording_of_the_account_is_read() {
        let wire =
            r#"{"recording":{"auto_recording":"cloud","cloud_recording_download":false,"new":{"x":1}},"chat":{"y":2}}"#;
        let answer = run("account.settings", "{}", &script(GET, 200, wire)).unwrap();
        assert_eq!(answer["recording"], json!({"auto_recording":"cloud","cloud_recording_download":false}));
        assert!(answer["everything"].as_str().unwrap().contains(r#""y":2"#));
    }

    #[test]
    fn a_refusal_inside_http_200_is_forbidden() {
        fails("account.settings", "{}", script(GET, 200, r#"{"code":200,"message":"x"}"#), "forbidden", None);
        fails("account.settings", "{}", script(GET, 404, r#"{"code":2001,"message":"x"}"#), "not-found", None);
        fails("account.settings", r#"{"x":1}"#, script("", 0, ""), "input.invalid", Some("/x"));
    }
}
