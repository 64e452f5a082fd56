//! What a meeting request may say, and what becomes of it.

use serde_json::{Map, Value, json};

use super::recurrence;
use crate::http::answer::Answer;
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
        let number = |name: &str, fits: fn(i64) -> bool| {
            recurrence.get(name).is_none_or(|value| value.as_i64().is_some_and(fits))
        };
        let most: fn(i64) -> bool = match recurrence.get("type").and_then(Value::as_i64) {
            Some(1) => |n| (1..=99).contains(&n),
            Some(2) => |n| (1..=50).contains(&n),
            _ => |n| (1..=10).contains(&n),
        };
        wrong("recurrence.repeat_interval", number("repeat_interval", most));
        wrong("recurrence.end_times", number("end_times", |n| (0..=60).contains(&n)));
        wrong("recurrence.monthly_day", number("monthly_day", |n| (1..=31).contains(&n)));
        wrong("recurrence.monthly_week", number("monthly_week", |n| matches!(n, -1 | 1..=4)));
        wrong("recurrence.monthly_week_day", number("monthly_week_day", |n| (1..=7).contains(&n)));
        let days = recurrence.get("weekly_days");
        let day = |text: &str| matches!(text.trim(), "1" | "2" | "3" | "4" | "5" | "6" | "7");
        wrong("recurrence.weekly_days", days.is_none_or(|v| v.as_str().is_some_and(|text| text.split(',').all(day))));
    }
    if !errors.is_empty() {
        return Err(Answer::json(400, &json!({"code": 300, "message": "Validation Failed.", "errors": errors})));
    }
    if sent.get("pre_schedule") == Some(&json!(true)) && !matches!(kind, None | Some(Some(2 | 3))) {
        return Err(Answer::error(400, 3000, "The pre_schedule field is only for meetings of types 2 and 3."));
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

/// Take what is sent over what is stored. Values that Zoom does not know, or that the host's licence does not allow, become
/// others without a word: recordings and registration are for licensed hosts, and nothing is recorded that is end-to-end encrypted.
pub fn merge_settings(stored: &mut Value, sent: Option<&Value>, licensed: bool) {
    let (Some(stored), Some(sent)) = (stored.as_object_mut(), sent.and_then(Value::as_object)) else {
        return;
    };
    stored.extend(sent.clone());
    let recorded = stored.get("auto_recording").and_then(Value::as_str).unwrap_or_default();
    let encrypted = stored.get("encryption_type").and_then(Value::as_str) == Some("e2ee");
    if !matches!(recorded, "local" | "cloud" | "none") || recorded == "cloud" && (encrypted || !licensed) {
        stored.insert("auto_recording".into(), json!("none"));
    }
    if !licensed {
        stored.insert("approval_type".into(), json!(2));
    }
    let waits = stored.get("join_before_host") == Some(&json!(true));
    if !waits {
        stored.insert("jbh_time".into(), json!(0));
    }
}

/// The starts of a repeating meeting.
pub fn starts(fields: &Map<String, Value>, start_ms: i64) -> Vec<i64> {
    let Some(rule) = fields.get("recurrence").and_then(Value::as_object) else {
        return vec![start_ms];
    };
    let zone = fields.get("timezone").and_then(Value::as_str).unwrap_or("UTC");
    recurrence::starts(rule, zone, start_ms)
}
