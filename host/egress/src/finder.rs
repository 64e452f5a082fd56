//! Looks for secrets in a text, by their letters and digits alone: what stands between them does not matter.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::unescape::{Escapes, unescape};

/// Shorter texts occur by chance, and hiding them would spoil honest answers.
pub(crate) const SHORTEST: usize = 12;
/// As much of a long secret is hidden too.
pub(crate) const PIECE: usize = 16;
const WINDOW: usize = 8;
/// So that 11 bytes or more hold a whole window.
const STEP: usize = SHORTEST - WINDOW;
const FILTER_BITS: u32 = 16;
/// So many secrets that begin alike are compared with one place. Where there are more, the rest of the word is hidden with the part
/// that all of them have.
const MOST_ALIKE: usize = 32;
/// A signature of a JWT has at least this many characters.
const SIGNATURE: usize = 20;

/// Which bytes of a text and a secret are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Letters and digits: a token in groups, in lines or in a list is still found.
    LettersAndDigits,
    /// All but blanks, for a secret that has few letters and digits.
    Visible,
}

impl Compared {
    fn has(self, byte: u8) -> bool {
        match self {
            Compared::LettersAndDigits => byte.is_ascii_alphanumeric(),
            Compared::Visible => byte > b' ' && byte != 0x7f,
        }
    }

    pub(crate) fn of(self, text: &[u8]) -> Vec<u8> {
        // No branch for each byte: half of them decide otherwise than the one before.
        let (mut bytes, mut length) = (vec![0; text.len()], 0);
        for byte in text {
            if let Some(place) = bytes.get_mut(length) {
                *place = *byte;
            }
            length += usize::from(self.has(*byte));
        }
        bytes.truncate(length);
        bytes
    }

    /// How a secret is looked for; none for one that is too short to be.
    pub(crate) fn suited_to(secret: &str) -> Option<Compared> {
        let fits = |way: &Compared| way.of(secret.as_bytes()).len() >= SHORTEST;
        [Compared::LettersAndDigits, Compared::Visible].into_iter().find(fits)
    }
}

/// Secrets, ready to be looked for in one pass. The text is looked at every `STEP` bytes, at `WINDOW` bytes each time: whatever
/// is as long as the shortest secret has a window of it in there. Aho and Corasick's automaton of as many needles takes fifty
/// times as long to make, and ten times as long to run.
pub(crate) struct Finder {
    compared: Compared,
    /// A bit for each window there may be: most are passed by it alone.
    filter: Vec<u64>,
    /// In order: a map of as many lists takes three times as long to make.
    windows: Vec<Window>,
    needles: Vec<Zeroizing<Vec<u8>>>,
}

/// `WINDOW` bytes of a needle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    key: u64,
    needle: u32,
    /// Where it stands in the needle.
    at: u32,
}

impl Finder {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>, compared: Compared) -> Self {
        let filter = vec![0; 1 << (FILTER_BITS - 6)];
        let mut finder = Self { compared, filter, windows: Vec::new(), needles: Vec::new() };
        for secret in secrets {
            let unique_from = compared.of(secret.get(..unique_from(secret)).unwrap_or_default().as_bytes()).len();
            finder.add(compared.of(secret.as_bytes()), unique_from);
            // One that looks escaped itself is found where escapes are resolved.
            if let Some(plain) = unescape(secret.as_bytes(), Escapes::Usual) {
                let plain = compared.of(&plain);
                if plain.len() >= SHORTEST {
                    finder.add(plain, 0);
                }
            }
        }
        finder.sort();
        finder
    }

    fn add(&mut self, needle: Vec<u8>, unique_from: usize) {
        let needle = Zeroizing::new(needle);
        self.windows.reserve(needle.len());
        for (at, window) in needle.windows(WINDOW).enumerate().skip(unique_from) {
            let Some(key) = key(window) else { continue };
            let (word, bit) = slot(key);
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
            if let (Ok(needle), Ok(at)) = (u32::try_from(self.needles.len()), u32::try_from(at)) {
                self.windows.push(Window { key, needle, at });
            }
        }
        self.needles.push(needle);
    }

    /// Of windows that are alike, the first of each needle stay.
    fn sort(&mut self) {
        self.windows.sort_unstable();
        self.windows.dedup_by_key(|window| (window.key, window.needle));
        let mut alike = (0, 0);
        self.windows.retain(|window| {
            alike = if window.key == alike.0 { (alike.0, alike.1 + 1) } else { (window.key, 1) };
            alike.1 <= MOST_ALIKE
        });
    }

    /// Every place of a secret in the text, in order. `work` grows by the bytes that were looked at.
    pub(crate) fn find(&self, text: &[u8], work: &mut usize) -> Vec<Range<usize>> {
        let compared = self.compared.of(text);
        *work += text.len();
        places(text, self.compared, self.find_compared(&compared, work))
    }

    /// The same, each with the rest of its word.
    pub(crate) fn find_words(&self, text: &[u8], work: &mut usize) -> Vec<Range<usize>> {
        let mut ranges = self.find(text, work);
        for range in &mut ranges {
            let rest = text.get(range.end..).unwrap_or_default();
            range.end += rest.iter().take(PIECE).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        }
        ranges
    }

    fn find_compared(&self, text: &[u8], work: &mut usize) -> Vec<Range<usize>> {
        let (mut found, mut at, mut from) = (Vec::new(), 0, 0);
        while let Some(window) = text.get(at..at + WINDOW) {
            let ranges = self.places(window).iter().filter_map(|place| self.extend(text, from, at, *place, work));
            if let Some(range) = ranges.max_by_key(ExactSizeIterator::len) {
                from = range.end;
                at = range.end;
                found.push(range);
            } else {
                at += STEP;
            }
        }
        found
    }

    fn places(&self, window: &[u8]) -> &[Window] {
        let Some(key) = key(window) else { return &[] };
        let (word, bit) = slot(key);
        if self.filter.get(word).is_none_or(|word| word & bit == 0) {
            return &[];
        }
        let first = self.windows.partition_point(|window| window.key < key);
        let rest = self.windows.get(first..).unwrap_or_default();
        let alike = rest.iter().take_while(|window| window.key == key).count();
        rest.get(..alike).unwrap_or_default()
    }

    /// As much of the secret around a window as is there, if that is enough to be one.
    fn extend(&self, text: &[u8], from: usize, at: usize, place: Window, work: &mut usize) -> Option<Range<usize>> {
        let needle = self.needles.get(place.needle as usize)?;
        let place = place.at as usize;
        let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
        let before = text.get(from..at)?.iter().rev().zip(needle.get(..place)?.iter().rev()).take_while(same).count();
        let after = text.get(at..)?.iter().zip(needle.get(place..)?).take_while(same).count();
        *work += before + after;
        (before + after >= PIECE.min(needle.len())).then_some(at - before..at + after)
    }
}

/// Where these places of what is compared of a text, in order, stand in the text.
pub(crate) fn places(text: &[u8], compared: Compared, found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if found.is_empty() {
        return found;
    }
    let mut places = (0..text.len()).filter(|at| text.get(*at).is_some_and(|byte| compared.has(*byte)));
    let (mut passed, mut ranges) = (0, Vec::<Range<usize>>::with_capacity(found.len()));
    for Range { start, end } in found {
        let start = start.max(passed);
        if start >= end {
            continue;
        }
        let first = places.nth(start - passed).unwrap_or_default();
        let last = if end - start > 1 { places.nth(end - start - 2).unwrap_or(first) } else { first };
        passed = end;
        ranges.push(first..last + 1);
    }
    ranges
}

/// The window in one number, capital letters as small ones: host names and hex come back in another case.
fn key(window: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(window.try_into().ok()?) | 0x2020_2020_2020_2020)
}

fn slot(key: u64) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// Where the part of a secret begins that no other text has. In a JWT that is the signature: header and claims are nearly the
/// same in the next token of the same account.
pub(crate) fn unique_from(secret: &str) -> usize {
    let signature = secret.rfind('.').map(|dot| dot + 1).filter(|at| secret.len() - at >= SIGNATURE);
    match signature {
        Some(at) if secret.starts_with("eyJ") => at,
        _ => 0,
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "the places that are found: one range")]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_known_by_its_signature() {
        assert_eq!(unique_from("eyJhbGciOi.eyJhdWQi.0123456789012345678901234"), 20);
        assert_eq!(unique_from("eyJhbGciOi.eyJhdWQi.short"), 0);
        assert_eq!(unique_from("opaque.0123456789012345678901234"), 0);
    }

    #[test]
    fn what_stands_between_the_characters_does_not_matter() {
        let finder = Finder::new(["canary-0123456789-secret"], Compared::LettersAndDigits);
        for text in ["canary-0123456789-secret", "cana ry01 2345 6789 secr et", "ca\nnary0123\r\n456789\", \"secret"] {
            let padded = format!("-- {text} --");
            assert_eq!(finder.find(padded.as_bytes(), &mut 0), [3..3 + text.len()], "{text}");
        }
    }

    #[test]
    fn ends_of_many_secrets_that_begin_alike_are_hidden() {
        let secrets: Vec<String> = (0..100).map(|number| format!("prefix-of-every-token-{number:04}unique")).collect();
        let finder = Finder::new(secrets.iter().map(String::as_str), Compared::LettersAndDigits);
        for secret in &secrets {
            let text = format!("it was {secret}.");
            assert_eq!(finder.find_words(text.as_bytes(), &mut 0), [7..7 + secret.len()], "{secret}");
        }
    }

    #[test]
    fn a_secret_that_is_short_when_unescaped_hides_no_honest_text() {
        let finder = Finder::new(["%41%42%43%44%45%46%47%48"], Compared::LettersAndDigits);
        assert!(finder.find(b"the alphabet begins with abcdefgh, as always", &mut 0).is_empty());
    }

    #[test]
    fn two_secrets_side_by_side_are_two_matches() {
        let finder = Finder::new(["abcdefghijklmnop", "0123456789qrstuvw"], Compared::LettersAndDigits);
        let found = finder.find(b". abcdefghijklmnop, 0123456789qrstuvw .", &mut 0);
        assert_eq!(found, [2..18, 20..37]);
    }

    #[test]
    fn secrets_that_begin_alike_are_told_apart() {
        let finder = Finder::new(["canary-refresh-7", "canary-refresh-1"], Compared::LettersAndDigits);
        for text in ["canary-refresh-1", "canary-refresh-7"] {
            assert_eq!(finder.find(text.as_bytes(), &mut 0), [0..text.len()], "{text}");
        }
    }

    #[test]
    fn a_secret_without_letters_is_compared_whole() {
        assert_eq!(Compared::suited_to("canary-secret"), Some(Compared::LettersAndDigits));
        assert_eq!(Compared::suited_to("!$%&/()=?*+#!$%"), Some(Compared::Visible));
        assert_eq!(Compared::suited_to("a b c d e f g h"), None);
    }
}
