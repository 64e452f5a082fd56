//! Where a list of recordings goes on: a place in the order newest first, which new recordings and deletions do not move.

use std::cmp::Reverse;

use crate::bindings::recordings::Recording;
use crate::dates::Day;
use crate::problem::invalid;
use crate::service::Outcome;

/// The place.
#[derive(Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Last day still to be read.
    pub end: Day,
    /// Days of the next window, where a month holds too many.
    pub span: Option<i64>,
    /// Start and UUID of the last recording given, when the rest of its day is still to come.
    pub after: Option<(String, String)>,
}

impl Cursor {
    /// Read what [`Cursor::text`] wrote.
    pub fn parse(text: &str) -> Outcome<Self> {
        Self::read(text).ok_or_else(|| {
            invalid("/next", "this is not a token of this list", "give `coverage.next` of the answer before, unchanged")
        })
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let (end, span) = (Day::parse(parts.next()?)?, parts.next()?);
        let span = match span.parse::<i64>().ok()? {
            0 => None,
            span if (1..=31).contains(&span) => Some(span),
            _ => return None,
        };
        let after = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => None,
            (Some(start), Some(uuid), None) => Some((start.to_owned(), uuid.to_owned())),
            _ => return None,
        };
        Some(Self { end, span, after })
    }

    /// One line of text.
    pub fn text(&self) -> String {
        let span = self.span.unwrap_or(0);
        match &self.after {
            Some((start, uuid)) => format!("{}~{span}~{start}~{uuid}", self.end),
            None => format!("{}~{span}", self.end),
        }
    }

    /// Whether the recording was given before.
    pub fn passed(&self, recording: &Recording) -> bool {
        self.after.as_ref().is_some_and(|(start, uuid)| order(recording) <= (Reverse(start.as_str()), uuid.as_str()))
    }
}

/// Newest first; the UUID decides between equal starts.
pub fn order(recording: &Recording) -> (Reverse<&str>, &str) {
    (Reverse(recording.start_time.as_deref().unwrap_or_default()), &recording.meeting_uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let day = Day::parse("2026-05-14").unwrap();
        for cursor in [
            Cursor { end: day, span: None, after: None },
            Cursor {
                end: day,
                span: Some(12),
                after: Some(("2026-05-14T10:00:00Z".to_owned(), "/aj//p==".to_owned())),
            },
        ] {
            assert_eq!(Cursor::parse(&cursor.text()).unwrap(), cursor);
        }
        for text in ["", "x", "2026-05-14", "2026-05-14~99", "2026-05-14~3~a", "2026-05-14~3~a~b~c"] {
            assert_eq!(Cursor::parse(text).unwrap_err().pointer.as_deref(), Some("/next"), "{text}");
        }
    }
}
