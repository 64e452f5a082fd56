//! Cutting a string into text and expressions.

use std::ops::Range;

use super::ExprError;

/// A piece of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// As it stands.
    Text(&'a str),
    /// What stands between `${{` and `}}`.
    Expression {
        /// The expression.
        source: &'a str,
        /// Its bytes in the string.
        at: Range<usize>,
    },
}

/// Cuts a string. Quotes and braces inside expressions are respected; spaces around a sole expression are dropped.
pub fn parts(text: &str) -> Result<Vec<Part<'_>>, ExprError> {
    let trimmed = text.trim();
    let sole = trimmed.starts_with("${{") && trimmed.ends_with("}}");
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(open) = text.get(rest..).and_then(|tail| tail.find("${{")).map(|at| at + rest) {
        let start = open + 3;
        let end = close(text, start).ok_or_else(|| ExprError {
            message: "the expression does not end".to_owned(),
            fix: Some("close it with `}}`".to_owned()),
            range: open..text.len(),
        })?;
        let (before, source) = (text.get(rest..open), text.get(start..end).unwrap_or_default());
        found.extend(before.filter(|text| !text.is_empty()).map(Part::Text));
        found.push(Part::Expression { source, at: start..end });
        rest = end + 2;
    }
    found.extend(text.get(rest..).filter(|text| !text.is_empty()).map(Part::Text));
    if sole && found.iter().filter(|part| matches!(part, Part::Expression { .. })).count() == 1 {
        found.retain(|part| matches!(part, Part::Expression { .. }));
    }
    Ok(found)
}

/// Where the `}}` of an expression stands that begins at `start`.
fn close(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (start, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = quoted(bytes, at),
            b'{' => open += 1,
            b'}' if open > 0 => open -= 1,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The closing quote of the literal that begins at `at`, or the end.
pub(super) fn quoted(bytes: &[u8], at: usize) -> usize {
    let quote = bytes.get(at).copied();
    let mut next = at + 1;
    while let Some(&byte) = bytes.get(next) {
        match byte {
            b'\\' => next += 1,
            _ if Some(byte) == quote => return next,
            _ => {}
        }
        next += 1;
    }
    next
}
