//! What a guest says, within limits: outputs, problems, lines of its log.

use serde_json::Value;
use switchboard_egress::is_hidden;
use switchboard_json::{JsonError, Limits};

/// Most that a guest hands over at once, bytes: an answer of the service has 8 MiB at most, and an output that repeats it is
/// somewhat longer.
pub(crate) const HANDOVER: usize = 12 << 20;

/// An output. 1,300 recordings with eight files each, the most that one call lists, take two thirds of the memory.
const OUTPUT: Limits = Limits { text: HANDOVER, depth: 64, memory: 80 << 20 };

/// The details of a problem: a status, some codes and fields.
const DETAILS: Limits = Limits { text: 64 << 10, depth: 16, memory: 1 << 20 };

/// An event; a delivery has a megabyte at most.
const EVENT: Limits = Limits { text: 2 << 20, depth: 64, memory: 32 << 20 };

/// Longest text for people, characters.
const SENTENCE: usize = 2_000;

/// Longest code, bytes.
const CODE: usize = 64;

/// The output of an activity; what is wrong with it where it is none.
pub(crate) fn output(text: &str) -> Result<Value, String> {
    match switchboard_json::read(text.as_bytes(), OUTPUT) {
        Ok(Value::Object(fields)) => Ok(Value::Object(fields)),
        Ok(_) => Err("returned JSON that is not an object".to_owned()),
        Err(error) => Err(mistake(&error)),
    }
}

/// The body of a request, to be shown; none where it is no JSON.
pub(crate) fn body(text: &str) -> Option<Value> {
    switchboard_json::read(text.as_bytes(), OUTPUT).ok()
}

/// An event as the guest reads it.
pub(crate) fn event(text: &str) -> Result<Value, String> {
    switchboard_json::read(text.as_bytes(), EVENT).map_err(|error| mistake(&error))
}

/// The details of a problem. Those that cannot be read are not passed over in silence.
pub(crate) fn details(text: &str) -> Value {
    let left_out = |error: JsonError| serde_json::json!({ "left_out": error.to_string() });
    switchboard_json::read(text.as_bytes(), DETAILS).unwrap_or_else(left_out)
}

/// Text for people, cut where it is too long.
pub(crate) fn sentence(text: String) -> String {
    cut(text, SENTENCE)
}

/// The first `most` characters, with a mark where more was there.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.shrink_to_fit();
        text.push('…');
    }
    text
}

/// Whether a code is one: visible ASCII, and short.
pub(crate) fn is_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= CODE && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// One line without what a terminal would obey.
pub(crate) fn line(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if is_command(c) { ' ' } else { c }).collect()
}

/// What is not seen. Joiners stay for who prints the line: emoji and several scripts need them.
fn is_command(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

fn mistake(error: &JsonError) -> String {
    match error {
        JsonError::Syntax(error) => format!("returned no JSON: {error}"),
        limit => format!("returned too much: {limit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(cut("äöü".to_owned(), 2), "äö…");
        assert_eq!(cut("äöü".to_owned(), 3), "äöü");
    }

    #[test]
    fn a_line_has_nothing_that_a_terminal_obeys() {
        assert_eq!(line("a\x1b[2J\nb\u{202e}c\u{9b}d\0", 100), "a [2J b c d ");
    }

    #[test]
    fn details_that_cannot_be_read_are_named() {
        assert_eq!(details(r#"{"status":404}"#)["status"], 404);
        assert!(details("{").get("left_out").is_some());
        assert!(details(&format!("[{}1]", "{},".repeat(30_000)))["left_out"].as_str().unwrap().contains("bytes"));
    }

    #[test]
    fn codes_are_short_words() {
        assert!(is_code("refused.host"));
        for code in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert!(!is_code(code), "{code:?}");
        }
    }
}
