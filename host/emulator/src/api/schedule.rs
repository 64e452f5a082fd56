//! What a meeting request may say, and what becomes of it.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::time;

/// Refuse with every wrong field at once.
pub fn check(sent: &Map<String, Value>) -> Result<(), Answer> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, fine: bool| {
        if !fine {
            errors.push(json!({"field": field, "message": format!("Invalid parameter: {}.", field.rsplit('.').next().unwrap_or(field))}));
        }
    };
    let text = |name: &str, most: usize| {
        sent.get(name).is_none_or(|v| v.as_str().is_some_and(|text| text.chars().count() <= most))
    };
    let kind = sent.get("type").map(Value::as_i64);
    wrong("topic", text("topic", 200));
    wrong("agenda", text("agenda", 2000));
    wrong("password", text("password", 10));
    wrong("type", kind.is_none_or(|kind| matches!(kind, Some(1 | 2 | 3 | 8 | 10))));
    wrong("duration", sent.get("duration").is_none_or(|v| v.as_i64().is_some_and(|n| (1..=1440).contains(&n))));
    wrong(
        "timezone",
        sent.get("timezone").is_none_or(|v| v.as_str().is_some_and(|name| name.is_empty() || time::is_zone(name))),
    );
    wrong("start_time", sent.get("start_time").is_none_or(|_| start(sent).is_some()));
    let setting = |name: &str| sent.get("settings").and_then(|settings| settings.get(name));
    wrong("settings.jbh_time", setting("jbh_time").is_none_or(|v| matches!(v.as_i64(), Some(0 | 5 | 10 | 15))));
    wrong("settings.approval_type", setting("approval_type").is_none_or(|v| matches!(v.as_i64(), Some(0..=2))));
    if let Some(recurrence) = sent.get("recurrence") {
        wrong("recurrence.type", matches!(recurrence.get("type").and_then(Value::as_i64), Some(1..=3)));
        wrong("recurrence.end_times", recurrence.get("end_times").is_none_or(|v| matches!(v.as_i64(), Some(0..=60))));
    }
    if !errors.is_empty() {
        return Err(Answer::json(400, &json!({"code": 300, "message": "Validation Failed.", "errors": errors})));
    }
    if kind == Some(Some(1)) && sent.contains_key("schedule_for") {
        return Err(Answer::error(400, 3000, "Instant meetings cannot be scheduled for another user."));
    }
    Ok(())
}

/// The requested start, in UTC milliseconds.
pub fn start(fields: &Map<String, Value>) -> Option<i64> {
    let zone = fields.get("timezone").and_then(Value::as_str).filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    time::parse_start(fields.get("start_time")?.as_str()?, zone)
}

pub fn minutes(fields: &Map<String, Value>) -> i64 {
    fields.get("duration").and_then(Value::as_i64).unwrap_or(60)
}

pub fn default_settings() -> Value {
    json!({"host_video": false, "participant_video": false, "join_before_host": false, "jbh_time": 0, "mute_upon_entry": false,
        "waiting_room": true, "watermark": false, "use_pmi": false, "approval_type": 2, "audio": "both", "auto_recording": "none",
        "alternative_hosts": "", "meeting_authentication": false, "email_notification": true, "encryption_type": "enhanced_encryption"})
}

/// An unknown `auto_recording` silently becomes `none`.
pub fn merge_settings(stored: &mut Value, sent: Option<&Value>) {
    let (Some(stored), Some(sent)) = (stored.as_object_mut(), sent.and_then(Value::as_object)) else {
        return;
    };
    for (name, value) in sent {
        let known = name != "auto_recording" || matches!(value.as_str(), Some("local" | "cloud" | "none"));
        stored.insert(name.clone(), if known { value.clone() } else { json!("none") });
    }
}

/// Occurrences at fixed distances; ids are the start in milliseconds. Weekly day lists and monthly rules are not followed.
pub fn occurrences(fields: &Map<String, Value>, start_ms: i64) -> Value {
    let rule = |name: &str| fields.get("recurrence").and_then(|rule| rule.get(name)).and_then(Value::as_i64);
    let days = match rule("type") {
        Some(2) => 7,
        Some(3) => 28,
        _ => 1,
    } * rule("repeat_interval").unwrap_or(1).max(1);
    let count = rule("end_times").filter(|count| *count > 0).unwrap_or(10).min(60);
    let rows = (0..count).map(|n| {
        let at = start_ms + n * days * 86_400_000;
        json!({"occurrence_id": at.to_string(), "start_time": time::utc(at), "duration": minutes(fields), "status": "available"})
    });
    Value::Array(rows.collect())
}
