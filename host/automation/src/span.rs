//! Where each value of a JSON text stands: JSON pointer to byte range. Also finds keys that occur twice.
//!
//! The text must already be valid JSON (serde_json has read it, so nesting is bounded); this scanner only measures.

use std::collections::HashMap;
use std::ops::Range;

/// The places of a document's values.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    places: HashMap<String, Place>,
    /// Keys that occur again in the same object: pointer of the member, place of the later key.
    pub duplicates: Vec<(String, Range<usize>)>,
}

#[derive(Clone, Debug)]
struct Place {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl Spans {
    /// Measures a valid JSON text.
    pub fn of(source: &str) -> Spans {
        let mut scanner = Scanner { bytes: source.as_bytes(), source, at: 0, spans: Spans::default() };
        scanner.value(String::new(), None);
        scanner.spans
    }

    /// The range of a value, or of the nearest value around it that exists.
    pub fn value(&self, pointer: &str) -> Range<usize> {
        self.nearest(pointer).map_or(0..0, |place| place.value.clone())
    }

    /// The range of a member's key; of the value when it is a list's item.
    pub fn key(&self, pointer: &str) -> Range<usize> {
        self.nearest(pointer)
            .map_or(0..0, |place| place.key.clone().unwrap_or_else(|| place.value.start..place.value.start + 1))
    }

    fn nearest(&self, mut pointer: &str) -> Option<&Place> {
        loop {
            if let Some(place) = self.places.get(pointer) {
                return Some(place);
            }
            pointer = pointer.get(..pointer.rfind('/')?)?;
        }
    }
}

/// Adds a member or position to a JSON pointer.
pub fn join(pointer: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}

/// Byte offset of a line and column, both counted from one, columns in bytes as serde_json counts them.
pub fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Line and column of a byte offset, both counted from one, columns in characters.
pub fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
    (line, column)
}

/// The range in the text of a part of a string's decoded content. `string` is the range of the literal with its quotes.
pub fn inside(source: &str, string: &Range<usize>, part: &Range<usize>) -> Range<usize> {
    let end = string.end.saturating_sub(1);
    let mut raw = string.start + 1;
    let (mut decoded, mut start) = (0, raw);
    while raw < end && decoded < part.end {
        if decoded <= part.start {
            start = raw;
        }
        let rest = source.get(raw..end).unwrap_or_default();
        let (raw_len, decoded_len) = unit(rest);
        raw += raw_len;
        decoded += decoded_len;
    }
    if part.start >= decoded {
        start = raw;
    }
    start..raw.max(start)
}

/// Length of the next character of a literal: in the text, and decoded as UTF-8.
fn unit(rest: &str) -> (usize, usize) {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('u')) => match hex(rest, 2) {
            // The first half of a pair; the second half is another escape.
            Some(0xD800..=0xDBFF) => (12.min(rest.len()), 4),
            Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
            None => (2, 1),
        },
        (Some('\\'), Some(_)) => (2, 1),
        (Some(c), _) => (c.len_utf8(), c.len_utf8()),
        (None, _) => (1, 1),
    }
}

fn hex(rest: &str, at: usize) -> Option<u32> {
    u32::from_str_radix(rest.get(at..at + 4)?, 16).ok()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    source: &'a str,
    at: usize,
    spans: Spans,
}

impl Scanner<'_> {
    fn value(&mut self, pointer: String, key: Option<Range<usize>>) {
        self.blank();
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(&pointer),
            Some(b'[') => self.array(&pointer),
            Some(b'"') => drop(self.string()),
            _ => {
                while self.peek().is_some_and(|b| !b",]} \t\r\n".contains(&b)) {
                    self.at += 1;
                }
            }
        }
        let value = start..self.at;
        self.spans.places.insert(pointer, Place { key, value });
    }

    fn object(&mut self, pointer: &str) {
        self.at += 1;
        loop {
            self.blank();
            match self.peek() {
                Some(b'"') => {
                    let key = self.string();
                    let name: String = self
                        .source
                        .get(key.clone())
                        .and_then(|text| serde_json::from_str(text).ok())
                        .unwrap_or_default();
                    let member = join(pointer, name);
                    if self.spans.places.contains_key(&member) {
                        self.spans.duplicates.push((member.clone(), key.clone()));
                    }
                    self.blank();
                    self.at += 1; // the colon
                    self.value(member, Some(key));
                }
                Some(b',') => self.at += 1,
                _ => break,
            }
        }
        self.at += 1;
    }

    fn array(&mut self, pointer: &str) {
        self.at += 1;
        let mut index = 0;
        loop {
            self.blank();
            match self.peek() {
                Some(b']') | None => break,
                Some(b',') => self.at += 1,
                Some(_) => {
                    self.value(join(pointer, index), None);
                    index += 1;
                }
            }
        }
        self.at += 1;
    }

    fn string(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        start..self.at
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_place() {
        let source = "{\n  \"a\": [1, {\"b/c\": \"x\"}],\n  \"d\": null\n}";
        let spans = Spans::of(source);
        for (pointer, text) in
            [("/a/0", "1"), ("/a/1/b~1c", "\"x\""), ("/d", "null"), ("/a/1/none/such", "{\"b/c\": \"x\"}")]
        {
            assert_eq!(&source[spans.value(pointer)], text, "{pointer}");
        }
        assert_eq!(&source[spans.key("/d")], "\"d\"");
        assert_eq!(position(source, spans.key("/d").start), (3, 3));
    }

    #[test]
    fn a_key_that_occurs_twice_is_found() {
        let spans = Spans::of(r#"{"a": 1, "a": 2}"#);
        assert_eq!(spans.duplicates, [("/a".to_owned(), 9..12)]);
    }

    #[test]
    fn escapes_are_counted_as_the_author_wrote_them() {
        let source = r#""\n\u00e9\ud83d\ude00xyz""#;
        let decoded: String = serde_json::from_str(source).unwrap();
        let start = decoded.find('x').unwrap();
        let part = inside(source, &(0..source.len()), &(start..start + 2));
        assert_eq!(&source[part], "xy");
    }
}
