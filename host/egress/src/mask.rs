//! Places of a text replaced, so that JSON stays JSON.

use std::ops::Range;

use crate::known_secrets::join;

const MASK: &[u8] = b"[hidden]";

/// Where a string ends, looked for after a secret in it.
const LONGEST_KEY: usize = 256;

/// The text with each place replaced. Keys of JSON are numbered from the second on: two that became the same would be one.
pub(crate) fn mask(text: &[u8], found: Vec<Range<usize>>) -> Vec<u8> {
    let found = found.into_iter().map(|range| escape_start(text, range.start)..range.end).collect();
    let (mut mask, mut done) = (Mask { out: Vec::with_capacity(text.len()), keys: 0 }, 0);
    for Range { start, end } in join(found) {
        mask.out.extend_from_slice(text.get(done..start).unwrap_or_default());
        mask.part(text.get(start..end).unwrap_or_default(), text.get(end..).unwrap_or_default());
        done = end;
    }
    mask.out.extend_from_slice(text.get(done..).unwrap_or_default());
    mask.out
}

struct Mask {
    out: Vec<u8>,
    /// Keys that were replaced.
    keys: usize,
}

impl Mask {
    /// One secret, and the text after it. Where it is parted by what gives JSON its form, that stays, and a number stays a number.
    fn part(&mut self, part: &[u8], rest: &[u8]) {
        // `71e5` is a number of JSON too: other letters stand in quotes there.
        if is_number(part) || part.len() > 1 && part.split(|byte| b"eE".contains(byte)).all(is_number) {
            return self.replace(b"0", is_key(rest));
        }
        let mut escaped = false;
        let form: Vec<(bool, u8)> = part
            .iter()
            .map(|byte| {
                let is_form = !escaped && b"\"[]{},: \t\r\n".contains(byte);
                escaped = !escaped && *byte == b'\\';
                (is_form, *byte)
            })
            .collect();
        let quoted = form.contains(&(true, b'"'));
        if !quoted && !form.iter().all(|(is_form, byte)| *is_form || is_number(&[*byte])) {
            return self.replace(MASK, is_key(rest));
        }
        let mut at = 0;
        for piece in form.chunk_by(|a, b| a.0 == b.0) {
            let start = at;
            at += piece.len();
            let bytes = part.get(start..at).unwrap_or_default();
            if piece.first().is_some_and(|(is_form, _)| *is_form) {
                self.out.extend_from_slice(bytes);
            } else {
                let after = if at < part.len() { part.get(at..).unwrap_or_default() } else { rest };
                self.replace(if is_number(bytes) { b"0" } else { MASK }, is_key(after));
            }
        }
    }

    fn replace(&mut self, mask: &[u8], is_key: bool) {
        self.keys += usize::from(is_key);
        if is_key && self.keys > 1 {
            self.out.extend_from_slice(format!("[hidden {}]", self.keys).as_bytes());
        } else {
            self.out.extend_from_slice(mask);
        }
    }
}

fn is_number(part: &[u8]) -> bool {
    part.iter().all(|byte| byte.is_ascii_digit() || b"-.".contains(byte))
}

/// Whether what stands before this text belongs to a key: its string ends, and a colon follows.
fn is_key(after: &[u8]) -> bool {
    let start = after.get(..after.len().min(LONGEST_KEY)).unwrap_or_default();
    let Some(quote) = start.iter().position(|byte| *byte == b'"') else { return false };
    let rest = after.get(quote + 1..).unwrap_or_default();
    rest.trim_ascii_start().first() == Some(&b':')
}

/// The beginning of the JSON escape that `at` stands in, so that no half of one is left: `\[hidden]` would be no JSON.
fn escape_start(text: &[u8], at: usize) -> usize {
    for back in 1..=5.min(at) {
        let slash = at - back;
        if text.get(slash) == Some(&b'\\') {
            let run = text.get(..slash).unwrap_or_default().iter().rev().take_while(|byte| **byte == b'\\').count();
            let covers = back == 1 || text.get(slash + 1) == Some(&b'u');
            return if covers && run % 2 == 0 { slash } else { at };
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::KnownSecrets;

    #[test]
    fn keys_of_an_object_stay_apart() {
        let known = KnownSecrets::of(["abcdefghijkl0123456789", "mnopqrstuvwx0123456789", "123456789012345"]);
        for (text, expected) in [
            (
                r#"{"abcdefghijkl0123456789":1,"mnopqrstuvwx0123456789" : 2,"x":"abcdefghijkl0123456789"}"#,
                r#"{"[hidden]":1,"[hidden 2]" : 2,"x":"[hidden]"}"#,
            ),
            (
                r#"{"a abcdefghijkl0123456789 b":1,"a mnopqrstuvwx0123456789 b":2}"#,
                r#"{"a [hidden] b":1,"a [hidden 2] b":2}"#,
            ),
            (r#"{"12345":67890,"12345":1}"#, r#"{"0":0,"[hidden 2]":1}"#),
            (
                r#"{"t":"{\"abcdefghijkl0123456789\":1,\"mnopqrstuvwx0123456789\":2}"}"#,
                r#"{"t":"{\"[hidden]\":1,\"[hidden 2]\":2}"}"#,
            ),
        ] {
            assert_eq!(known.scrub_text(text.to_owned()), expected);
        }
    }

    #[test]
    fn a_list_of_pieces_stays_json() {
        let known = KnownSecrets::of(["abcdefghijkl0123456789", "123456789012345"]);
        for (text, expected) in [
            (r#"{"a":["abcdefgh","ijkl0123","456789"]}"#, r#"{"a":["[hidden]","[hidden]","0"]}"#),
            (r#"{"a":"[\"abcdefgh\",\"ijkl0123456789\"]"}"#, r#"{"a":"[\"[hidden]\"]"}"#),
            ("[12345,67890,12345]", "[0,0,0]"),
            ("[4162,63e4,65,66,41e2]", "[4162,63e4,65,66,41e2]"),
            (r#"[123456,"789012345"]"#, r#"[0,"0"]"#),
            (r#"["abcde\"fgh\\","ijkl0123456789"]"#, r#"["[hidden]","[hidden]"]"#),
        ] {
            assert_eq!(known.scrub_text(text.to_owned()), expected);
            assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok(), "{expected}");
        }
    }
}
