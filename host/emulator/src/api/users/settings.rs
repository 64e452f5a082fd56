//! A user's settings: the account's defaults, what the user changed, and what the account locks. Locked and unlicensed values are
//! accepted and silently kept as they were.

use serde_json::{Map, Value, json};

use super::{accepted, note, object, reach};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{User, World};

pub fn get(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Read")?)?;
    if let Some(option) = call.query("option").filter(|option| !option.is_empty()) {
        return special(option);
    }
    let mut all = effective(world, &user);
    if let Some(names) = call.query("custom_query_fields").filter(|names| !names.is_empty()) {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        for (section, values) in &mut all {
            if let Some(values) = values.as_object_mut().filter(|_| !names.contains(&section.as_str())) {
                values.retain(|name, _| names.contains(&name.as_str()));
            }
        }
        all.retain(|_, values| values.as_object().is_none_or(|values| !values.is_empty()));
    }
    Ok(Answer::json(200, &Value::Object(all)))
}

fn special(option: &str) -> Result<Answer, Answer> {
    let body = match option {
        "meeting_security" => {
            json!({"meeting_security": {"auto_security": true, "waiting_room": true, "encryption_type": "enhanced_encryption"}})
        }
        "meeting_authentication" => {
            json!({"allow_authentication_exception": false, "meeting_authentication": false, "authentication_options": []})
        }
        "recording_authentication" => json!({"recording_authentication": false, "authentication_options": []}),
        _ => return Err(Answer::invalid("option", "Invalid parameter: option.")),
    };
    Ok(Answer::json(200, &body))
}

pub fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Edit")?)?;
    let sent = object(call)?;
    let wants = |section: &str, name: &str| {
        sent.get(section).and_then(|values| values.get(name)).and_then(Value::as_bool) == Some(true)
    };
    if user.kind != 2 && (wants("feature", "webinar") || wants("feature", "large_meeting")) {
        return Err(Answer::error(400, 1122, "The webinar feature can only be enabled for licensed users."));
    }
    let recording = sent.get("recording").and_then(|values| values.get("auto_recording"));
    if recording.is_some_and(|value| !matches!(value.as_str(), Some("local" | "cloud" | "none"))) {
        return Err(Answer::invalid("recording.auto_recording", "Invalid parameter: auto_recording."));
    }
    if let Some(user) = world.users.find_mut(&user.id) {
        merge(&mut user.settings, &sent);
    }
    note(world, caller, "user_settings", "Update", format!("Update Settings - {}", user.email));
    Ok(Answer::empty(204))
}

/// Defaults, then the user's own, then what is not the user's to decide.
fn effective(world: &World, user: &User) -> Map<String, Value> {
    let mut all = super::show::object(defaults());
    let known = all.clone();
    merge(&mut all, &user.settings);
    if let Some(locked) = world.directory.account.locked.as_object() {
        merge(&mut all, locked);
    }
    let licensed = user.kind == 2;
    let capacity = if licensed { 300 } else { 100 };
    merge(&mut all, &super::show::object(json!({"feature": {"meeting_capacity": capacity}})));
    if !licensed {
        merge(&mut all, &super::show::object(json!({"recording": {"cloud_recording": false}})));
    }
    // A setting that Zoom does not know is dropped without a word.
    for (section, values) in &mut all {
        if let (Some(values), Some(known)) = (values.as_object_mut(), known.get(section).and_then(Value::as_object)) {
            values.retain(|name, _| known.contains_key(name));
        }
    }
    all.retain(|section, _| known.contains_key(section));
    all
}

/// Two levels deep: sections, then values.
fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (section, values) in from {
        match (into.get_mut(section).and_then(Value::as_object_mut), values.as_object()) {
            (Some(held), Some(values)) => held.extend(values.clone()),
            _ => drop(into.insert(section.clone(), values.clone())),
        }
    }
}

/// What a user of the account has before anybody changes anything.
pub fn defaults() -> Value {
    json!({
        "schedule_meeting": {"host_video": true, "participants_video": true, "audio_type": "voip", "join_before_host": true,
            "use_pmi_for_instant_meetings": false, "use_pmi_for_scheduled_meetings": false, "personal_meeting": true,
            "embed_password_in_join_link": true, "require_password_for_scheduling_new_meetings": true,
            "require_password_for_instant_meetings": true, "require_password_for_pmi_meetings": "all"},
        "in_meeting": {"chat": true, "private_chat": true, "auto_saving_chat": false, "entry_exit_chime": "none", "file_transfer": true,
            "screen_sharing": true, "annotation": true, "whiteboard": true, "breakout_room": true, "closed_caption": true,
            "waiting_room": true, "e2e_encryption": false, "co_host": true, "polling": true, "virtual_background": true,
            "remote_control": true, "non_verbal_feedback": false, "allow_live_streaming": true},
        "email_notification": {"alternative_host_reminder": true, "cancel_meeting_reminder": true, "jbh_reminder": true,
            "schedule_for_reminder": true, "cloud_recording_available_reminder": true},
        "recording": {"cloud_recording": true, "local_recording": true, "auto_recording": "none", "record_speaker_view": true,
            "record_gallery_view": false, "record_audio_file": true, "save_chat_text": true, "save_close_caption": false,
            "show_timestamp": false, "recording_audio_transcript": true, "auto_delete_cmr": false, "auto_delete_cmr_days": 30,
            "host_pause_stop_recording": false, "recording_disclaimer": true, "save_poll_results": false,
            "recording_thumbnails": true, "recording_highlight": true},
        "telephony": {"third_party_audio": false, "show_international_numbers_link": true},
        "feature": {"meeting_capacity": 100, "large_meeting": false, "large_meeting_capacity": 500, "webinar": false,
            "webinar_capacity": 500, "zoom_phone": false, "zoom_events": false, "concurrent_meeting": "None",
            "zoom_whiteboard": false, "zoom_scheduler": false, "zoom_translated_captions": false},
        "tsp": {"call_out": true, "show_international_numbers_link": true},
        "whiteboard": {"out_meeting_advanced_whiteboard": true}
    })
}
