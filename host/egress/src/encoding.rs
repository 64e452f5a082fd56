//! Texts inside a text, in base64, base32 and hex.
//!
//! Nobody knows where an encoded text begins, so each place in a group of characters is tried, and of what comes out only the
//! stretches that read as text are kept: of anything that is not encoded that is next to nothing.

use std::ops::Range;

/// Shorter texts hold no secret.
const SHORTEST: usize = crate::finder::SHORTEST;
/// Between two stretches. It is not text, so nothing is decoded across it.
const BREAK: u8 = 1;
const NUL: u8 = 0;
/// The most characters of a group.
const LONGEST_GROUP: usize = 8;

/// Is no character of the encoding, and may stand in it: a blank, the end of a line, a quote.
const SKIP: u8 = 0xfe;
/// Cannot stand in it.
const END: u8 = 0xff;

/// A way to write bytes as characters that stand for the same number of bits each.
pub(crate) struct Encoding {
    bits: usize,
    /// Characters that stand for whole bytes: a power of two.
    group: usize,
    values: [u8; 256],
}

/// In base32 all letters are capitals, or none is.
pub(crate) static ENCODINGS: [Encoding; 4] = [
    Encoding::of(6, 4, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", &[(b'-', 62), (b'_', 63)]),
    Encoding::of(4, 2, b"0123456789abcdef", &[(b'A', 10), (b'B', 11), (b'C', 12), (b'D', 13), (b'E', 14), (b'F', 15)]),
    Encoding::of(5, 8, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", &[]),
    Encoding::of(5, 8, b"abcdefghijklmnopqrstuvwxyz234567", &[]),
];

/// What a text holds, encoded in one way and beginning at one place of a group.
pub(crate) struct Decoded {
    encoding: &'static Encoding,
    pub(crate) bytes: Vec<u8>,
    stretches: Vec<Stretch>,
}

/// Bytes that read as text.
struct Stretch {
    /// Where it begins among the bytes.
    at: usize,
    /// Where the group of its first byte begins in the source.
    source: usize,
    /// How many bytes of that group are before it.
    before: usize,
}

impl Encoding {
    #[expect(clippy::indexing_slicing, reason = "done by the compiler, which checks it")]
    const fn of(bits: usize, group: usize, digits: &[u8], others: &[(u8, u8)]) -> Encoding {
        let mut values = [END; 256];
        let mut byte = 0;
        while byte < 0x7f {
            let other = (b' ' <= byte && !byte.is_ascii_alphanumeric()) || matches!(byte, b'\t' | b'\n' | b'\r');
            if other {
                values[byte as usize] = SKIP;
            }
            byte += 1;
        }
        let mut value = 0;
        while (value as usize) < digits.len() {
            values[digits[value as usize] as usize] = value;
            value += 1;
        }
        let mut at = 0;
        while at < others.len() {
            values[others[at].0 as usize] = others[at].1;
            at += 1;
        }
        Encoding { bits, group, values }
    }

    fn value(&self, byte: u8) -> u8 {
        self.values.get(usize::from(byte)).copied().unwrap_or(END)
    }

    /// What the text holds; nothing where that is no text. `work` grows by the bytes that were looked at.
    pub(crate) fn decode(&'static self, text: &[u8], work: &mut usize) -> Vec<Decoded> {
        let mut all: Vec<Decoded> = Vec::new();
        *work += text.len();
        let (mut from, mut characters) = (0, 0);
        for (at, byte) in text.iter().map(Some).chain([None]).enumerate() {
            match byte.map_or(END, |byte| self.value(*byte)) {
                END => {
                    if characters * self.bits >= SHORTEST * 8 {
                        *work += at - from;
                        self.decode_run(text, from..at, &mut all);
                    }
                    (from, characters) = (at + 1, 0);
                }
                SKIP => {}
                _ => characters += 1,
            }
        }
        all.retain(|decoded| !decoded.bytes.is_empty());
        all
    }

    /// Each character ends a group of one of the places at which groups may begin.
    fn decode_run(&'static self, text: &[u8], run: Range<usize>, all: &mut Vec<Decoded>) {
        all.resize_with(self.group, || Decoded { encoding: self, bytes: Vec::new(), stretches: Vec::new() });
        let mut open = [false; LONGEST_GROUP];
        let (mut bits, mut starts, mut number) = (0u64, [0; LONGEST_GROUP], 0);
        let mut add = |at: usize, value: u8| {
            bits = bits << self.bits | u64::from(value);
            if let Some(start) = starts.get_mut(number & (self.group - 1)) {
                *start = at;
            }
            number += 1;
            let place = number & (self.group - 1);
            if number >= self.group
                && let (Some(decoded), Some(start), Some(open)) =
                    (all.get_mut(place), starts.get(place), open.get_mut(place))
            {
                decoded.add(bits, *start, open);
            }
        };
        let end = run.end;
        for (at, byte) in run.clone().zip(text.get(run).unwrap_or_default()) {
            let value = self.value(*byte);
            if value < SKIP {
                add(at, value);
            }
        }
        // What the last group lacks is nothing.
        (1..self.group).for_each(|_| add(end, 0));
        for (decoded, open) in all.iter_mut().zip(open) {
            if open {
                decoded.close();
            }
        }
    }
}

impl Decoded {
    /// Adds the bytes of one group.
    fn add(&mut self, bits: u64, source: usize, open: &mut bool) {
        // Most groups are no text: what begins in one goes on after it, or is too short.
        let last = bits.to_le_bytes()[0];
        if !*open && !is_text(last) && last != NUL {
            return;
        }
        let bytes = self.encoding.bits * self.encoding.group / 8;
        for (before, byte) in bits.to_be_bytes().into_iter().skip(8 - bytes).enumerate() {
            // A text in UTF-16 has a NUL beside each letter.
            let beside_letter = byte == NUL && *open && self.bytes.last() != Some(&NUL);
            if !is_text(byte) && !beside_letter {
                if std::mem::take(open) {
                    self.close();
                }
                continue;
            }
            if !*open {
                self.stretches.push(Stretch { at: self.bytes.len(), source, before });
                *open = true;
            }
            self.bytes.push(byte);
        }
    }

    /// The end of a stretch, which is dropped if it is short.
    fn close(&mut self) {
        let at = self.stretches.last().map_or(0, |stretch| stretch.at);
        if self.bytes.len() - at < SHORTEST {
            self.bytes.truncate(at);
            self.stretches.pop();
        } else {
            self.bytes.push(BREAK);
        }
    }

    /// Where these places, in order, came from in the text that was decoded.
    pub(crate) fn sources(&self, text: &[u8], found: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut walk = Walk { text, encoding: self.encoding, stretch: usize::MAX, characters: 0, at: 0 };
        let source = |walk: &mut Walk<'_>, byte: usize, after: bool| {
            let stretch = self.stretches.partition_point(|stretch| stretch.at <= byte).saturating_sub(1);
            let Some(Stretch { at, source, before }) = self.stretches.get(stretch) else { return text.len() };
            if walk.stretch != stretch {
                (walk.stretch, walk.characters, walk.at) = (stretch, 0, *source);
            }
            let bits = (byte - at + before) * 8;
            match after {
                true => walk.pass((bits + 8).div_ceil(self.encoding.bits)),
                false => walk.reach(bits / self.encoding.bits),
            }
        };
        let places = found.iter().map(|range| {
            let start = source(&mut walk, range.start, false);
            start..source(&mut walk, range.end.saturating_sub(1), true)
        });
        places.collect()
    }
}

fn is_text(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte) || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Counts the characters of a stretch, forward alone.
struct Walk<'a> {
    text: &'a [u8],
    encoding: &'static Encoding,
    stretch: usize,
    characters: usize,
    at: usize,
}

impl Walk<'_> {
    /// The place after so many characters.
    fn pass(&mut self, characters: usize) -> usize {
        while self.characters < characters
            && let Some(byte) = self.text.get(self.at)
        {
            self.characters += usize::from(self.encoding.value(*byte) < SKIP);
            self.at += 1;
        }
        self.at
    }

    /// The place of the next character after so many.
    fn reach(&mut self, characters: usize) -> usize {
        self.pass(characters);
        while self.text.get(self.at).is_some_and(|byte| self.encoding.value(*byte) >= SKIP) {
            self.at += 1;
        }
        self.at
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "the places that are found: one range")]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};

    use super::*;

    const TEXT: &str = "a text of some length, which is not encoded?>~";

    /// Where the text is found in the source, by any encoding.
    fn found(source: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for encoding in &ENCODINGS {
            for decoded in encoding.decode(source.as_bytes(), &mut 0) {
                let bytes = String::from_utf8(decoded.bytes.clone()).unwrap();
                if let Some(at) = bytes.find(TEXT) {
                    let ranges = decoded.sources(source.as_bytes(), &[at..at + TEXT.len()]);
                    found.extend(ranges.into_iter().map(|range| &source[range]));
                }
            }
        }
        found
    }

    fn base32(text: &str) -> String {
        let bits: String = text.bytes().map(|byte| format!("{byte:08b}")).collect();
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let group = |at: usize| format!("{:0<5}", &bits[at..(at + 5).min(bits.len())]);
        (0..bits.len()).step_by(5).map(|at| char::from(digits[usize::from_str_radix(&group(at), 2).unwrap()])).collect()
    }

    #[test]
    fn every_encoding_is_read_wherever_it_begins() {
        let hex: String = TEXT.bytes().map(|byte| format!("{byte:02x}")).collect();
        for encoded in [
            BASE64_STANDARD.encode(TEXT).trim_end_matches('=').to_owned(),
            BASE64_URL_SAFE_NO_PAD.encode(TEXT),
            hex.to_uppercase(),
            hex,
            base32(TEXT).to_lowercase(),
            base32(TEXT),
        ] {
            for before in ["", "a", "ab", "abc", "x: ", "Basic ", "id=77&"] {
                let source = format!("{before}{encoded}");
                assert_eq!(found(&source), [&encoded], "{source}");
                let source = format!("{before}{encoded}. ");
                assert_eq!(found(&source), [&encoded], "{source}");
            }
        }
    }

    #[test]
    fn short_lines_and_lists_are_read() {
        let encoded = BASE64_STANDARD.encode(TEXT);
        let lines: Vec<&str> = encoded.as_bytes().chunks(8).map(|line| std::str::from_utf8(line).unwrap()).collect();
        for between in ["\n", "\r\n    ", "\", \""] {
            assert_eq!(found(&lines.join(between)).len(), 1, "{between:?}");
        }
    }

    #[test]
    fn what_is_not_encoded_gives_next_to_nothing() {
        let mut state = 1u64;
        let noise: Vec<u8> = (0..30_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        let picture = BASE64_STANDARD.encode(noise);
        for text in [picture, TEXT.repeat(1_000), "x".repeat(40_000)] {
            let decoded: usize =
                ENCODINGS.iter().flat_map(|one| one.decode(text.as_bytes(), &mut 0)).map(|one| one.bytes.len()).sum();
            assert!(decoded * 20 < text.len(), "{decoded} of {}", text.len());
        }
    }
}
