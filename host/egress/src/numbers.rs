//! Lists of numbers and of single characters: `[113 56 74]`, `{"0":113,"1":56}`, `chr(113).chr(56)`, `71·38·4a`.
//!
//! Anything may stand between two numbers. Other numbers may stand there too, such as an index before each: so every number is read,
//! then every second one, and so on. Only lists that could spell a secret are searched.

use std::ops::{Range, RangeInclusive};

use crate::finder::SHORTEST;

/// Numbers of a row of a list: an index, a decimal and a hex code, a count.
const STRIDES: usize = 4;
/// Numbers that are looked at together, so that the memory does not grow with the text.
const BLOCK: usize = 1024;
/// Numbers of a block that the next one has too. A list across both has 16 characters or more in one of them.
const OVERLAP: usize = 128;
/// The longest run of letters and digits that is a number: eight bytes in hex.
const LONGEST: usize = 16;
/// The shortest text between two numbers that holds one sign in quotes: `:"-",`.
const SHORTEST_SIGN: usize = 5;

/// How a number stands for one character: in decimal, hex or octal.
const RADIXES: usize = 3;

/// What a byte is for a list.
#[derive(Clone, Copy)]
enum Kind {
    Other,
    Letter,
    Digit,
}

/// By a table: whether a byte is a letter changes too often to be foreseen.
static KINDS: [Kind; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "done by the compiler, which checks it")]
const fn kinds() -> [Kind; 256] {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0_u8;
    while byte < 0x7f {
        if byte.is_ascii_digit() {
            kinds[byte as usize] = Kind::Digit;
        } else if byte.is_ascii_alphabetic() {
            kinds[byte as usize] = Kind::Letter;
        }
        byte += 1;
    }
    kinds
}

fn kind(byte: u8) -> Kind {
    KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Other)
}

/// For each stride, a bit for each number of the shortest list.
const LISTS: [u64; STRIDES] = [list(1), list(2), list(3), list(4)];

const fn list(stride: usize) -> u64 {
    let (mut bits, mut count) = (0, 0);
    while count < SHORTEST {
        bits |= 1 << (stride * count);
        count += 1;
    }
    bits
}

/// A number, or a character that stands apart.
struct Number {
    text: Range<usize>,
    /// The character in each radix; NUL for none that can be seen.
    characters: [u8; RADIXES],
}

/// Every number of the lists in which `find` finds something. It is given the characters that they stand for.
pub(crate) fn find(text: &[u8], mut find: impl FnMut(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.iter().filter(|byte| byte.is_ascii_digit()).count() < SHORTEST {
        return found;
    }
    let mut reader = Reader { text, at: 0, block: Vec::with_capacity(BLOCK + 1), words: 0, lists: Lists::default() };
    loop {
        let goes_on = reader.fill();
        let mut is_found = vec![false; reader.block.len()];
        for list in reader.lists() {
            for range in find(&list.characters) {
                let numbers = list.numbers.get(range.clone()).unwrap_or_default();
                let characters = list.characters.get(range).unwrap_or_default();
                let mut letters = numbers
                    .iter()
                    .zip(characters)
                    .filter(|(_, character)| character.is_ascii_alphanumeric())
                    .peekable();
                // An index that stands for a sign, beside characters that are found without it.
                let is_again = letters.peek().is_some()
                    && letters.all(|(number, _)| is_found.get(*number).copied().unwrap_or_default());
                for number in numbers.iter().filter(|_| !is_again) {
                    if let (Some(is_found), Some(number)) = (is_found.get_mut(*number), reader.block.get(*number)) {
                        *is_found = true;
                        found.push(number.text.clone());
                    }
                }
            }
        }
        if !goes_on {
            return found;
        }
    }
}

/// Characters, and for each the number that stands for it.
#[derive(Default)]
struct List {
    characters: Vec<u8>,
    numbers: Vec<usize>,
}

impl List {
    fn push(&mut self, character: u8, number: usize) {
        if is_visible(character) {
            self.characters.push(character);
            self.numbers.push(number);
        }
    }
}

/// Where lists may be: a bit for the first number of each, by radix and stride.
#[derive(Default)]
struct Lists {
    /// A bit for each of the last numbers that stands for a character.
    latest: [u64; RADIXES],
    phases: [[u8; STRIDES]; RADIXES],
}

impl Lists {
    fn add(&mut self, characters: [u8; RADIXES], at: usize) {
        for ((latest, phases), character) in self.latest.iter_mut().zip(&mut self.phases).zip(characters) {
            *latest = *latest << 1 | u64::from(character != 0);
            if character == 0 || (latest.count_ones() as usize) < SHORTEST {
                continue;
            }
            for ((phase, list), stride) in phases.iter_mut().zip(LISTS).zip(1..) {
                if *latest & list == list {
                    *phase |= 1 << (at % stride);
                }
            }
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    block: Vec<Number>,
    /// Characters of words of several bytes in the block.
    words: usize,
    lists: Lists,
}

impl Reader<'_> {
    /// Reads the next block. False at the end of the text.
    fn fill(&mut self) -> bool {
        self.block.drain(..self.block.len().saturating_sub(OVERLAP));
        (self.words, self.lists) = (0, Lists::default());
        for (at, number) in self.block.iter().enumerate() {
            self.lists.add(number.characters, at);
            self.words += word(self.text.get(number.text.clone()).unwrap_or_default()).count();
        }
        let (mut start, mut end, mut has_digit) = (self.at, self.at, false);
        for (at, byte) in self.text.iter().enumerate().skip(self.at) {
            match kind(*byte) {
                Kind::Letter => {}
                Kind::Digit => has_digit = true,
                Kind::Other => {
                    if start < at {
                        self.read(end, start..at, has_digit);
                        (end, has_digit) = (at, false);
                        if self.block.len() >= BLOCK {
                            self.at = at;
                            return true;
                        }
                    }
                    start = at + 1;
                }
            }
        }
        self.read(end, start..self.text.len(), has_digit);
        false
    }

    /// Reads a run of letters and digits, and what is between it and the one before, which ends at `end`.
    fn read(&mut self, end: usize, run: Range<usize>, has_digit: bool) {
        if end + SHORTEST_SIGN <= run.start
            && let Some(sign) = sign(self.text.get(end..run.start).unwrap_or_default())
        {
            let at = end + sign;
            self.push(at..at + 1, [self.text.get(at).copied().unwrap_or_default(); RADIXES]);
        }
        if !has_digit && run.len() != 1 {
            return;
        }
        let digits = self.text.get(run.clone()).unwrap_or_default();
        self.words += word(digits).count();
        self.push(run, characters(digits));
    }

    fn push(&mut self, text: Range<usize>, characters: [u8; RADIXES]) {
        self.lists.add(characters, self.block.len());
        self.block.push(Number { text, characters });
    }

    /// The lists of the block that are long enough, those with the most between their numbers first.
    fn lists(&self) -> Vec<List> {
        let mut lists = Vec::new();
        for stride in (1..=STRIDES).rev() {
            for (radix, phases) in self.lists.phases.iter().enumerate() {
                let bits = phases.get(stride - 1).copied().unwrap_or_default();
                for phase in (0..stride).filter(|phase| bits & 1 << phase != 0) {
                    let mut list = List::default();
                    for (at, number) in self.block.iter().enumerate().skip(phase).step_by(stride) {
                        list.push(number.characters.get(radix).copied().unwrap_or_default(), at);
                    }
                    lists.push(list);
                }
            }
        }
        if self.words >= SHORTEST {
            let mut list = List::default();
            for (at, number) in self.block.iter().enumerate() {
                word(self.text.get(number.text.clone()).unwrap_or_default())
                    .for_each(|character| list.push(character, at));
            }
            lists.push(list);
        }
        lists
    }
}

/// A sign that stands between two quotes, in what parts two numbers.
fn sign(gap: &[u8]) -> Option<usize> {
    if gap.len() < SHORTEST_SIGN {
        return None;
    }
    let quoted = gap.windows(3).position(|part| match part {
        [b'"', sign, b'"'] | [b'\'', sign, b'\''] => is_visible(*sign) && !b" ,:\"'\\[]{}".contains(sign),
        _ => false,
    });
    quoted.map(|at| at + 1)
}

/// What a run of letters and digits stands for in each radix.
fn characters(run: &[u8]) -> [u8; RADIXES] {
    if let [character] = run {
        return [*character; RADIXES];
    }
    if run.len() > LONGEST {
        return [0; RADIXES];
    }
    let all = [decimal(run), hex(run), octal(run)];
    all.map(|character| character.filter(|character| is_visible(*character)).unwrap_or_default())
}

/// The first digits: `113`, `0113`, `113u8`.
fn decimal(run: &[u8]) -> Option<u8> {
    let digits = run.get(run.iter().position(u8::is_ascii_digit)?..)?;
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    value::<10>(digits.get(..length)?, 2..=3)
}

/// `71`, `0x71`, `71h`, `u0071`.
fn hex(run: &[u8]) -> Option<u8> {
    let digits = match run {
        [b'0', b'x' | b'X', digits @ ..] | [b'x' | b'X' | b'u' | b'U', digits @ ..] | [digits @ .., b'h' | b'H'] => {
            digits
        }
        digits => digits,
    };
    value::<16>(digits, 2..=2)
}

/// `161`, `0o161`.
fn octal(run: &[u8]) -> Option<u8> {
    let digits = match run {
        [b'0', b'o' | b'O', digits @ ..] => digits,
        digits => digits,
    };
    value::<8>(digits, 2..=3)
}

/// The value of digits, if as many of them count.
fn value<const RADIX: u32>(digits: &[u8], lengths: RangeInclusive<usize>) -> Option<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..).filter(|digits| lengths.contains(&digits.len()))?;
    u8::try_from(number::<RADIX>(digits)?).ok()
}

/// Of at most sixteen digits.
fn number<const RADIX: u32>(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, digit: &u8| {
        let digit = char::from(*digit).to_digit(RADIX)?;
        Some(number.wrapping_mul(u64::from(RADIX)) + u64::from(digit))
    };
    digits.iter().try_fold(0, add)
}

/// The characters of several bytes in one number, the last byte first, as dumps write them: four, eight or sixteen digits in hex, five in
/// decimal, six in octal.
fn word(run: &[u8]) -> impl Iterator<Item = u8> {
    // What begins with a NUL is one character, or where a line of a dump begins.
    let number = match run.len() {
        4 | 8 | LONGEST if !run.starts_with(b"00") => number::<16>(run),
        5 => number::<10>(run),
        6 => number::<8>(run),
        _ => None,
    };
    let number = number.unwrap_or_default();
    number.to_le_bytes().into_iter().filter(|byte| is_visible(*byte))
}

fn is_visible(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "q8Jm1vXw-2ZrT5yKc";

    /// What is left of a text without the numbers of the lists that spell the secret.
    fn rest(text: &str) -> String {
        let spells = |characters: &[u8]| {
            let text = String::from_utf8(characters.to_vec()).unwrap();
            text.find(SECRET).map(|at| at..at + SECRET.len()).into_iter().collect()
        };
        let mut ranges = find(text.as_bytes(), spells);
        ranges.sort_by_key(|range| range.start);
        ranges.dedup();
        let mut rest = text.to_owned();
        ranges.into_iter().rev().for_each(|range| rest.replace_range(range, "#"));
        rest
    }

    fn list(one: impl Fn(usize, u8) -> String, between: &str) -> String {
        let all: Vec<String> = SECRET.bytes().enumerate().map(|(at, byte)| one(at, byte)).collect();
        all.join(between)
    }

    #[test]
    fn numbers_with_anything_between_are_read() {
        for between in [" ", "\n", "|", "-", ".", ":", ";", "\t", "\",\"", "·", " and ", "/* */"] {
            let expected = list(|_, _| "#".to_owned(), between);
            for one in [
                |_: usize, byte: u8| format!("{byte}"),
                |_, byte| format!("{byte:03}"),
                |_, byte| format!("{byte:02x}"),
                |_, byte| format!("{byte:#06X}"),
                |_, byte| format!("{byte:02x}h"),
                |_, byte| format!("{byte:03o}"),
                |_, byte| format!("{byte:#o}"),
                |_, byte| format!("{byte}u8"),
            ] {
                assert_eq!(rest(&list(one, between)), expected);
            }
        }
        assert_eq!(rest(&list(|_, byte| format!("chr({byte})"), ".")), list(|_, _| "chr(#)".to_owned(), "."));
    }

    #[test]
    fn other_numbers_between_are_passed() {
        assert_eq!(rest(&list(|at, byte| format!("\"{at}\":{byte}"), ",")), list(|at, _| format!("\"{at}\":#"), ","));
        assert_eq!(rest(&list(|at, byte| format!("c{at}={byte}"), "&")), list(|at, _| format!("c{at}=#"), "&"));
        assert_eq!(
            rest(&list(|at, byte| format!("[{at}, 1, 65, {byte}]"), ",")),
            list(|at, _| format!("[{at}, 1, 65, #]"), ",")
        );
    }

    #[test]
    fn characters_with_an_index_are_read() {
        let quoted = list(|at, byte| format!("\"{at}\":\"{}\"", char::from(byte)), ",");
        assert_eq!(rest(&quoted), list(|at, _| format!("\"{at}\":\"#\""), ","));
    }

    #[test]
    fn words_of_a_dump_are_read() {
        for width in [2, 4, 8] {
            let words: Vec<String> = SECRET.as_bytes()[..16]
                .chunks(width)
                .map(|word| word.iter().rev().map(|byte| format!("{byte:02x}")).collect())
                .collect();
            let dump = format!("0000040 {} {:02x}\n", words.join(" "), b'c');
            let mut characters = Vec::new();
            find(dump.as_bytes(), |list| {
                characters.push(String::from_utf8(list.to_vec()).unwrap());
                Vec::new()
            });
            assert!(characters.iter().any(|list| list.contains(&SECRET[..16])), "{dump}: {characters:?}");
        }
    }

    #[test]
    fn lists_across_blocks_are_read() {
        let secret = list(|at, byte| format!("{at}={byte}"), ",");
        for before in BLOCK - 40..BLOCK + 40 {
            let text = format!("{}{secret}", "0,".repeat(before));
            assert_eq!(rest(&text).matches('#').count(), SECRET.len(), "{before}");
        }
    }

    #[test]
    fn other_lists_are_not_searched() {
        let dates = r#"{"created_at":"2026-01-31T10:00:00Z","type":2,"id":3000000001},"#.repeat(500);
        let bytes: String = (0..5_000).map(|number| format!("{},", number * 97 % 256)).collect();
        for text in [dates, bytes, "no digit in here".repeat(500)] {
            let mut searched = 0;
            find(text.as_bytes(), |list| {
                searched += list.len();
                Vec::new()
            });
            assert!(searched * 10 < text.len(), "{searched} of {}: {}", text.len(), &text[..20]);
        }
    }
}
