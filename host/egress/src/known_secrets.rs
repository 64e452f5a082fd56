//! Secrets that this host has used, taken out of what a service sends back.
//!
//! Services and the proxies before them repeat what they were sent: the `Authorization` header in an error page, the refresh
//! token in a description. The host knows the bytes, so it looks for them in every spelling that an answer may use.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::spelling::{Spelling, spellings};
use crate::unescape::unescape;

const MASK: &[u8] = b"[hidden]";
/// Shorter texts occur by chance, and hiding them would spoil honest answers.
const SHORTEST: usize = 12;
/// As much of a long secret is hidden too.
const PIECE: usize = 16;
const WINDOW: usize = 8;
/// So that 11 bytes or more hold a whole window.
const STEP: usize = SHORTEST - WINDOW;
const FILTER_BITS: u32 = 16;
/// A JSON text inside a JSON text inside an address: more than any honest answer nests its escapes.
const DEEPEST: usize = 3;

/// Secrets of one connection or one request. Clones share them; they cannot be printed or read back.
#[derive(Clone, Default)]
pub struct KnownSecrets {
    secrets: Vec<SecretString>,
    /// Made when the first text is searched, and shared by clones.
    finder: Arc<OnceLock<Finder>>,
}

impl KnownSecrets {
    /// These secrets. Those under 12 bytes are left out: they occur by chance.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<SecretString> = Vec::new();
        for secret in secrets {
            if secret.len() >= SHORTEST && all.iter().all(|known| known.expose_secret() != secret) {
                all.push(SecretString::from(secret));
            }
        }
        Self { secrets: all, finder: Arc::default() }
    }

    /// These and those.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self::of(self.secrets.iter().chain(&others.secrets).map(ExposeSecret::expose_secret))
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The bytes with `[hidden]` in place of every secret: as it is, percent-encoded, escaped as in JSON, in base64 wherever
    /// it stands in what was encoded, or in hex. Valid JSON stays valid JSON. Bytes without a secret are returned as they came.
    pub fn scrub(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.hits(&bytes) {
            hits if hits.is_empty() => bytes,
            hits => mask(&bytes, hits),
        }
    }

    /// [`KnownSecrets::scrub`] for a text.
    pub fn scrub_text(&self, text: String) -> String {
        match self.hits(text.as_bytes()) {
            hits if hits.is_empty() => text,
            // Secrets are texts: what is left after taking one out is text too.
            hits => String::from_utf8_lossy(&mask(text.as_bytes(), hits)).into_owned(),
        }
    }

    fn hits(&self, text: &[u8]) -> Vec<Hit> {
        if self.secrets.is_empty() || text.len() < SHORTEST {
            return Vec::new();
        }
        self.finder.get_or_init(|| Finder::new(&self.secrets)).hits(text, 0)
    }
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownSecrets(hidden)")
    }
}

/// Where a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    start: usize,
    end: usize,
}

/// All spellings of all secrets, ready to be looked for in one pass. The text is looked at every `STEP` bytes, at `WINDOW`
/// bytes each time: whatever is as long as the shortest secret has a window of it in there. Aho and Corasick's automaton of as
/// many needles takes fifty times as long to make, and ten times as long to run.
struct Finder {
    /// A bit for each window there may be: most are passed by it alone.
    filter: Vec<u64>,
    /// The spelling a window is of, and where it stands there.
    windows: HashMap<u64, (usize, usize)>,
    spellings: Vec<Zeroizing<Vec<u8>>>,
}

impl Finder {
    fn new(secrets: &[SecretString]) -> Self {
        let found: Vec<Spelling> = secrets.iter().flat_map(|secret| spellings(secret.expose_secret())).collect();
        let room = found.iter().map(|spelling| spelling.text.len() - spelling.unique_from).sum();
        let mut all = Self {
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            windows: HashMap::with_capacity(room),
            spellings: Vec::with_capacity(found.len()),
        };
        for Spelling { text, unique_from } in found {
            for (at, window) in text.windows(WINDOW).enumerate().skip(unique_from) {
                let Some(key) = key(window) else { continue };
                let (word, bit) = slot(key);
                if let Some(word) = all.filter.get_mut(word) {
                    *word |= bit;
                }
                all.windows.entry(key).or_insert((all.spellings.len(), at));
            }
            all.spellings.push(text);
        }
        all
    }

    /// Every place of a secret in the text, and in what its escapes stand for.
    fn hits(&self, text: &[u8], depth: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        let (mut at, mut from) = (0, 0);
        while let Some(window) = text.get(at..at + WINDOW) {
            if let Some(hit) = self.find(window).and_then(|place| self.extend(text, from, at, place)) {
                from = hit.end;
                at = hit.end;
                hits.push(Hit { start: escape_start(text, hit.start), end: hit.end });
            } else {
                at += STEP;
            }
        }
        if depth < DEEPEST
            && let Some(plain) = unescape(text)
        {
            let inner = self.hits(&plain.bytes, depth + 1);
            hits.extend(
                inner.into_iter().map(|hit| Hit { start: plain.source(hit.start), end: plain.source(hit.end) }),
            );
        }
        hits
    }

    fn find(&self, window: &[u8]) -> Option<(usize, usize)> {
        let key = key(window)?;
        let (word, bit) = slot(key);
        if self.filter.get(word).is_none_or(|word| word & bit == 0) {
            return None;
        }
        self.windows.get(&key).copied()
    }

    /// As much of the secret around a window as is there, if that is enough to be one.
    fn extend(&self, text: &[u8], from: usize, at: usize, place: (usize, usize)) -> Option<Hit> {
        let spelling = self.spellings.get(place.0)?;
        let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
        let before =
            text.get(from..at)?.iter().rev().zip(spelling.get(..place.1)?.iter().rev()).take_while(same).count();
        let after = text.get(at..)?.iter().zip(spelling.get(place.1..)?).take_while(same).count();
        (before + after >= PIECE.min(spelling.len())).then_some(Hit { start: at - before, end: at + after })
    }
}

/// The window in one number, capital letters as small ones: host names and hex come back in another case.
fn key(window: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(window.try_into().ok()?) | 0x2020_2020_2020_2020)
}

fn slot(key: u64) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// The beginning of the JSON escape that `at` stands in, so that no half of one is left: `\[hidden]` would be no JSON.
fn escape_start(text: &[u8], at: usize) -> usize {
    for back in 1..=5.min(at) {
        let slash = at - back;
        if text.get(slash) == Some(&b'\\') {
            let run = text.get(..slash).unwrap_or_default().iter().rev().take_while(|byte| **byte == b'\\').count();
            let covers = back == 1 || text.get(slash + 1) == Some(&b'u');
            return if covers && run % 2 == 0 { slash } else { at };
        }
    }
    at
}

/// The text with each hit replaced once; hits that touch are one.
fn mask(text: &[u8], mut hits: Vec<Hit>) -> Vec<u8> {
    hits.sort_unstable();
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    let mut hits = hits.into_iter().peekable();
    while let Some(Hit { start, mut end }) = hits.next() {
        while let Some(next) = hits.next_if(|next| next.start <= end) {
            end = end.max(next.end);
        }
        out.extend_from_slice(text.get(done..start).unwrap_or_default());
        // A number stays a number.
        let digits = text.get(start..end).is_some_and(|hit| hit.iter().all(u8::is_ascii_digit));
        out.extend_from_slice(if digits { b"0" } else { MASK });
        done = end;
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};

    use super::*;

    const OPAQUE: &str = "canary+of/forty \"characters\"\\-0123456789-and-some-more";
    const JWT: &str = "eyJhbGciOiJIUzUxMiJ9.eyJhdWQiOiJodHRwczovL29hdXRoLmV4YW1wbGUiLCJ1aWQiOiJhZGEifQ.\
        q8Jm1vXw2ZrT5yKc7BnEuHs4LdPf9AgQ3iRo6WtYxM0aNkVbCjSlDzUeGhIpOqFv_1-8TnRwXy2ZsKd4Mc7Lb";

    /// As it stands between the quotes of a JSON text.
    fn json(text: &str) -> String {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    }

    /// A secret as services and proxies spell it.
    fn spelled(secret: &str) -> Vec<String> {
        let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let each = |one: fn(&u8) -> String| secret.as_bytes().iter().map(one).collect::<String>();
        let mut all = vec![
            secret.to_owned(),
            secret.to_ascii_lowercase(),
            percent.replace('+', "%20"),
            each(|byte| format!("%{byte:02x}")),
            json(secret),
            json(secret).replace('/', "\\/"),
            json(&json(secret)),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("{byte:02X}")),
        ];
        for before in ["", "a", "ab"] {
            let whole = format!("{before}{secret}:after");
            all.push(BASE64_STANDARD.encode(&whole));
            all.push(BASE64_URL_SAFE_NO_PAD.encode(&whole));
            all.push(BASE64_STANDARD.encode(&whole).replace('+', "%2B").replace('/', "%2F"));
        }
        all
    }

    #[track_caller]
    fn hidden(text: &str, secret: &str) -> String {
        let scrubbed = KnownSecrets::of([secret]).scrub_text(text.to_owned());
        let needles = switchboard_leaks::Needles::new(&[("secret".to_owned(), secret.as_bytes().to_vec())]);
        assert!(needles.find(text.as_bytes()).is_some() || text.chars().any(char::is_lowercase), "{text}");
        assert_eq!(needles.find(scrubbed.as_bytes()), None, "{text}: {scrubbed}");
        scrubbed
    }

    #[test]
    fn every_spelling_is_hidden_and_its_neighbours_are_kept() {
        for secret in [OPAQUE, JWT] {
            for spelling in spelled(secret) {
                let scrubbed = hidden(&format!("before {spelling} after"), secret);
                assert!(scrubbed.starts_with("before ") && scrubbed.ends_with(" after"), "{scrubbed}");
                assert!(scrubbed.contains("[hidden]"), "{spelling}: {scrubbed}");
            }
        }
    }

    #[test]
    fn json_stays_json() {
        for secret in [OPAQUE, JWT, "nothing-like-an-escape"] {
            for spelling in spelled(secret).into_iter().filter(|spelling| !spelling.contains(['"', '\\'])) {
                let text = format!(r#"{{"a":"\n{spelling}\u00e9{spelling}\\","b":[1]}}"#);
                let scrubbed = hidden(&text, secret);
                assert!(serde_json::from_str::<serde_json::Value>(&scrubbed).is_ok(), "{scrubbed}");
            }
            let text = format!(r#"{{"a":"{}","b":"\\{}"}}"#, json(secret), json(&json(secret)));
            let scrubbed = hidden(&text, secret);
            assert!(serde_json::from_str::<serde_json::Value>(&scrubbed).is_ok(), "{scrubbed}");
        }
        let number = KnownSecrets::of(["123456789012"]).scrub_text(r#"{"code":123456789012}"#.to_owned());
        assert_eq!(number, r#"{"code":0}"#);
    }

    #[test]
    fn half_of_a_long_secret_is_hidden() {
        let scrubbed = KnownSecrets::of([OPAQUE]).scrub_text(format!("cut: {}...", &OPAQUE[3..40]));
        assert_eq!(scrubbed, "cut: [hidden]...");
    }

    #[test]
    fn another_token_with_the_same_header_is_kept() {
        let (start, _) = JWT.rsplit_once('.').unwrap();
        let other = format!("{start}.another-signature-that-is-as-long-as-the-first");
        assert_eq!(KnownSecrets::of([JWT]).scrub_text(other.clone()), other);
    }

    #[test]
    fn an_answer_without_a_secret_is_not_copied() {
        let body = br#"{"topic":"a \"quoted\" one","url":"https://a.example/?x=%20"}"#.to_vec();
        let (before, place) = (body.clone(), body.as_ptr());
        let scrubbed = KnownSecrets::of([OPAQUE, JWT]).scrub(body);
        assert_eq!(scrubbed, before);
        assert_eq!(scrubbed.as_ptr(), place);
    }

    #[test]
    fn short_secrets_are_left_alone() {
        assert!(KnownSecrets::of(["password"]).is_empty());
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let known = KnownSecrets::of([JWT, OPAQUE, &"a".repeat(64)]);
        let texts = [
            JWT[..90].repeat(20_000),
            "\\".repeat(2 << 20),
            "%25".repeat(1 << 20),
            "a".repeat(2 << 20),
            JWT.repeat(10_000),
        ];
        for text in texts {
            let begun = std::time::Instant::now();
            known.scrub(text.clone().into_bytes());
            let took = begun.elapsed();
            assert!(took < std::time::Duration::from_secs(4), "{}: {took:?}", &text[..20]);
        }
    }

    #[test]
    fn it_is_never_printed() {
        assert_eq!(format!("{:?}", KnownSecrets::of([OPAQUE])), "KnownSecrets(hidden)");
    }
}
