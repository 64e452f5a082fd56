//! Rows that Zoom sends and its documents do not allow: changes to objects of answers, by their id.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::http::answer::{Answer, Content};

/// Names under which an object of an answer is known.
const KEYS: [&str; 5] = ["uuid", "id", "email", "occurrence_id", "name"];

/// One object, and how answers differ from what they should be.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// UUID, id or e-mail of the object.
    pub key: String,
    /// These fields have these values.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// These fields are missing.
    #[serde(default)]
    pub drop: Vec<String>,
}

/// The answer with every patched object changed, however deep it is. Errors and non-JSON stay as they are.
pub fn apply(patches: &[Patch], mut answer: Answer) -> Answer {
    if patches.is_empty() || answer.status >= 300 {
        return answer;
    }
    let Content::Bytes(bytes) = &answer.content else {
        return answer;
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else {
        return answer;
    };
    change(patches, &mut body);
    answer.content = Content::Bytes(body.to_string().into_bytes());
    answer
}

fn change(patches: &[Patch], value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| change(patches, item)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|item| change(patches, item));
            let names: Vec<String> = KEYS.iter().filter_map(|key| fields.get(*key)).map(plain).collect();
            for patch in patches.iter().filter(|patch| names.contains(&patch.key)) {
                fields.extend(patch.set.clone());
                fields.retain(|name, _| !patch.drop.contains(name));
            }
        }
        _ => {}
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `/_emulator/patches`: one or a list to add.
pub fn add(patches: &mut Vec<Patch>, body: Value) -> Answer {
    let list = if body.is_array() { body } else { Value::Array(vec![body]) };
    match serde_json::from_value::<Vec<Patch>>(list) {
        Ok(new) => {
            patches.extend(new);
            Answer::json(200, &json!({"patches": patches}))
        }
        Err(error) => Answer::json(400, &json!({"error": error.to_string()})),
    }
}
