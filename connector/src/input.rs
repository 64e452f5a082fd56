//! Reading an activity's input strictly: every mistake names its place and the fields that would be right.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{self, invalid};
use crate::service::Outcome;

/// Parse an activity's input.
pub fn parse<T: DeserializeOwned>(json: &str) -> Outcome<T> {
    let value: Value = match serde_json::from_str(json) {
        Ok(value @ Value::Object(_)) => value,
        Ok(_) => {
            return Err(invalid("", "the input is not a JSON object", "write the input as `{…}`"));
        }
        Err(error) => {
            return Err(invalid("", format!("the input is not JSON: {error}"), "write the input as `{…}`"));
        }
    };
    serde_path_to_error::deserialize(value).map_err(|error| {
        let at = pointer(error.path());
        let message = error.into_inner().to_string();
        if let Some(expected) = message.strip_prefix("unknown field ") {
            let (field, allowed) = expected.split_once(", ").unwrap_or((expected, "there are no fields here"));
            let name = field.trim_matches('`');
            let place = if at.ends_with(&format!("/{name}")) { at } else { format!("{at}/{}", escape(name)) };
            invalid(&place, format!("unknown field {field}"), format!("remove it, or correct it: {allowed}"))
        } else if let Some(field) = message.strip_prefix("missing field ") {
            let place = format!("{at}/{}", escape(field.trim_matches('`')));
            invalid(&place, format!("the field {field} is missing"), format!("add {field}"))
        } else {
            invalid(&at, message, "give a value of the type that `activity schema` shows")
        }
    })
}

/// Refuse a text longer than `most` characters.
pub fn at_most(field: &str, text: Option<&str>, most: usize) -> Outcome<()> {
    match text.map(|text| text.chars().count()) {
        Some(count) if count > most => {
            Err(invalid(field, format!("{count} characters are too many"), format!("use at most {most} characters")))
        }
        _ => Ok(()),
    }
}

/// Refuse a number outside a range.
pub fn within(field: &str, number: Option<u32>, range: std::ops::RangeInclusive<u32>) -> Outcome<()> {
    match number {
        Some(number) if !range.contains(&number) => Err(invalid(
            field,
            format!("{number} is out of range"),
            format!("use {} to {}", range.start(), range.end()),
        )),
        _ => Ok(()),
    }
}

/// Refuse `limit: 0`, which asks for nothing.
pub fn limit(limit: Option<u32>) -> Outcome<Option<usize>> {
    within("/limit", limit, 1..=u32::MAX)?;
    limit.map(|n| usize::try_from(n).map_err(|_| problem::broken("the limit is too large"))).transpose()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{}", escape(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::meetings::CreateMeeting;

    #[track_caller]
    fn refused(json: &str, pointer: &str, fix: &str) {
        let problem = parse::<CreateMeeting>(json).unwrap_err();
        assert_eq!(problem.code, "input.invalid");
        assert_eq!(problem.pointer.as_deref(), Some(pointer), "{problem:?}");
        assert!(problem.fix.as_deref().unwrap().contains(fix), "{problem:?}");
        assert!(problem.not_sent);
    }

    #[test]
    fn an_unknown_field_names_the_allowed_ones() {
        refused(r#"{"topik":"x"}"#, "/topik", "`topic`");
        refused(r#"{"topic":"x","settings":{"waiting":true}}"#, "/settings/waiting", "`waiting_room`");
    }

    #[test]
    fn a_wrong_type_a_wrong_case_and_a_missing_field_name_their_place() {
        refused(r#"{"topic":"x","duration":"45"}"#, "/duration", "type");
        refused(r#"{"topic":"x","kind":"weekly"}"#, "/kind", "type");
        refused(r#"{"topic":"x","settings":{"alternative_hosts":[1]}}"#, "/settings/alternative_hosts/0", "type");
        refused("{}", "/topic", "add `topic`");
    }

    #[test]
    fn rubbish_is_refused() {
        refused("[]", "", "{");
        refused("{", "", "{");
    }
}
