//! The bytes of a delivery and their signature.

use hmac::{Hmac, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::state::world::hash;

/// Ids are strings while a meeting runs and integers otherwise.
pub fn fix_id(event: &str, object: &mut Value) {
    let text = matches!(event, "meeting.started" | "meeting.ended") || event.starts_with("meeting.participant_");
    let numeric = event.starts_with("meeting.") || event.starts_with("recording.");
    let Some(id) = object.get_mut("id") else {
        return;
    };
    match id {
        Value::Number(number) if text => *id = json!(number.to_string()),
        Value::String(digits) if numeric && !text => {
            if let Ok(number) = digits.parse::<i64>() {
                *id = json!(number);
            }
        }
        _ => {}
    }
}

/// The user an event is about.
pub fn subject(event: &str, object: &Value) -> Option<String> {
    let name = if event.starts_with("user.") { "id" } else { "host_id" };
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// `{event, event_ts, payload}` in an order that varies, `download_token` beside them. Characters outside the basic plane
/// are `\uXXXX` pairs, other non-ASCII is raw, so that whoever writes the JSON again before checking the signature fails.
pub fn raw(event: &str, payload: &Map<String, Value>, at_ms: i64, token: Option<&str>, number: u64) -> String {
    let payload = json!(payload);
    let token = token.map(|token| format!(",\"download_token\":{}", json!(token))).unwrap_or_default();
    let event = json!(event);
    let text = match number % 2 {
        0 => format!("{{\"event\":{event},\"payload\":{payload},\"event_ts\":{at_ms}{token}}}"),
        _ => format!("{{\"payload\":{payload},\"event_ts\":{at_ms},\"event\":{event}{token}}}"),
    };
    escape(&text)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if u32::from(char) > 0xFFFF {
            let mut pair = [0; 2];
            for unit in char.encode_utf16(&mut pair) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        } else {
            out.push(char);
        }
    }
    out
}

/// Lower-case hexadecimal HMAC-SHA256.
pub fn keyed(secret: &str, text: &str) -> String {
    // HMAC takes keys of every length; the error cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `x-zm-signature` of a body sent at that Unix second.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    format!("v0={}", keyed(secret, &format!("v0:{seconds}:{body}")))
}

/// Hexadecimal groups joined by `_`, as live deliveries have them.
pub fn request_id() -> String {
    let hex = hash(&crate::state::world::random(16));
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A delivery that Zoom signed in July 2024, published with its secret.
    #[test]
    fn signatures_equal_one_that_zoom_made() {
        let body = r#"{"payload":{"plainToken":"xys8n8PGS7mAU0m5-YJjRA"},"event_ts":1720705455858,"event":"endpoint.url_validation"}"#;
        let made = signature("4fv1RkqGQUq5sWbEz6hA5A", 1_720_705_455, body);
        assert_eq!(made, "v0=93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d6");
    }

    #[test]
    fn emoji_are_escaped_and_other_letters_are_not() {
        assert_eq!(escape("Ärger – 🚒"), "Ärger – \\uD83D\\uDE92");
    }
}
