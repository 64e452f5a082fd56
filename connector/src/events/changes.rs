//! What an update changed, from the two objects Zoom sends: the old one names what changed.

use serde_json::Value;

use crate::bindings::events::Change;
use crate::json;

/// Every leaf of the old object that is another one now. Lists are leaves.
pub fn between(old: &Value, now: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    walk(String::new(), old, Some(now), &mut found);
    found.sort_by(|one, other| one.field.cmp(&other.field));
    found
}

fn walk(at: String, old: &Value, now: Option<&Value>, found: &mut Vec<Change>) {
    match (old, now) {
        (Value::Object(fields), None | Some(Value::Object(_))) => {
            for (name, value) in fields {
                let inner = now.and_then(|now| now.get(name));
                walk(format!("{at}/{}", json::escape(name)), value, inner, found);
            }
        }
        _ if Some(old) != now => {
            let value = |value: &Value| Some(value.clone().into());
            found.push(Change { field: at, before: value(old), after: now.and_then(value) });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_told_with_its_place() {
        let old =
            json!({"id": 1, "topic": "Old", "settings": {"a/b": false, "same": true, "list": [1]}, "agenda": "gone"});
        let now = json!({"id": 1, "topic": "New", "settings": {"a/b": true, "same": true, "list": [1, 2]}, "more": 1});
        let told: Vec<(String, Value, Option<Value>)> = between(&old, &now)
            .into_iter()
            .map(|one| (one.field, one.before.unwrap().into(), one.after.map(Into::into)))
            .collect();
        assert_eq!(
            told,
            [
                ("/agenda".to_owned(), json!("gone"), None),
                ("/settings/a~1b".to_owned(), json!(false), Some(json!(true))),
                ("/settings/list".to_owned(), json!([1]), Some(json!([1, 2]))),
                ("/topic".to_owned(), json!("Old"), Some(json!("New"))),
            ]
        );
    }
}
