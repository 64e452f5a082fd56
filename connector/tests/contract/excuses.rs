//! Violations, less those that are known faults of the documents: `excuses.json` lists each with its reason.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;
use switchboard_connector_zoom::bindings::http::Response;

/// A fault of the documents, or a deviation that is known and explained.
#[derive(Deserialize)]
struct Excuse {
    /// `GET /users/*/recordings`; `*` stands for one segment, or for the whole operation when it stands alone.
    operation: String,
    /// Part of the violation's place, for example `response.body.meetings`; list places by `*`.
    place: String,
    /// Part of the violation's text, where the place alone would excuse too much.
    #[serde(default)]
    message: String,
    reason: String,
}

/// What is left of one exchange's violations.
pub struct Judged {
    pub wrong: Vec<String>,
    pub excused: bool,
}

pub fn judge(operation: &str, response: &Response) -> Judged {
    let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("sl-violations"));
    let list: Vec<Value> =
        header.map(|header| serde_json::from_str(&header.value).unwrap_or_default()).unwrap_or_default();
    // Without a documented answer to refuse with, the referee refuses in its own words.
    let own =
        response.headers.iter().any(|header| header.name == "content-type" && header.value.contains("problem+json"));
    let body: Value = if own { serde_json::from_slice(&response.body).unwrap_or_default() } else { Value::Null };
    let refused = body["validation"].as_array().cloned().unwrap_or_default();
    let unknown = own && refused.is_empty();
    let mut judged = Judged { wrong: Vec::new(), excused: false };
    if unknown {
        judged.wrong.push(format!("{operation}: {} {}", body["title"], body["detail"]));
    }
    for violation in list.iter().chain(&refused).filter(|violation| violation["severity"] == "Error") {
        let place: Vec<String> = violation["location"].as_array().into_iter().flatten().map(part).collect();
        let place = place.join(".");
        if excused(operation, &place, violation["message"].as_str().unwrap_or_default()) {
            judged.excused = true;
        } else {
            judged.wrong.push(format!("{operation}: {place}: {}", violation["message"].as_str().unwrap_or_default()));
        }
    }
    judged
}

fn part(part: &Value) -> String {
    let text = part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    if text.chars().all(|c| c.is_ascii_digit()) { "*".to_owned() } else { text }
}

/// Whether it is known that no document has the path of this activity.
pub fn has_no_path(activity: &str) -> bool {
    excused(activity, "path", "")
}

/// Whether it is known that the documented answer of this activity leads to itself for ever, so that it cannot be read whole.
pub fn has_no_end(activity: &str) -> bool {
    excused(activity, "end", "")
}

fn excused(operation: &str, place: &str, message: &str) -> bool {
    static ALL: OnceLock<Vec<Excuse>> = OnceLock::new();
    let all = ALL.get_or_init(|| serde_json::from_str(include_str!("excuses.json")).expect("excuses.json"));
    all.iter().any(|excuse| {
        !excuse.reason.is_empty()
            && fits(&excuse.operation, operation)
            && place.contains(&excuse.place)
            && message.contains(&excuse.message)
    })
}

fn fits(pattern: &str, operation: &str) -> bool {
    let (known, sent): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), operation.split('/').collect());
    pattern == "*"
        || known.len() == sent.len() && known.iter().zip(sent).all(|(known, sent)| *known == "*" || *known == sent)
}
