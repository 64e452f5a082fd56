//! A text with its escapes resolved, and the way back: `\u0041`, `\/` and `%41` may hide what a text holds.

use memchr::memchr2;

/// A resolved text.
pub(crate) struct Plain {
    pub(crate) bytes: Vec<u8>,
    /// Places here and in the source; between two of them both advance alike. Answers have at most 8 MiB.
    places: Vec<(u32, u32)>,
}

impl Plain {
    /// Where a byte came from, or, past the last, where the source ends.
    pub(crate) fn source(&self, at: usize) -> usize {
        let index = self.places.partition_point(|(here, _)| *here as usize <= at);
        let (here, source) = index.checked_sub(1).and_then(|index| self.places.get(index)).copied().unwrap_or_default();
        source as usize + (at - here as usize)
    }

    fn place(&mut self, source: usize) {
        let place = (u32::try_from(self.bytes.len()).unwrap_or(u32::MAX), u32::try_from(source).unwrap_or(u32::MAX));
        if self.places.last() != Some(&place) {
            self.places.push(place);
        }
    }
}

/// The text without JSON's and percent escapes; `None` if it has none.
pub(crate) fn unescape(text: &[u8]) -> Option<Plain> {
    let mut at = memchr2(b'\\', b'%', text)?;
    let mut plain = Plain { bytes: Vec::with_capacity(text.len()), places: vec![(0, 0)] };
    plain.bytes.extend_from_slice(text.get(..at)?);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match escape(rest) {
            Some((byte, length)) => {
                plain.place(at);
                plain.bytes.push(byte);
                at += length;
                plain.place(at);
            }
            None => {
                // To the next byte that may begin an escape.
                let next = memchr2(b'\\', b'%', rest.get(1..).unwrap_or_default());
                let length = next.map_or(rest.len(), |next| next + 1);
                plain.bytes.extend_from_slice(rest.get(..length).unwrap_or_default());
                at += length;
            }
        }
    }
    (plain.places.len() > 1).then_some(plain)
}

/// The byte an escape stands for, and the escape's length. A character beyond ASCII stands for no byte of a secret.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', high, low, ..] => Some((hex(&[*high, *low])?, 3)),
        [b'\\', b'u', digits @ ..] => {
            let code = hex_code(digits.get(..4)?)?;
            Some((u8::try_from(code).unwrap_or(u8::MAX), 6))
        }
        [b'\\', b'n', ..] => Some((b'\n', 2)),
        [b'\\', b'r', ..] => Some((b'\r', 2)),
        [b'\\', b't', ..] => Some((b'\t', 2)),
        [b'\\', byte @ (b'"' | b'\\' | b'/' | b'\''), ..] => Some((*byte, 2)),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::try_from(hex_code(digits)?).ok()
}

fn hex_code(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_places_lead_back() {
        let text = br#"a\/b%41c\u0042d\\e%zz\q"#;
        let plain = unescape(text).unwrap();
        assert_eq!(plain.bytes, br"a/bAcBd\e%zz\q");
        assert_eq!(plain.source(1), 1, "the escape as a whole");
        assert_eq!(plain.source(2), 3);
        assert_eq!(plain.source(plain.bytes.len()), text.len());
    }

    #[test]
    fn a_text_without_escapes_is_none() {
        assert!(unescape(b"plain").is_none());
        assert!(unescape(b"100% sure").is_none());
    }
}
