//! Looks for secrets whose pieces stand apart: in lines with numbers, in columns of a dump, in fields of a record, with markup
//! between them, each piece plain or in base64 or hex.
//!
//! A piece is known by four letters or digits of a secret's spelling. Pieces that follow one another in the text and in the
//! secret make a chain. Four letters occur by chance; a chain of sixteen does not.

use std::ops::Range;

use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

use crate::finder::{Compared, PIECE, places, unique_from};

/// Characters by which a piece is known.
const GRAM: usize = 4;
/// Letters and digits that may stand between two pieces: a key, a tag, the other columns of a dump.
const GAP: usize = 64;
/// What stands between two pieces may begin like the next one, and so may belong to both.
const OVERLAP: usize = GRAM;
/// Bytes of a secret that may be missing between two pieces in base64: each piece may end within one.
const MISSING: usize = 1;
/// Chains that are open at once. Honest text has one or two.
const MOST_OPEN: usize = 16;
/// Places of a gram in all secrets. Where there are more, it is a gram that many secrets begin with.
const MOST_ALIKE: usize = 8;
const FILTER_BITS: u32 = 18;
/// Four tokens in all spellings have some four thousand grams.
const BUCKET_BITS: u32 = 12;

/// How a secret is spelled, and what a character of it counts, in quarters of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Plain = 4,
    Base64 = 3,
    Hex = 2,
}

/// The letters and digits of a secret in one spelling.
struct Needle {
    secret: usize,
    spelling: Spelling,
    characters: Zeroizing<Vec<u8>>,
    /// The byte of the secret that each character begins in.
    bytes: Vec<usize>,
    /// What a chain counts at least.
    enough: usize,
}

/// Secrets, ready to be looked for in one pass.
pub(crate) struct PieceFinder {
    /// A bit for each gram there may be: most are passed by it alone.
    filter: Vec<u64>,
    /// In the order of their hashes.
    grams: Vec<Gram>,
    /// Where the grams of each bucket begin: those whose hashes have the same first bits.
    buckets: Vec<usize>,
    needles: Vec<Needle>,
}

/// Four characters of a needle.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    /// Two grams with the same hash are the same.
    hash: u32,
    needle: u32,
    place: u32,
}

/// A part of a needle in the text.
struct Piece {
    needle: usize,
    text: Range<usize>,
    /// Where it stands in the needle.
    place: Range<usize>,
}

/// Pieces that follow one another.
struct Chain {
    last: Piece,
    /// Those that are not found yet, because there are not enough of them.
    pieces: Vec<Range<usize>>,
    count: usize,
}

impl PieceFinder {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let needles: Vec<Needle> =
            secrets.into_iter().enumerate().flat_map(|(number, secret)| needles(number, secret)).collect();
        let mut grams = Vec::new();
        for (number, needle) in needles.iter().enumerate() {
            for (place, gram) in needle.characters.windows(GRAM).enumerate() {
                if let (Some(hash), Ok(needle), Ok(place)) = (hash(gram), u32::try_from(number), u32::try_from(place)) {
                    grams.push(Gram { hash, needle, place });
                }
            }
        }
        grams.sort_unstable();
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        let mut buckets = vec![0; (1 << BUCKET_BITS) + 1];
        for gram in &grams {
            let (word, bit) = slot(gram.hash);
            if let Some(word) = filter.get_mut(word) {
                *word |= bit;
            }
            if let Some(next) = buckets.get_mut(bucket(gram.hash) + 1) {
                *next += 1;
            }
        }
        let mut count = 0;
        for start in &mut buckets {
            count += *start;
            *start = count;
        }
        Self { filter, grams, buckets, needles }
    }

    /// Every piece of a secret in the text, in order. `work` grows by the bytes that were looked at.
    pub(crate) fn find(&self, text: &[u8], work: &mut usize) -> Vec<Range<usize>> {
        let compared = Compared::LettersAndDigits.of(text);
        *work += text.len();
        let mut found = self.find_compared(&compared, work);
        found.sort_unstable_by_key(|range| (range.start, range.end));
        places(text, Compared::LettersAndDigits, found)
    }

    fn find_compared(&self, text: &[u8], work: &mut usize) -> Vec<Range<usize>> {
        let (mut found, mut chains) = (Vec::new(), Vec::<Chain>::new());
        for (at, gram) in text.windows(GRAM).enumerate() {
            let Some(hash) = hash(gram) else { continue };
            let (word, bit) = slot(hash);
            if self.filter.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            for gram in self.alike(hash) {
                let (needle, place) = (gram.needle as usize, gram.place as usize);
                if !chains.iter().any(|chain| chain.covers(needle, at, place))
                    && let Some(piece) = self.piece(text, needle, at, place)
                {
                    *work += piece.text.len();
                    self.add(piece, &mut chains, &mut found);
                }
            }
        }
        found
    }

    fn alike(&self, hash: u32) -> impl Iterator<Item = &Gram> {
        let bucket = bucket(hash);
        let start = self.buckets.get(bucket).copied().unwrap_or_default();
        let end = self.buckets.get(bucket + 1).copied().unwrap_or_default();
        let grams = self.grams.get(start..end).unwrap_or_default();
        grams.iter().filter(move |gram| gram.hash == hash).take(MOST_ALIKE)
    }

    /// As much of a needle as begins at one place of the text. What is before it was looked at before.
    fn piece(&self, text: &[u8], needle: usize, at: usize, place: usize) -> Option<Piece> {
        let characters = self.needles.get(needle)?.characters.get(place..)?;
        let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
        let length = text.get(at..)?.iter().zip(characters).take_while(same).count();
        (length >= GRAM).then_some(Piece { needle, text: at..at + length, place: place..place + length })
    }

    /// Adds a piece to the chain that it continues, else to a new one.
    fn add(&self, piece: Piece, chains: &mut Vec<Chain>, found: &mut Vec<Range<usize>>) {
        let Some(needle) = self.needles.get(piece.needle) else { return };
        chains.retain(|chain| chain.last.text.end + GAP >= piece.text.start);
        let before = chains.iter_mut().filter(|chain| self.continues(chain, &piece)).max_by_key(|chain| chain.count);
        let Some(chain) = before else {
            if chains.len() >= MOST_OPEN {
                chains.remove(0);
            }
            let count = piece.place.len() * needle.spelling as usize;
            chains.push(Chain { pieces: vec![piece.text.clone()], last: piece, count });
            let Some(chain) = chains.last_mut() else { return };
            return chain.give(needle.enough, found);
        };
        let more = match chain.last.needle == piece.needle {
            true => piece.place.end - chain.last.place.end,
            false => piece.place.len(),
        };
        chain.count += more * needle.spelling as usize;
        chain.pieces.push(piece.text.clone());
        chain.last = piece;
        chain.give(needle.enough, found);
    }

    fn continues(&self, chain: &Chain, piece: &Piece) -> bool {
        let last = &chain.last;
        if piece.text.start + OVERLAP < last.text.end || piece.text.end <= last.text.end {
            return false;
        }
        if last.needle == piece.needle {
            return piece.place.start <= last.place.end
                && piece.place.start + OVERLAP >= last.place.end
                && piece.place.end > last.place.end;
        }
        // Each word of a header in base64 begins anew, so its characters stand at another bit of the secret.
        let (Some(before), Some(after)) = (self.needles.get(last.needle), self.needles.get(piece.needle)) else {
            return false;
        };
        let end = before.bytes.get(last.place.end.saturating_sub(1)).copied().unwrap_or_default();
        let start = after.bytes.get(piece.place.start).copied().unwrap_or_default();
        before.secret == after.secret
            && before.spelling == Spelling::Base64
            && after.spelling == Spelling::Base64
            && start > end
            && start <= end + 1 + MISSING
    }
}

impl Chain {
    /// Whether its last piece has this place of a needle already, or is found.
    fn covers(&self, needle: usize, at: usize, place: usize) -> bool {
        let last = &self.last;
        last.needle == needle
            && last.text.contains(&at)
            && (self.pieces.is_empty() || at - last.text.start + last.place.start == place)
    }

    /// Gives out its pieces once they are enough.
    fn give(&mut self, enough: usize, found: &mut Vec<Range<usize>>) {
        if self.count >= enough {
            found.append(&mut self.pieces);
        }
    }
}

/// A secret in every spelling in which its pieces are looked for.
fn needles(number: usize, secret: &str) -> Vec<Needle> {
    let Some(compared) = Compared::suited_to(secret) else { return Vec::new() };
    let enough = 4 * PIECE.min(compared.of(secret.as_bytes()).len());
    let from = unique_from(secret);
    let needle = |spelling: Spelling, text: &[u8], byte: &dyn Fn(usize) -> usize, enough: usize| {
        let letters =
            text.iter().enumerate().filter(|(at, letter)| letter.is_ascii_alphanumeric() && byte(*at) >= from);
        let (bytes, characters) = letters.map(|(at, letter)| (byte(at), *letter)).unzip();
        Needle { secret: number, spelling, characters: Zeroizing::new(characters), bytes, enough }
    };
    let bytes = secret.as_bytes();
    let mut all = Vec::new();
    if compared == Compared::LettersAndDigits {
        all.push(needle(Spelling::Plain, bytes, &|at| at, enough));
    }
    let hex: Zeroizing<String> = Zeroizing::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    all.push(needle(Spelling::Hex, hex.as_bytes(), &|at| at / 2, enough));
    for before in 0..3 {
        let whole = Zeroizing::new([vec![0; before].as_slice(), bytes].concat());
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(&*whole));
        // The first and the last characters stand for bits of the neighbours too.
        let first = (before * 8).div_ceil(6);
        let last = whole.len() * 8 / 6;
        let inner = encoded.get(first..last).unwrap_or_default();
        let byte = |at: usize| ((first + at) * 6 / 8).saturating_sub(before);
        all.push(needle(
            Spelling::Base64,
            inner.as_bytes(),
            &byte,
            enough.saturating_sub(2 * Spelling::Base64 as usize),
        ));
    }
    all
}

/// Another number for each gram, capital letters as small ones.
fn hash(gram: &[u8]) -> Option<u32> {
    let letters = u32::from_ne_bytes(gram.try_into().ok()?) | 0x2020_2020;
    // An odd factor loses nothing.
    Some(letters.wrapping_mul(0x9E37_79B1))
}

fn slot(hash: u32) -> (usize, u64) {
    let bit = hash >> (32 - FILTER_BITS);
    ((bit >> 6) as usize, 1 << (bit & 63))
}

fn bucket(hash: u32) -> usize {
    (hash >> (32 - BUCKET_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "q8Jm1vXw2ZrT5yKc7BnEuHs4LdPf9AgQ-3iRo6WtYxM0aNkVb";

    /// What is left of a text without the pieces that are found in it.
    fn rest(text: &str) -> String {
        let found = PieceFinder::new([SECRET]).find(text.as_bytes(), &mut 0);
        let mut rest = text.to_owned();
        found.into_iter().rev().for_each(|range| rest.replace_range(range, ""));
        rest
    }

    fn pieces(text: &str, length: usize) -> Vec<String> {
        text.as_bytes().chunks(length).map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect()
    }

    #[track_caller]
    fn nothing_is_left(text: &str, separators: usize) {
        let left = rest(text).chars().filter(char::is_ascii_alphanumeric).count();
        // The first and the last piece may hold too few letters of the secret.
        assert!(left <= separators + 9, "{text}: {}", rest(text));
    }

    #[test]
    fn pieces_in_lines_fields_and_markup_are_found() {
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        for spelled in
            [SECRET.to_owned(), BASE64_STANDARD.encode(SECRET), BASE64_STANDARD.encode(format!("a{SECRET}")), hex]
        {
            for length in [5, 8, 12, 16] {
                let parts = pieces(&spelled, length);
                let numbered = parts.iter().enumerate().map(|(at, part)| format!("{at:04}: {part}\n"));
                nothing_is_left(&numbered.collect::<String>(), 4 * parts.len());
                let fields = parts.iter().enumerate().map(|(at, part)| format!("\"part_{at}\":\"{part}\","));
                nothing_is_left(&fields.collect::<String>(), 6 * parts.len());
                for (between, letters) in
                    [("<br>", 2), ("<br class=x>", 8), ("\u{200b}", 0), ("\u{a0}", 0), ("&#8203;", 4)]
                {
                    nothing_is_left(&parts.join(between), letters * parts.len());
                }
            }
        }
    }

    #[test]
    fn words_in_base64_that_each_begin_anew_are_found() {
        for length in [8, 9, 10] {
            let words =
                pieces(SECRET, length).into_iter().map(|part| format!("=?utf-8?B?{}?= ", BASE64_STANDARD.encode(part)));
            let words: Vec<String> = words.collect();
            nothing_is_left(&words.concat(), 8 * words.len());
        }
    }

    #[test]
    fn columns_of_a_dump_are_found() {
        let mut dump = String::new();
        for (at, line) in SECRET.as_bytes().chunks(16).enumerate() {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            dump.push_str(&format!("{:08x}  {}  |{}|\n", at * 16, hex.join(" "), String::from_utf8_lossy(line)));
        }
        nothing_is_left(&dump, 8 * 4);
    }

    #[test]
    fn few_pieces_and_pieces_in_another_order_are_kept() {
        let parts = pieces(SECRET, 5);
        let few = parts[..3].join("<br>");
        assert_eq!(rest(&few), few);
        let mut turned = parts;
        turned.reverse();
        let turned = turned.join("<br>");
        assert_eq!(rest(&turned), turned);
        let far = pieces(SECRET, 5).join(&"x".repeat(GAP + 1));
        assert_eq!(rest(&far), far);
    }

    #[test]
    fn an_id_that_differs_in_one_digit_is_kept() {
        let finder = PieceFinder::new(["6f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0"]);
        assert!(finder.find(b"6f1c2d3e-4b5a-7978-8796-000000000001", &mut 0).is_empty());
    }
}
