//! A text with its escapes resolved, however deep they are nested, and the way back.
//!
//! Each byte is read once: an escape is resolved as soon as its last byte is there, and what it stands for may end another one.

use std::ops::{Deref, Range};

use memchr::{memchr_iter, memchr3};

/// The longest escape that is looked for, zeros at its beginning aside: `&#1114111;`, `\u{10ffff}`.
const LONGEST: usize = 11;

/// Which escapes are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// `\u0041`, `\u{41}`, `\x{41}`, `\x41`, `\101`, `\n`, `%41`, `%u0041`, `&#x41;`, `&#65;`, `&amp;`.
    Usual,
    /// Also `=41`, `0x41` and `\60`, which honest texts have in another meaning. Blanks and line ends are left out: an escape may be
    /// parted by one.
    All,
}

/// A resolved text.
pub(crate) struct Plain {
    bytes: Vec<u8>,
    /// Where each byte came from. Answers have at most 8 MiB.
    starts: Vec<u32>,
}

impl Plain {
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self { bytes: Vec::with_capacity(length), starts: Vec::with_capacity(length) }
    }

    pub(crate) fn push(&mut self, byte: u8, source: usize) {
        self.bytes.push(byte);
        self.starts.push(u32::at(source));
    }

    /// Where these places came from in the text that was resolved, without the blanks after them that were left out.
    pub(crate) fn sources(&self, text: &[u8], found: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let source = |at: usize| self.starts.get(at).map_or(text.len(), |start| *start as usize);
        let places = found.into_iter().map(|range| {
            let (start, end) = (source(range.start), source(range.end));
            let part = text.get(start..end).unwrap_or_default();
            start..start + part.trim_ascii_end().len()
        });
        places.collect()
    }
}

impl Deref for Plain {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The text without its escapes; `None` if it has none.
pub(crate) fn unescape(text: &[u8], escapes: Escapes) -> Option<Vec<u8>> {
    let mut reader = Reader::<()>::begin(text, escapes)?;
    reader.read(text);
    reader.resolved.then_some(reader.bytes)
}

/// The same, with the way back.
pub(crate) fn unescape_traced(text: &[u8], escapes: Escapes) -> Option<Plain> {
    let mut reader = Reader::<u32>::begin(text, escapes)?;
    reader.read(text);
    reader.resolved.then_some(Plain { bytes: reader.bytes, starts: reader.starts })
}

/// The text without escapes as CSS has them, `\41` and `\000041`, with the way back; `None` if it has none. They cannot be told
/// from octal ones, so they are resolved apart.
pub(crate) fn unescape_css(text: &[u8]) -> Option<Plain> {
    memchr_iter(b'\\', text).find(|at| is_css(text, *at))?;
    let mut plain = Plain::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let digits = if *byte == b'\\' && is_css(text, at) { css_digits(text, at) } else { &[] };
        let byte = if digits.is_empty() { *byte } else { code(digits, 16).unwrap_or(u8::MAX) };
        plain.push(byte, at);
        at += digits.len() + 1;
    }
    Some(plain)
}

/// One digit alone stands for no letter.
fn is_css(text: &[u8], backslash: usize) -> bool {
    css_digits(text, backslash).len() > 1
}

fn css_digits(text: &[u8], backslash: usize) -> &[u8] {
    const MOST: usize = 6;
    let rest = text.get(backslash + 1..).unwrap_or_default();
    let length = rest.iter().take(MOST).take_while(|byte| byte.is_ascii_hexdigit()).count();
    rest.get(..length).unwrap_or_default()
}

/// What is kept of the place of a byte: nothing, where nobody asks for the way back.
trait Place: Copy {
    fn at(source: usize) -> Self;
}

impl Place for () {
    fn at(_: usize) -> Self {}
}

impl Place for u32 {
    fn at(source: usize) -> Self {
        u32::try_from(source).unwrap_or(u32::MAX)
    }
}

struct Reader<P> {
    escapes: Escapes,
    bytes: Vec<u8>,
    starts: Vec<P>,
    /// Where the last byte is that may begin an escape.
    begun: usize,
    resolved: bool,
}

impl<P: Place> Reader<P> {
    fn begin(text: &[u8], escapes: Escapes) -> Option<Self> {
        let may_have = match escapes {
            Escapes::Usual => memchr3(b'\\', b'%', b'&', text).is_some(),
            Escapes::All => memchr3(b'\\', b'%', b'&', text).or_else(|| memchr3(b'=', b'x', b'X', text)).is_some(),
        };
        let bytes = Vec::with_capacity(if may_have { text.len() } else { 0 });
        may_have.then_some(Self { escapes, bytes, starts: Vec::new(), begun: 0, resolved: false })
    }

    fn read(&mut self, text: &[u8]) {
        for (at, byte) in text.iter().enumerate() {
            if self.escapes == Escapes::All && !matches!(byte, b'0'..=b'7') && self.is_under_way() {
                self.resolve(short_octal);
            }
            let is_sign = !byte.is_ascii_alphanumeric();
            let begins = matches!(byte, b'\\' | b'%' | b'&' | b'=' | b'x' | b'X');
            // Most bytes of an honest text: no escape is under way, and none begins.
            if !is_sign && !begins && !self.is_under_way() {
                self.bytes.push(*byte);
                self.starts.push(P::at(at));
                continue;
            }
            if is_sign && *byte != b';' {
                self.resolve_number();
                if self.escapes == Escapes::All && byte.is_ascii_whitespace() {
                    continue;
                }
            }
            if *byte == b'0' && begins_number(&self.bytes) {
                continue;
            }
            if begins {
                self.begun = self.bytes.len();
            }
            self.bytes.push(*byte);
            self.starts.push(P::at(at));
            while self.resolve_end() {}
        }
        self.resolve_number();
        if self.escapes == Escapes::All {
            self.resolve(short_octal);
        }
    }

    /// Whether the last bytes may be the beginning of an escape.
    fn is_under_way(&self) -> bool {
        self.bytes.len().saturating_sub(self.begun) <= LONGEST
    }

    /// An escape that ends before a sign which is no part of it.
    fn resolve_number(&mut self) {
        if self.is_under_way() {
            self.resolve(number);
        }
    }

    fn resolve_end(&mut self) -> bool {
        let all = self.escapes == Escapes::All;
        if !self.is_under_way() {
            return false;
        }
        self.resolve(|text| escape(text).or_else(|| if all { loose_escape(text) } else { None }))
    }

    /// Replaces the end of what was read, if it is an escape.
    fn resolve(&mut self, ending: impl Fn(&[u8]) -> Option<(u8, usize)>) -> bool {
        let from = self.bytes.len().saturating_sub(LONGEST);
        let Some((byte, length)) = self.bytes.get(from..).and_then(ending) else { return false };
        let at = self.bytes.len() - length;
        self.bytes.truncate(at);
        if self.escapes == Escapes::Usual || !byte.is_ascii_whitespace() {
            self.bytes.push(byte);
        }
        self.starts.truncate(self.bytes.len());
        // What it stands for may begin or end another one.
        self.begun = at;
        self.resolved = true;
        true
    }
}

/// The byte that an escape at the end of a text stands for, and the escape's length. What is no letter and no digit stands for
/// no byte of a secret that is compared.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [.., b'%', high, low] if is_hex(&[*high, *low]) => Some((code(&[*high, *low], 16)?, 3)),
        [.., b'\\', b'x' | b'X', high, low] if is_hex(&[*high, *low]) => Some((code(&[*high, *low], 16)?, 4)),
        [.., b'\\' | b'%', b'u' | b'U', a, b, c, d] if is_hex(&[*a, *b, *c, *d]) => {
            Some((code(&[*a, *b, *c, *d], 16)?, 6))
        }
        [.., b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7'] => Some((code(&[*a, *b, *c], 8)?, 4)),
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v'] => Some((b'\n', 2)),
        [.., b'\\', byte @ (b'"' | b'\\' | b'/' | b'\'')] => Some((*byte, 2)),
        [before @ .., b'}'] => {
            let digits = before.len() - before.iter().rposition(|byte| *byte == b'{')? - 1;
            let (start, digits) = before.split_at(before.len() - digits);
            let opens = start.ends_with(b"\\u{") || start.ends_with(b"\\x{");
            (opens && is_hex(digits)).then_some(())?;
            Some((code(digits, 16)?, digits.len() + 4))
        }
        [before @ .., b';'] => {
            let (byte, length) = number(before).or_else(|| name(before))?;
            Some((byte, length + 1))
        }
        _ => None,
    }
}

/// An escape that honest texts have in another meaning.
fn loose_escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [.., b'0', b'x' | b'X', high, low] if is_hex(&[*high, *low]) => Some((code(&[*high, *low], 16)?, 4)),
        [.., b'=', high, low] if is_hex(&[*high, *low]) => Some((code(&[*high, *low], 16)?, 3)),
        _ => None,
    }
}

/// `\60` at the end of a text, before what is no digit of it.
fn short_octal(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [.., b'\\', a @ b'0'..=b'7', b @ b'0'..=b'7'] => Some((code(&[*a, *b], 8)?, 3)),
        _ => None,
    }
}

/// `&#x41` or `&#65` at the end of a text.
fn number(text: &[u8]) -> Option<(u8, usize)> {
    // The last byte decides for most texts.
    text.last().filter(|byte| byte.is_ascii_hexdigit())?;
    let length = text.len() - text.iter().rposition(|byte| *byte == b'&')?;
    match text.get(text.len() - length..)? {
        [b'&', b'#', b'x' | b'X', digits @ ..] if is_hex(digits) => Some((code(digits, 16)?, length)),
        [b'&', b'#', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => Some((code(digits, 10)?, length)),
        _ => None,
    }
}

/// `&amp`, or the name of another sign, at the end of a text.
fn name(text: &[u8]) -> Option<(u8, usize)> {
    let length = text.len() - text.iter().rposition(|byte| *byte == b'&')?;
    let name = text.get(text.len() - length + 1..)?;
    let fits = (2..=8).contains(&name.len()) && name.iter().all(u8::is_ascii_alphabetic);
    fits.then_some((if name == b"amp" { b'&' } else { b' ' }, length))
}

/// Whether zeros that follow count nothing, however many they are.
fn begins_number(text: &[u8]) -> bool {
    [&b"&#"[..], b"&#x", b"&#X", b"\\u{", b"\\x{"].iter().any(|beginning| text.ends_with(beginning))
}

fn is_hex(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
}

/// The byte with this code. One beyond ASCII is no byte of a secret.
fn code(digits: &[u8], radix: u32) -> Option<u8> {
    let digit =
        |code: u32, digit: &u8| Some(code.saturating_mul(radix).saturating_add(char::from(*digit).to_digit(radix)?));
    Some(u8::try_from(digits.iter().try_fold(0, digit)?).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let plain = unescape(text.as_bytes(), Escapes::Usual);
        plain.map_or_else(|| text.to_owned(), |plain| String::from_utf8(plain).unwrap())
    }

    #[test]
    fn escapes_are_resolved_and_places_lead_back() {
        let text = br#"a\/b%41c\u0042d\\e%zz\q"#;
        let plain = unescape_traced(text, Escapes::Usual).unwrap();
        assert_eq!(&*plain, br"a/bAcBd\e%zz\q");
        let sources = plain.sources(text, vec![1..2, 2..3, 13..14]);
        assert_eq!(sources, [1..3, 3..4, text.len() - 1..text.len()]);
    }

    #[test]
    fn every_way_to_escape_is_resolved() {
        for text in [
            "%u0061",
            r"\u0061",
            r"\U0061",
            r"\u{61}",
            r"\x{61}",
            r"\u{000061}",
            r"\x61",
            r"\141",
            "%61",
            "&#x61;",
            "&#97;",
            "&#0000097;",
            "&#x00000000000061;",
            r"\u{0000000000061}",
        ] {
            assert_eq!(plain(&format!("<{text}>")), "<a>", "{text}");
        }
        assert_eq!(plain("&#97-&#x62 &amp;#99;"), "a-b c");
        assert_eq!(plain("a&sol;b&amp;c"), "a b&c");
    }

    #[test]
    fn nested_escapes_are_resolved_to_the_end() {
        let mut text = "%61".to_owned();
        for _ in 0..50 {
            text = text.replace('%', "%25");
        }
        assert_eq!(plain(&text), "a");
        assert_eq!(plain(r"\\\\\\u0061%5cu0062&#37;63"), "abc");
    }

    #[test]
    fn loose_escapes_are_resolved_apart() {
        let all = |text: &str| String::from_utf8(unescape(text.as_bytes(), Escapes::All).unwrap()).unwrap();
        assert_eq!(all("=61=62"), "ab");
        assert_eq!(all("0x61, 0X62"), "a,b");
        assert_eq!(all("%6\n1\\u00 62"), "ab");
        assert_eq!(all(r"\60\141\1412\62"), "0aa22");
        assert_eq!(plain("a=61"), "a=61");
    }

    #[test]
    fn escapes_of_css_are_resolved_apart() {
        let text = br#"a\000041\42 c\x\4"#;
        let plain = unescape_css(text).unwrap();
        assert_eq!(&*plain, br"aAB c\x\4");
        assert_eq!(plain.sources(text, vec![1..2, 2..3]), [1..8, 8..11]);
        assert!(unescape_css(br#"{"a":"\"b\n\u0041"}"#).is_none());
    }

    #[test]
    fn a_text_without_escapes_is_none() {
        for text in ["plain", "100% sure", "a & b; c", "{}"] {
            assert!(unescape(text.as_bytes(), Escapes::Usual).is_none(), "{text}");
        }
    }
}
