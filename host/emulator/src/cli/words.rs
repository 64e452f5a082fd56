//! What people type.

use serde_json::{Value, json};

/// Seconds of `90s`, `20m`, `3h`, `2d` or plain `90`.
pub fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a time: write 90s, 20m, 3h or 2d");
    let digits = text.trim_start_matches('+').trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let unit = text.trim_start_matches('+').strip_prefix(digits).unwrap_or_default();
    let number: i64 = digits.parse().map_err(|_| wrong())?;
    let each = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(each).ok_or_else(wrong)
}

/// `name=value`; the value is JSON where it is JSON, and text otherwise.
pub fn field(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or(format!("`{text}` is no NAME=VALUE"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let read: Vec<_> = ["90", "90s", "20m", "+3h", "2d"].map(seconds).into_iter().flatten().collect();
        assert_eq!(read, [90, 90, 1200, 10_800, 172_800]);
        for wrong in ["", "h", "3w", "1.5h", "9223372036854775807d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_json_or_text() {
        assert_eq!(field("status=503"), Ok(("status".into(), json!(503))));
        assert_eq!(field("operation=GET users/*"), Ok(("operation".into(), json!("GET users/*"))));
        assert!(field("alone").is_err());
    }
}
