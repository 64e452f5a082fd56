//! An empty id is not an absent one: `occurrence_id=` may mean the whole series to Zoom. Nothing empty or blank is taken where it would
//! choose what a request acts on.

use crate::bindings::contract::Problem;
use crate::json::{Node, escape};
use crate::problem::invalid;
use crate::service::Outcome;

/// Texts and lists that people may leave empty, by the field's name: an empty one clears what is stored, or is content. Everything else
/// that is given must say something.
const MAY_BE_EMPTY: &[&str] = &[
    // what people read
    "address",
    "agenda",
    "city",
    "comments",
    "company",
    "cost_center",
    "country",
    "department",
    "display_name",
    "industry",
    "job_title",
    "last_name",
    "location",
    "no_of_employees",
    "employees",
    "org",
    "organization",
    "phone",
    "pronouns",
    "purchase_role",
    "purchasing_time_frame",
    "rating_max_label",
    "rating_min_label",
    "role_in_purchase_process",
    "state",
    "value",
    "zip",
    // an empty list removes all
    "alternative_hosts",
    "breakout_rooms",
    "custom",
    "interpreters",
    "standard",
    "tracking_fields",
    // questions without choices, rooms without people
    "answers",
    "participants",
    "prompts",
    "right_answers",
];

/// Any JSON, which the activity itself looks through.
const ANY: [&str; 2] = ["query", "body"];

/// Refuse an input with an empty or blank value in a place that needs one.
pub fn refuse(input: &Node<'_>) -> Outcome<()> {
    match find(input, "", "", &mut |field| !ANY.contains(&field), &|field| !MAY_BE_EMPTY.contains(&field)) {
        Some(at) => Err(empty(&at)),
        None => Ok(()),
    }
}

/// Refuse a body with an empty id, token or address.
pub fn refuse_ids(at: &str, body: &Node<'_>) -> Outcome<()> {
    match find(body, at, "", &mut |_| true, &is_id) {
        Some(at) => Err(empty(&at)),
        None => Ok(()),
    }
}

/// Without the zero-width characters that are no white space by their class.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'))
}

/// Something is given at a place, and it is empty.
pub fn empty(at: &str) -> Problem {
    invalid(
        at,
        "this is empty",
        "give a value, or leave the field out; where it comes from an expression, look why that is empty",
    )
}

/// Whether a field of Zoom's names what a request acts on.
fn is_id(field: &str) -> bool {
    const WHOLE: [&str; 6] = ["id", "ids", "email", "schedule_for", "uuid", "next_page_token"];
    WHOLE.contains(&field) || ["_id", "_ids", "_email", "_uuid"].iter().any(|end| field.ends_with(end))
}

/// The place of the first empty value whose field `needs` one. Elements of a list are under the list's field.
fn find(
    node: &Node<'_>,
    at: &str,
    field: &str,
    enter: &mut dyn FnMut(&str) -> bool,
    needs: &dyn Fn(&str) -> bool,
) -> Option<String> {
    match node {
        Node::Text(text) if is_blank(text) && !field.is_empty() && needs(field) => Some(at.to_owned()),
        Node::List(items) if items.is_empty() && !field.is_empty() && needs(field) => Some(at.to_owned()),
        // No list has empty elements, not even one that may be empty itself.
        Node::List(items) => items.iter().enumerate().find_map(|(n, item)| match item {
            Node::Text(text) if is_blank(text) && !field.is_empty() => Some(format!("{at}/{n}")),
            item => find(item, &format!("{at}/{n}"), field, enter, needs),
        }),
        Node::Object(fields) => fields.iter().find_map(|(name, value)| {
            if enter(name) { find(value, &format!("{at}/{}", escape(name)), name, enter, needs) } else { None }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn place(input: &str) -> Option<String> {
        refuse(&parse(input.as_bytes()).unwrap()).err().and_then(|problem| problem.pointer)
    }

    #[test]
    fn empty_and_blank_values_are_found_at_their_place() {
        for (input, at) in [
            (r#"{"id":"1","occurrence_id":""}"#, "/occurrence_id"),
            (r#"{"occurrence_id":" \t"}"#, "/occurrence_id"),
            ("{\"email\":\"\u{feff}\u{200b}\"}", "/email"),
            (r#"{"users":[]}"#, "/users"),
            (r#"{"users":["a",""]}"#, "/users/1"),
            (r#"{"settings":{"alternative_hosts":["a@x.org"," "]}}"#, "/settings/alternative_hosts/1"),
            (r#"{"registrants":[{"id":"r"},{"id":""}]}"#, "/registrants/1/id"),
        ] {
            assert_eq!(place(input).as_deref(), Some(at), "{input}");
        }
    }

    #[test]
    fn what_may_be_cleared_may_be_empty() {
        for input in [
            r#"{"id":"1","agenda":"","settings":{"alternative_hosts":[],"interpreters":[]}}"#,
            r#"{"path":"/x","query":{"a":""},"body":{"agenda":""}}"#,
            r#"{"limit":0,"settings":{"waiting_room":false}}"#,
        ] {
            assert_eq!(place(input), None, "{input}");
        }
    }
}
