//! How a recording is shared and protected.

use serde_json::{Map, Value, json};

use super::show::{auto_delete_date, topic};
use super::{find, none};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::recordings::Recording;
use crate::state::world::World;

pub fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = find(world, caller, segment(stars, 0), Recording::is_live)?;
    let row = world.recordings.at(place).ok_or_else(none)?;
    Ok(Answer::json(200, &Value::Object(effective(row))))
}

pub fn set(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = find(world, caller, segment(stars, 0), Recording::is_live)?;
    let Some(Value::Object(body)) = call.json() else {
        return Err(Answer::error(400, 300, "Request Body should be a valid JSON object."));
    };
    if let Some(password) = body.get("password").and_then(Value::as_str) {
        let has = |of: fn(&char) -> bool| password.chars().any(|c| of(&c));
        let mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic) && has(char::is_ascii_punctuation);
        let strong = (8..=10).contains(&password.chars().count()) && mixed;
        if !password.is_empty() && !strong {
            return Err(Answer::invalid("password", "Passcode does not meet the account's requirements."));
        }
    }
    world.recordings.change(place, |row| {
        for (name, value) in body {
            match (name.as_str(), &value) {
                ("auto_delete", Value::Bool(on)) => row.auto_delete = *on,
                // Unknown names and values out of range pass in silence and change nothing.
                ("share_recording", value) if !["publicly", "internally", "none"].iter().any(|way| value == way) => {}
                ("approval_type", value) if !value.as_i64().is_some_and(|kind| (0..=2).contains(&kind)) => {}
                _ if defaults(row).contains_key(&name) => drop(row.more().settings.insert(name, value)),
                _ => {}
            }
        }
    });
    Ok(Answer::empty(204))
}

/// What was set over the defaults.
pub fn effective(row: &Recording) -> Map<String, Value> {
    let mut all = defaults(row);
    if let Some(more) = &row.more {
        all.extend(more.settings.clone());
    }
    if all.get("recording_authentication") != Some(&json!(true)) {
        for only_then in ["authentication_domains", "authentication_option", "authentication_name"] {
            all.remove(only_then);
        }
    }
    if all.get("password") == Some(&json!("")) {
        all.remove("password");
    }
    if row.auto_delete {
        all.insert("auto_delete_date".into(), json!(auto_delete_date(row)));
    }
    all
}

fn defaults(row: &Recording) -> Map<String, Value> {
    let all = json!({"approval_type": 2, "authentication_domains": "", "authentication_option": "signIn_emulator",
        "authentication_name": "Signed-in users in my account", "on_demand": false, "password": "",
        "recording_authentication": false, "send_email_to_host": false, "share_recording": "publicly",
        "show_social_share_buttons": false, "topic": topic(row), "viewer_download": true, "auto_delete": row.auto_delete});
    all.as_object().cloned().unwrap_or_default()
}
