//! Reading an activity's input strictly: every mistake names its place and the fields that would be right.

use serde::de::DeserializeOwned;

use crate::bindings::contract::Problem;
use crate::blank;
use crate::json::{self, Node, Unfit, Unread, Why};
use crate::problem::{self, invalid};
use crate::service::Outcome;

/// Parse an activity's input.
pub fn parse<T: DeserializeOwned>(json: &str) -> Outcome<T> {
    let node = json::parse(json.as_bytes()).map_err(explain)?;
    if !matches!(node, Node::Object(_)) {
        return Err(invalid("", "the input is not a JSON object", "write the input as `{…}`"));
    }
    blank::refuse(&node)?;
    json::exact(&node).map_err(explain)
}

#[cold]
fn explain(unread: Unread) -> Problem {
    let Unfit { at, why } = match unread {
        Unread::Unfit(unfit) => unfit,
        Unread::Syntax(error) => {
            return invalid("", format!("the input is not JSON: {error}"), "write the input as `{…}`");
        }
    };
    match why {
        Why::Unknown { field, known } => {
            let place = format!("{at}/{}", json::escape(&field));
            let allowed = match known {
                [] => "there are no fields here".to_owned(),
                [one] => format!("expected `{one}`"),
                many => format!("expected one of `{}`", many.join("`, `")),
            };
            invalid(&place, format!("unknown field `{field}`"), format!("remove it, or correct it: {allowed}"))
        }
        Why::Missing(field) => {
            let place = format!("{at}/{}", json::escape(field));
            invalid(&place, format!("the field `{field}` is missing"), format!("add `{field}`"))
        }
        Why::NoList(message) | Why::Other(message) => invalid(
            &at,
            message,
            "give a value of the type that `activity schema` shows; on a command line `=` makes a text, `:=` a number, true, false or a list",
        ),
    }
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
