//! The contract's `json` record: any JSON value. In JSON it is that value; typed callers hold its text.

use serde_json::Value;

use crate::bindings::types::Json;

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self { text: value.to_string() }
    }
}

impl From<Json> for Value {
    /// Text that is no JSON stays a text.
    fn from(json: Json) -> Self {
        serde_json::from_str(&json.text).unwrap_or(Value::String(json.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_the_round_trip() {
        for text in [r#"{"a":[1,null,18446744073709551615]}"#, r#""words""#, r#""{\"a\":1}""#, "null", "1.5", "[]"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(Value::from(Json::from(value.clone())), value, "{text}");
        }
        assert_eq!(Value::from(Json { text: "no json".to_owned() }), Value::from("no json"));
    }
}
