//! How an answer shows that it is the object that was asked for. Any JSON with status 200 would pass as an object whose fields are all
//! absent: a proxy's `{"ok":true}`, or an answer about something else.

use crate::blank::is_blank;
use crate::json::Node;

/// What an object of Zoom's must have. Zoom leaves out fields without a value, so one of several is enough.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// The object's own name: a number, or a text that is not blank.
    Id(&'static [&'static str]),
    /// Fields, whatever their value.
    Field(&'static [&'static str]),
    /// Fields whose names begin so.
    Begins(&'static str),
}

impl Mark {
    /// Whether the answer has it.
    pub fn is_on(self, answer: &Node<'_>) -> bool {
        match self {
            Self::Id(names) => names.iter().any(|name| answer.field(name).is_some_and(is_id)),
            Self::Field(names) => names.iter().any(|name| answer.field(name).is_some()),
            Self::Begins(start) => {
                matches!(answer, Node::Object(fields) if fields.iter().any(|(name, _)| name.starts_with(start)))
            }
        }
    }

    /// What is missing, for people.
    pub fn missing(self) -> String {
        match self {
            Self::Id([name]) | Self::Field([name]) => format!("no `{name}`"),
            Self::Id(names) | Self::Field(names) => format!("none of `{}`", names.join("`, `")),
            Self::Begins(start) => format!("no field that begins with `{start}`"),
        }
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
    fn check(mark: Mark, answer: &str, expected: bool) {
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
    fn a_field_may_have_any_value() {
        check(Mark::Field(&["stream_url"]), r#"{"stream_url":""}"#, true);
        check(Mark::Field(&["stream_url"]), r#"{"page":""}"#, false);
        check(Mark::Begins("plan_"), r#"{"plan_base":{}}"#, true);
        check(Mark::Begins("plan_"), r#"{"plans":{}}"#, false);
    }
}
