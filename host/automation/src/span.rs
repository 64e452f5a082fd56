//! Where a value of a JSON text stands: JSON pointer to byte range. Also finds keys that occur twice.
//!
//! The text must already be valid JSON (serde_json has read it, so nesting is bounded); this scanner only measures. It keeps
//! no table: a place is looked for when a mistake is to be shown, and few are.

use std::collections::HashSet;
use std::ops::Range;

/// The places of a text's values.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    source: &'a str,
}

/// A key that occurs again in the same object.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// Pointer of the member.
    pub pointer: String,
    /// Place of the later key.
    pub range: Range<usize>,
}

#[derive(Clone, Debug)]
struct Place {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl<'a> Spans<'a> {
    /// The places of a valid JSON text.
    pub fn of(source: &'a str) -> Spans<'a> {
        Spans { source }
    }

    /// The range of a value, or of the nearest value around it that exists.
    pub fn value(&self, pointer: &str) -> Range<usize> {
        self.nearest(pointer).value
    }

    /// The range of a member's key; of the value when it is a list's item.
    pub fn key(&self, pointer: &str) -> Range<usize> {
        let Place { key, value } = self.nearest(pointer);
        key.unwrap_or(value.start..(value.start + 1).min(value.end))
    }

    /// Every key that occurs again in its object.
    pub fn duplicates(&self) -> Vec<Duplicate> {
        let mut found = Vec::new();
        Scanner::new(self.source).duplicates(&mut Vec::new(), &mut found);
        found
    }

    fn nearest(&self, pointer: &str) -> Place {
        let mut scanner = Scanner::new(self.source);
        scanner.blank();
        let mut place = Place { key: None, value: scanner.at..scanner.at };
        let mut names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        loop {
            let child = names.next().and_then(|name| scanner.child(&name));
            scanner.at = place.value.start;
            match child {
                Some((key, start)) => {
                    scanner.at = start;
                    place = Place { key, value: start..start };
                }
                None => {
                    scanner.skip();
                    place.value.end = scanner.at;
                    return place;
                }
            }
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
}

impl<'a> Scanner<'a> {
    fn new(source: &'a str) -> Scanner<'a> {
        Scanner { bytes: source.as_bytes(), source, at: 0 }
    }

    /// Goes behind the value that begins here.
    fn skip(&mut self) {
        let mut open = 0_usize;
        loop {
            self.blank();
            match self.peek() {
                Some(b'{' | b'[') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    open = open.saturating_sub(1);
                    self.at += 1;
                }
                Some(b'"') => drop(self.string()),
                Some(b',' | b':') => self.at += 1,
                Some(_) => self.scalar(),
                None => return,
            }
            if open == 0 {
                return;
            }
        }
    }

    /// The key and the beginning of a child of the value that begins here; the last one of that name, as JSON readers have it.
    fn child(&mut self, name: &str) -> Option<(Option<Range<usize>>, usize)> {
        let object = match self.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        let (mut found, mut index) = (None, 0_usize);
        loop {
            self.blank();
            match self.peek()? {
                b'}' | b']' => return found,
                b',' => self.at += 1,
                b'"' if object => {
                    let key = self.string();
                    self.blank();
                    self.at += 1; // the colon
                    self.blank();
                    if self.name(&key) == name {
                        found = Some((Some(key), self.at));
                    }
                    self.skip();
                }
                _ => {
                    if index.to_string() == name {
                        return Some((None, self.at));
                    }
                    index += 1;
                    self.skip();
                }
            }
        }
    }

    /// Reads the value that begins here. `path` are the names that lead to it.
    fn duplicates(&mut self, path: &mut Vec<String>, found: &mut Vec<Duplicate>) {
        self.blank();
        let object = match self.peek() {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return self.skip(),
        };
        self.at += 1;
        let (mut names, mut index) = (HashSet::new(), 0_usize);
        loop {
            self.blank();
            match self.peek() {
                Some(b'}' | b']') | None => break,
                Some(b',') => self.at += 1,
                Some(b'"') if object => {
                    let key = self.string();
                    let name = self.name(&key);
                    self.blank();
                    self.at += 1; // the colon
                    path.push(name.clone());
                    if !names.insert(name) {
                        let pointer = path.iter().fold(String::new(), |pointer, name| join(&pointer, name));
                        found.push(Duplicate { pointer, range: key });
                    }
                    self.duplicates(path, found);
                    path.pop();
                }
                Some(_) => {
                    path.push(index.to_string());
                    index += 1;
                    self.duplicates(path, found);
                    path.pop();
                }
            }
        }
        self.at += 1;
    }

    /// A key's decoded text.
    fn name(&self, key: &Range<usize>) -> String {
        self.source.get(key.clone()).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn scalar(&mut self) {
        while self.peek().is_some_and(|b| !b",]} \t\r\n".contains(&b)) {
            self.at += 1;
        }
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
        let spans = Spans::of(r#"{"a": 1, "a": 2, "b": [{"c": {}, "\u0063": []}]}"#);
        let duplicates = spans.duplicates();
        let pointers: Vec<&str> = duplicates.iter().map(|duplicate| duplicate.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a", "/b/0/c"]);
        assert_eq!(duplicates[0].range, 9..12);
        assert_eq!(spans.value("/a"), 14..15);
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
