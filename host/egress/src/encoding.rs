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
/// The last characters whose places are known. More than the groups have that are looked back at: 24 of base32, 26 of hex.
const LATEST: usize = 32;

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
    /// Groups that are whole in every text that could hold a secret, wherever it begins in its first group.
    whole: usize,
    /// The highest bit of each byte of these groups. In a text none is set.
    high: u128,
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
        let bytes = bits * group / 8;
        // At worst all but one byte of the first group and of the last one belong to it too.
        let whole = (SHORTEST - 2 * (bytes - 1)).div_ceil(bytes);
        let (mut high, mut byte) = (0, 0);
        while byte < whole * bytes {
            high |= 0x80 << (8 * byte);
            byte += 1;
        }
        Encoding { bits, group, values, whole, high }
    }

    fn value(&self, byte: u8) -> u8 {
        self.values.get(usize::from(byte)).copied().unwrap_or(END)
    }

    /// What the text holds; nothing where that is no text. `work` grows by the bytes that were looked at.
    pub(crate) fn decode(&'static self, text: &[u8], work: &mut usize) -> Vec<Decoded> {
        *work += text.len();
        let mut run = Run::new(self);
        for (at, byte) in text.iter().enumerate() {
            match self.value(*byte) {
                END => run.end(at),
                SKIP => {}
                value => run.add(at, value),
            }
        }
        run.end(text.len());
        run.all.retain(|decoded| !decoded.bytes.is_empty());
        run.all
    }
}

/// Characters that nothing parts but what may stand in the encoding. Each ends a group of one of the places at which groups may begin.
struct Run {
    encoding: &'static Encoding,
    /// One for each place at which groups may begin; none before the first text.
    all: Vec<Decoded>,
    characters: usize,
    /// The last characters, one after the other. Before the first of the run there is no text.
    bits: u128,
    /// Where the last characters stand.
    places: [usize; LATEST],
    /// A bit for each of `all` whose text goes on.
    open: u8,
    /// The character after the last group that was read, for each of `all`.
    read: [usize; LONGEST_GROUP],
    /// Whether any was.
    has_read: bool,
}

impl Run {
    fn new(encoding: &'static Encoding) -> Run {
        Run {
            encoding,
            all: Vec::new(),
            characters: 0,
            bits: u128::MAX,
            places: [0; LATEST],
            open: 0,
            read: [0; LONGEST_GROUP],
            has_read: false,
        }
    }

    fn add(&mut self, at: usize, value: u8) {
        self.bits = self.bits << self.encoding.bits | u128::from(value);
        if let Some(place) = self.places.get_mut(self.characters % LATEST) {
            *place = at;
        }
        self.characters += 1;
        // Of most texts that are not encoded nothing more is read.
        if self.bits & self.encoding.high == 0 || self.open != 0 {
            self.read();
        }
    }

    /// Reads the group that the last character ends, if it may be of a text, and those before it that may be the text's beginning.
    #[inline(never)]
    fn read(&mut self) {
        let Encoding { bits, group, whole, high, .. } = *self.encoding;
        let place = self.characters & (group - 1);
        let mut open = self.open & 1 << place != 0;
        if !open && self.bits & high != 0 {
            return;
        }
        if self.all.is_empty() {
            let new = || Decoded { encoding: self.encoding, bytes: Vec::new(), stretches: Vec::new() };
            self.all.resize_with(group, new);
        }
        let (Some(decoded), Some(read)) = (self.all.get_mut(place), self.read.get_mut(place)) else { return };
        let earlier = if open { 0 } else { whole };
        self.has_read = true;
        for back in (0..=earlier).rev() {
            let Some(start) = self.characters.checked_sub(group * (back + 1)).filter(|start| *start >= *read) else {
                continue;
            };
            let source = self.places.get(start % LATEST).copied().unwrap_or_default();
            decoded.add((self.bits >> (back * group * bits)) as u64, source, &mut open);
            *read = start + group;
        }
        self.open = self.open & !(1 << place) | u8::from(open) << place;
    }

    /// The run ends before `at`.
    fn end(&mut self, at: usize) {
        let is_long = self.characters * self.encoding.bits >= SHORTEST * 8;
        if is_long || self.has_read {
            self.close(at, is_long);
        }
        self.characters = 0;
        self.bits = u128::MAX;
    }

    #[inline(never)]
    fn close(&mut self, at: usize, is_long: bool) {
        if is_long {
            // What the last group lacks is nothing.
            (1..self.encoding.group).for_each(|_| self.add(at, 0));
        }
        for (place, decoded) in self.all.iter_mut().enumerate() {
            if self.open & 1 << place != 0 {
                decoded.close();
            }
        }
        (self.has_read, self.open, self.read) = (false, 0, [0; LONGEST_GROUP]);
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
