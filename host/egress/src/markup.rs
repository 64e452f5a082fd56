//! Signs that a terminal or a browser acts on and does not show: escape sequences, tags, names of signs.

use memchr::memchr3;

use crate::unescape::Plain;

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;
/// Longer ones are texts.
const LONGEST: usize = 256;
/// The longest name of a sign in HTML has 31 letters.
const LONGEST_NAME: usize = 32;

/// The text with a blank in place of markup, with the way back; `None` if it has none.
pub(crate) fn strip(text: &[u8]) -> Option<Plain> {
    let first = memchr3(ESCAPE, b'<', b'&', text)?;
    let (mut plain, mut at, mut is_stripped) = (Plain::with_capacity(text.len()), 0, false);
    while let Some(byte) = text.get(at) {
        let length = if at < first { 0 } else { markup(text.get(at..).unwrap_or_default()) };
        is_stripped |= length > 0;
        // What it parts stays apart: numbers in another colour each.
        plain.push(if length == 0 { *byte } else { b' ' }, at);
        at += length.max(1);
    }
    is_stripped.then_some(plain)
}

/// The length of the markup that a text begins with; 0 for none. Each looks no further than the next.
fn markup(text: &[u8]) -> usize {
    match text {
        [ESCAPE, b'[', rest @ ..] => {
            let parameters = rest.iter().take(LONGEST).take_while(|byte| (b' '..b'@').contains(byte)).count();
            2 + parameters + usize::from(rest.get(parameters).is_some_and(|byte| (b'@'..0x7f).contains(byte)))
        }
        [ESCAPE, b']', rest @ ..] => {
            let words = rest.iter().take(LONGEST).take_while(|byte| ![ESCAPE, BELL].contains(byte)).count();
            2 + words + usize::from(rest.get(words) == Some(&BELL))
        }
        [ESCAPE, b'a'..=b'z' | b'A'..=b'Z' | b'\\' | b'=' | b'>', ..] => 2,
        [ESCAPE, ..] => 1,
        [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!', rest @ ..] => {
            let words = rest.iter().take(LONGEST).take_while(|byte| !b"<>".contains(byte)).count();
            if rest.get(words) == Some(&b'>') { words + 3 } else { 0 }
        }
        [b'&', rest @ ..] => {
            let name = rest.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphabetic()).count();
            if name > 1 && rest.get(name) == Some(&b';') { name + 2 } else { 0 }
        }
        _ => 0,
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "the places that are found: one range")]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        strip(text.as_bytes()).map_or_else(|| text.to_owned(), |plain| String::from_utf8(plain.to_vec()).unwrap())
    }

    #[test]
    fn markup_is_left_out_and_places_lead_back() {
        assert_eq!(
            plain("\x1b[31ma\x1b[0mb\x1b[38;2;255;255;255;48;5;12mc\x1b]8;;x\x07d\x1b(Be\x1bMf"),
            " a b c d (Be f"
        );
        assert_eq!(plain("a<b class=\"x\" id=y>b</b>c<!-- x -->d<br/>e"), "a b c d e");
        assert_eq!(plain("a&ZeroWidthSpace;b&shy;c"), "a b c");
        let text = b"a<b>bc</b>d";
        assert_eq!(strip(text).unwrap().sources(text, vec![2..4]), [4..6]);
    }

    #[test]
    fn what_is_no_markup_is_kept() {
        for text in ["plain", "1 < 2 > 1", "a <b", "a & b; c", "Q&A", "<1>"] {
            assert_eq!(plain(text), text);
        }
    }
}
