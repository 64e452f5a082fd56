//! How an answer shows that it is the object that was asked for. Any JSON with status 200 would pass as an object whose fields are all
//! absent: a proxy's `{"ok":true}`, or an answer about something else.

use crate::blank::is_blank;
use crate::json::Node;

/// What an object of Zoom's must have. Zoom leaves out fields without a value, so one of several is enough.
#[derive(Clone, Copy, Debug)]
pub enum Mark<'a> {
    /// The object's own name: a number, or a text that is not blank.
    Id(&'static [&'static str]),
    /// The object's own name in one of these fields, and that it is the one that was asked for.
    Named(&'static [&'static str], &'a str),
    /// Fields, whatever their value.
    Field(&'static [&'static str]),
    /// Fields whose names begin so.
    Begins(&'static str),
}

impl Mark<'_> {
    /// Whether the answer has it.
    pub fn is_on(self, answer: &Node<'_>) -> bool {
        match self {
            Self::Id(names) => names.iter().any(|name| answer.field(name).is_some_and(is_id)),
            Self::Named(names, id) => {
                names.iter().any(|name| answer.field(name).is_some_and(|value| is_named(value, id)))
            }
            Self::Field(names) => names.iter().any(|name| answer.field(name).is_some()),
            Self::Begins(start) => {
                matches!(answer, Node::Object(fields) if fields.iter().any(|(name, _)| name.starts_with(start)))
            }
        }
    }

    /// What is missing, for people.
    pub fn missing(self) -> String {
        match self {
            Self::Named(names, id) => format!("no `{}` that is `{id}`", names.join("` or `")),
            Self::Id([name]) | Self::Field([name]) => format!("no `{name}`"),
            Self::Id(names) | Self::Field(names) => format!("none of `{}`", names.join("`, `")),
            Self::Begins(start) => format!("no field that begins with `{start}`"),
        }
    }

    /// The id that was asked for, where the answer must have it.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Named(_, id) => Some(id),
            _ => None,
        }
    }
}

/// Addresses are equal in any case, and UUIDs with or without the `=` at their end.
fn is_named(value: &Node<'_>, id: &str) -> bool {
    let end = |id: &str| id.trim_end_matches('=').to_owned();
    match value {
        Node::Text(text) if id.contains('@') => text.trim().to_lowercase() == id.to_lowercase(),
        Node::Text(text) => end(text.trim()) == end(id),
        Node::Unsigned(number) => number.to_string() == id,
        _ => false,
    }
}

fn is_id(value: &Node<'_>) -> bool {
    match value {
        Node::Text(text) => !is_blank(text),
        Node::Unsigned(_) | Node::Signed(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[track_caller]
    fn check(mark: Mark<'_>, answer: &str, expected: bool) {
        assert_eq!(mark.is_on(&parse(answer.as_bytes()).unwrap()), expected, "{mark:?} {answer}");
    }

    #[test]
    fn an_id_is_a_number_or_a_text_that_is_not_blank() {
        let mark = Mark::Id(&["id", "uuid"]);
        for answer in [r#"{"id":1}"#, r#"{"id":"a"}"#, r#"{"id":"","uuid":"b"}"#] {
            check(mark, answer, true);
        }
        for answer in
            ["{}", "[]", "null", r#""id""#, r#"{"id":null}"#, r#"{"id":" "}"#, r#"{"id":{}}"#, r#"{"id":true}"#]
        {
            check(mark, answer, false);
        }
    }

    #[test]
    fn an_object_has_the_id_that_was_asked_for() {
        let table = [
            ("81234567890", r#"{"id":81234567890}"#, true),
            ("81234567890", r#"{"id":"81234567890"}"#, true),
            ("81234567890", r#"{"id":81234567891}"#, false),
            ("81234567890", r#"{"pmi":"81234567890","id":1}"#, true),
            ("81234567890", r#"{"uuid":"81234567890"}"#, false),
            ("Ada@x.org", r#"{"id":"ada@X.org"}"#, true),
            ("Ada", r#"{"id":"ada"}"#, false),
            ("Ab/Cd==", r#"{"id":"Ab/Cd"}"#, true),
            ("", r#"{"id":null}"#, false),
        ];
        for (id, answer, expected) in table {
            check(Mark::Named(&["id", "pmi"], id), answer, expected);
        }
    }

    #[test]
    fn a_field_may_have_any_value() {
        check(Mark::Field(&["stream_url"]), r#"{"stream_url":""}"#, true);
        check(Mark::Field(&["stream_url"]), r#"{"page":""}"#, false);
        check(Mark::Begins("plan_"), r#"{"plan_base":{}}"#, true);
        check(Mark::Begins("plan_"), r#"{"plans":{}}"#, false);
    }
}
