//! What Zoom stored differently from what was asked.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::bindings::meeting_options::{Settings, TrackingField};
use crate::bindings::meetings::{Meeting, Recurrence};
use crate::bindings::types::Adjustment;
use crate::json;

/// What was asked, in public words. Absent fields were not asked.
#[derive(Serialize, Default)]
pub struct Asked<'a> {
    pub topic: Option<&'a str>,
    pub duration: Option<u32>,
    pub timezone: Option<&'a str>,
    pub agenda: Option<&'a str>,
    pub tracking_fields: Option<&'a [TrackingField]>,
    pub recurrence: Option<&'a Recurrence>,
    pub settings: Option<&'a Settings>,
}

/// Compare with the meeting that Zoom shows. A passcode is compared, never shown. `times` says how the times differ.
pub fn adjusted(
    asked: &Asked<'_>,
    times: Vec<Adjustment>,
    passcode: Option<&str>,
    stored: &Meeting,
) -> Vec<Adjustment> {
    let mut found = times;
    let known: Vec<String> = found.iter().map(|one| one.field.clone()).collect();
    if passcode.is_some() && passcode != stored.passcode.as_deref() {
        found.push(Adjustment { field: "/passcode".to_owned(), asked: "\"(not shown)\"".to_owned(), stored: None });
    }
    found.extend(differences(asked, stored).into_iter().filter(|one| !known.contains(&one.field)));
    found
}

/// Every value of `asked` that `stored` holds differently.
pub fn differences(asked: &impl Serialize, stored: &impl Serialize) -> Vec<Adjustment> {
    let mut found = Vec::new();
    let asked = json::tree(asked);
    let stored = json::tree(stored);
    if let (Value::Object(asked), Value::Object(stored)) = (asked, stored) {
        compare("", &asked, &stored, &mut found);
    }
    found
}

/// Note each asked field that is stored differently, at every depth.
pub fn compare(at: &str, asked: &Map<String, Value>, stored: &Map<String, Value>, found: &mut Vec<Adjustment>) {
    for (key, asked) in asked {
        let field = format!("{at}/{key}");
        match (asked, stored.get(key)) {
            (Value::Object(asked), Some(Value::Object(stored))) => compare(&field, asked, stored, found),
            (asked, Some(stored)) if same(asked, stored) => {}
            (Value::Object(asked), None) => compare(&field, asked, &Map::new(), found),
            (Value::Array(list), None) if list.is_empty() => {}
            (Value::Array(asked), Some(Value::Array(stored))) if of_objects(asked) && asked.len() == stored.len() => {
                for (n, pair) in asked.iter().zip(stored).enumerate() {
                    if let (Value::Object(asked), Value::Object(stored)) = pair {
                        compare(&format!("{field}/{n}"), asked, stored, found);
                    }
                }
            }
            (Value::String(text), None) if text.is_empty() => {}
            (asked, stored) => {
                found.push(Adjustment { field, asked: asked.to_string(), stored: stored.map(Value::to_string) });
            }
        }
    }
}

fn of_objects(list: &[Value]) -> bool {
    list.iter().all(Value::is_object)
}

/// Lists of addresses and days have no order, addresses no case.
fn same(asked: &Value, stored: &Value) -> bool {
    match (asked, stored) {
        (Value::Array(asked), Value::Array(stored)) => {
            let sorted = |list: &[Value]| {
                let mut list: Vec<_> = list.iter().map(|item| item.to_string().to_lowercase()).collect();
                list.sort();
                list
            };
            sorted(asked) == sorted(stored)
        }
        _ => asked == stored,
    }
}
