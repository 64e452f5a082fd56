//! One mutant of a corpus: a few changes, drawn from its number.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::{corpus, targets};

/// The longest mutant, bytes: some three times what ended processes before.
const LONGEST: usize = 64 * 1024;
/// The longest mutant but for one in [`RARE`]: most faults need few bytes, and few bytes are read fast.
const USUAL: usize = 4 * 1024;
/// How seldom a mutant may be as long as [`LONGEST`].
const RARE: u32 = 1_024;

/// Numbers at the ends of what types hold.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1.5",
    "-0",
    "255",
    "65535",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1e308",
    "1e999",
    "1e-999",
    "0x10",
    "NaN",
];

/// Characters that readers and terminals treat in their own ways.
const CHARACTERS: &[&str] = &[
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "\u{1b}[31m",
    "\u{301}",
    "\u{1f600}",
    "\u{2028}",
    "\u{85}",
    "\r\n",
    "\t",
    "\\",
    "\"",
    "'",
    "\\u0000",
    "\\ud800",
    "é",
    "ß",
    "\u{200b}",
    "%2F",
    "%00",
];

/// Makes the mutants of one target.
pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    crashes: Vec<Vec<u8>>,
    words: &'static [&'static str],
    seed: u64,
}

impl Mutator {
    /// The mutants of a target's corpus, made with the words of its language.
    pub fn new(target: &str, seed: u64) -> Self {
        Self { corpus: corpus::of(target), crashes: corpus::crashes(target), words: targets::words(target), seed }
    }

    /// The input of a number: crashes and corpus come first, as they are.
    pub fn input(&self, number: u64) -> Vec<u8> {
        let known = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(input) = self.crashes.iter().chain(&self.corpus).nth(known) {
            return input.clone();
        }
        // The multiplier of splitmix64: neighbouring numbers share nothing.
        let mut rng = StdRng::seed_from_u64(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let longest = if rng.random_ratio(1, RARE) { LONGEST } else { USUAL };
        let mut input = self.any(&mut rng).to_vec();
        let changes = 1 + rng.random_range(0..6) * rng.random_range(0..2);
        for _ in 0..changes {
            self.change(&mut input, longest, &mut rng);
            input.truncate(LONGEST.max(longest));
        }
        input
    }

    fn any(&self, rng: &mut StdRng) -> &[u8] {
        self.corpus.get(rng.random_range(0..self.corpus.len())).map_or(&[], Vec::as_slice)
    }

    fn change(&self, input: &mut Vec<u8>, longest: usize, rng: &mut StdRng) {
        match rng.random_range(0..13) {
            0 => byte(input, rng),
            1 => {
                let at = place(input, rng);
                insert(input, at, self.word(rng).as_bytes());
            }
            2 | 3 => {
                let token = token(input, rng);
                let word = self.word(rng);
                input.splice(token, word.bytes());
            }
            4 => {
                let span = span(input, rng);
                input.drain(span);
            }
            5 => {
                let text = copy(input, span(input, rng));
                let at = place(input, rng);
                insert(input, at, &text);
            }
            6 => {
                let other = self.any(rng);
                let text = copy(other, span(other, rng));
                let token = token(input, rng);
                input.splice(token, text);
            }
            7 => {
                let cut = place(input, rng);
                let other = self.any(rng);
                let rest = copy(other, place(other, rng)..other.len());
                input.truncate(cut);
                input.extend(rest);
            }
            8 => {
                let token = if rng.random() { token(input, rng) } else { span(input, rng) };
                repeat(input, token, longest, rng);
            }
            9 => {
                let at = place(input, rng);
                let word = self.word(rng);
                insert(input, at, word.as_bytes());
                repeat(input, at..at + word.len(), longest, rng);
            }
            10 => nest(input, longest, rng),
            11 => {
                let token = token(input, rng);
                input.splice(token, pick(NUMBERS, rng).bytes());
            }
            _ => {
                let at = place(input, rng);
                insert(input, at, pick(CHARACTERS, rng).as_bytes());
            }
        }
    }

    fn word(&self, rng: &mut StdRng) -> &'static str {
        pick(self.words, rng)
    }
}

fn pick(all: &[&'static str], rng: &mut StdRng) -> &'static str {
    all.get(rng.random_range(0..all.len())).copied().unwrap_or_default()
}

fn byte(input: &mut [u8], rng: &mut StdRng) {
    let at = place(input, rng);
    if let Some(byte) = input.get_mut(at) {
        *byte = if rng.random() { *byte ^ (1 << rng.random_range(0..8)) } else { rng.random() };
    }
}

/// Any place, the end included.
fn place(input: &[u8], rng: &mut StdRng) -> usize {
    rng.random_range(0..=input.len())
}

/// A short run of bytes, mostly.
fn span(input: &[u8], rng: &mut StdRng) -> std::ops::Range<usize> {
    let start = place(input, rng);
    let most = if rng.random_ratio(1, 8) { input.len() } else { 32 };
    start..input.len().min(start + rng.random_range(0..=most))
}

/// The word, number or sign at some place.
fn token(input: &[u8], rng: &mut StdRng) -> std::ops::Range<usize> {
    let at = place(input, rng).min(input.len().saturating_sub(1));
    let word = |at: usize| input.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.$".contains(byte));
    if !word(at) {
        return at..input.len().min(at + 1);
    }
    let start = (0..at).rev().take_while(|at| word(*at)).last().unwrap_or(at);
    start..(at..input.len()).find(|at| !word(*at)).unwrap_or(input.len())
}

fn copy(input: &[u8], span: std::ops::Range<usize>) -> Vec<u8> {
    input.get(span).unwrap_or_default().to_vec()
}

fn insert(input: &mut Vec<u8>, at: usize, text: &[u8]) {
    input.splice(at..at, text.iter().copied());
}

/// Twice to very often, as long as there is room.
fn repeat(input: &mut Vec<u8>, span: std::ops::Range<usize>, longest: usize, rng: &mut StdRng) {
    let text = copy(input, span.clone());
    let times = times(text.len(), input.len(), longest, rng);
    let at = span.end;
    input.splice(at..at, text.repeat(times));
}

/// A bracket and what it holds, around itself.
fn nest(input: &mut Vec<u8>, longest: usize, rng: &mut StdRng) {
    let from = place(input, rng);
    let Some(open) = (from..input.len()).find(|at| input.get(*at).is_some_and(|byte| b"[{(".contains(byte))) else {
        return;
    };
    let mut depth = 0_usize;
    let close = (open..input.len()).find(|at| {
        match input.get(*at) {
            Some(b'[' | b'{' | b'(') => depth += 1,
            Some(b']' | b'}' | b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let Some(close) = close else { return };
    // What stands before an inner bracket stays in front of each level: `{"a":` of `{"a":{}}`.
    let inner = (open + 1..close).find(|at| input.get(*at).is_some_and(|byte| b"[{(".contains(byte)));
    let head = copy(input, open..inner.unwrap_or(open + 1));
    let tail = copy(input, close..close + 1);
    let times = times(head.len() + 1, input.len(), longest, rng);
    input.splice(close..close, tail.repeat(times));
    input.splice(open..open, head.repeat(times));
}

fn times(length: usize, taken: usize, longest: usize, rng: &mut StdRng) -> usize {
    let room = longest.saturating_sub(taken) / length.max(1);
    let few = 1_usize << rng.random_range(0..7);
    if longest > USUAL || rng.random_ratio(1, 16) { room } else { few.min(room) }
}
