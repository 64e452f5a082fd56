//! Secrets that this host has used, taken out of what a service sends back.
//!
//! Services and the proxies before them repeat what they were sent: the `Authorization` header in an error page, the refresh
//! token in a description. The host knows the bytes, so it looks for them in every spelling that an answer may use: by their
//! letters and digits alone, in the text, in what its escapes stand for, and in what is encoded in it, again and again.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret, SecretString};

use crate::compression::unpack;
use crate::encoding::{Decoded, ENCODINGS};
use crate::finder::{Compared, Finder, SHORTEST};
use crate::markup::strip;
use crate::mask::mask;
use crate::numbers;
use crate::pieces::PieceFinder;
use crate::unescape::{Escapes, unescape, unescape_css, unescape_traced};

/// All texts that are found in a text, in bytes of that text. A text in base64 in base64 without end has three times as many.
const MOST_WITHIN: usize = 4;
/// For short texts.
const FEW: usize = 64 * 1024;
/// All that is unpacked in a text, in bytes of that text: what people write is packed to a fifth, the most repetitive logs to a thirtieth.
const MOST_UNPACKED: usize = 32;
/// The same for a large text, so that its search takes no second.
const LARGEST_UNPACKED: usize = 8 << 20;

/// Secrets of one connection or one request. Clones share them; they cannot be printed or read back.
#[derive(Clone, Default)]
pub struct KnownSecrets {
    secrets: Arc<Vec<SecretString>>,
    /// Made when the first text is searched, and shared by clones.
    finders: Arc<OnceLock<Finders>>,
}

impl KnownSecrets {
    /// These secrets. Those with fewer than 12 characters that can be seen are left out: they occur by chance.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<SecretString> = Vec::new();
        for secret in secrets {
            if Compared::suited_to(secret).is_some() && all.iter().all(|known| known.expose_secret() != secret) {
                all.push(SecretString::from(secret));
            }
        }
        Self { secrets: Arc::new(all), finders: Arc::default() }
    }

    /// These and those.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        if others.is_empty() {
            return self.clone();
        }
        Self::of(self.secrets.iter().chain(&*others.secrets).map(ExposeSecret::expose_secret))
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The bytes with `[hidden]` in place of every secret, however it is escaped, encoded or parted by blanks, line ends and
    /// other signs. Valid JSON stays valid JSON. Bytes without a secret are returned as they came. Takes time in proportion to
    /// the bytes; what is encoded deeper than any honest text is hidden whole.
    pub fn scrub(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.search(&bytes).found {
            found if found.is_empty() => bytes,
            found => mask(&bytes, found),
        }
    }

    /// [`KnownSecrets::scrub`] for a text.
    pub fn scrub_text(&self, text: String) -> String {
        match self.search(text.as_bytes()).found {
            found if found.is_empty() => text,
            // Secrets are texts: what is left after taking one out is text too.
            found => String::from_utf8_lossy(&mask(text.as_bytes(), found)).into_owned(),
        }
    }

    fn search(&self, text: &[u8]) -> Search<'_> {
        let left = text.len().saturating_mul(MOST_WITHIN).saturating_add(FEW);
        let packed = text.len().saturating_mul(MOST_UNPACKED).saturating_add(FEW).min(LARGEST_UNPACKED);
        let mut search = Search { finders: None, left, packed, work: 0, found: Vec::new() };
        if !self.secrets.is_empty() && text.len() >= SHORTEST {
            search.finders = Some(self.finders.get_or_init(|| finders(&self.secrets)));
            // Only the text itself has words: what is decoded or has lost its blanks has none.
            search.found = search.within(text, Search::find_words);
        }
        search
    }
}

/// What looks for secrets that stand together, and for those in pieces.
struct Finders {
    whole: Vec<Finder>,
    pieces: PieceFinder,
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownSecrets(hidden)")
    }
}

fn finders(secrets: &[SecretString]) -> Finders {
    let finder = |compared: Compared| {
        let secrets = secrets.iter().map(ExposeSecret::expose_secret);
        let mut suited = secrets.filter(|secret| Compared::suited_to(secret) == Some(compared)).peekable();
        suited.peek().is_some().then(|| Finder::new(suited, compared))
    };
    let whole = [Compared::LettersAndDigits, Compared::Visible].into_iter().filter_map(finder).collect();
    Finders { whole, pieces: PieceFinder::new(secrets.iter().map(ExposeSecret::expose_secret)) }
}

/// The search of one text.
struct Search<'a> {
    finders: Option<&'a Finders>,
    /// How many more bytes of texts within the text are searched.
    left: usize,
    /// How many more bytes are unpacked.
    packed: usize,
    /// How many bytes were looked at.
    work: usize,
    found: Vec<Range<usize>>,
}

impl Search<'_> {
    /// Every place of a secret in the text, in what its escapes stand for, and in what is encoded in there. In order, and apart. `find`
    /// looks in the text as it stands.
    fn within(&mut self, text: &[u8], find: fn(&mut Self, &[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
        let Some(left) = self.left.checked_sub(text.len()) else {
            return std::iter::once(0..text.len()).collect();
        };
        self.left = left;
        let mut found = find(self, text);
        found.extend(self.unescaped(text, Escapes::All));
        found.extend(self.unescaped_css(text));
        match unescape(text, Escapes::Usual) {
            None => found.extend(self.enclosed(text)),
            Some(plain) => {
                self.work += text.len();
                let mut inner = self.find(&plain);
                inner.extend(self.enclosed(&plain));
                found.extend(self.sources(text, Escapes::Usual, join(inner)));
            }
        }
        join(found)
    }

    fn find(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(finders) = self.finders else { return Vec::new() };
        let work = &mut self.work;
        finders.whole.iter().flat_map(|finder| finder.find(text, work)).collect()
    }

    fn find_pieces(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        self.finders.map_or_else(Vec::new, |finders| finders.pieces.find(text, &mut self.work))
    }

    fn find_words(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(finders) = self.finders else { return Vec::new() };
        let work = &mut self.work;
        let mut found: Vec<Range<usize>> =
            finders.whole.iter().flat_map(|finder| finder.find_words(text, work)).collect();
        found.extend(self.find_pieces(text));
        found
    }

    fn unescaped(&mut self, text: &[u8], escapes: Escapes) -> Vec<Range<usize>> {
        let Some(plain) = unescape(text, escapes) else { return Vec::new() };
        self.work += text.len();
        let mut found = self.find(&plain);
        found.extend(self.find_pieces(&plain));
        self.sources(text, escapes, join(found))
    }

    fn unescaped_css(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(plain) = unescape_css(text) else { return Vec::new() };
        self.work += text.len();
        let mut found = self.find(&plain);
        found.extend(self.find_pieces(&plain));
        plain.sources(text, join(found))
    }

    /// The way back is looked for only when there is something to be hidden: it takes four times the memory of the text.
    fn sources(&mut self, text: &[u8], escapes: Escapes, found: Vec<Range<usize>>) -> Vec<Range<usize>> {
        if found.is_empty() {
            return found;
        }
        self.work += text.len();
        unescape_traced(text, escapes).map_or_else(Vec::new, |plain| plain.sources(text, found))
    }

    /// What is spelled otherwise than by its characters, or has others between them.
    fn enclosed(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.encoded(text);
        found.extend(self.numbers(text));
        found.extend(self.compressed(text));
        self.work += text.len();
        if let Some(plain) = strip(text) {
            let mut inner = self.find(&plain);
            inner.extend(self.find_pieces(&plain));
            inner.extend(self.numbers(&plain));
            found.extend(plain.sources(text, join(inner)));
        }
        found
    }

    fn numbers(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        self.work += text.len();
        numbers::find(text, |characters| {
            let mut found = self.find(characters);
            found.extend(self.find_pieces(characters));
            join(found)
        })
    }

    fn compressed(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        self.work += text.len();
        let mut found = Vec::new();
        for unpacked in unpack(text, &mut self.packed) {
            // They have a limit of their own.
            self.left = self.left.saturating_add(unpacked.bytes.len());
            if unpacked.is_cut || !self.within(&unpacked.bytes, Self::find).is_empty() {
                found.push(unpacked.source);
            }
        }
        widen(text, join(found))
    }

    /// Words that hold a secret in what is encoded in them.
    fn encoded(&mut self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for encoding in &ENCODINGS {
            let all: Vec<Decoded> = encoding.decode(text, &mut self.work);
            for decoded in all {
                let inner = self.within(&decoded.bytes, Self::find);
                found.extend(decoded.sources(text, &inner));
            }
        }
        widen(text, join(found))
    }
}

/// In order, and joined where they touch.
pub(crate) fn join(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// The whole words that are touched: a part of an encoded text is of no use.
fn widen(text: &[u8], found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric();
    let mut done = 0;
    let mut wide = Vec::with_capacity(found.len());
    for Range { start, end } in found {
        if end <= done {
            continue;
        }
        let before = text.get(done..start).unwrap_or_default().iter().rev().take_while(is_word).count();
        let rest = text.get(end..).unwrap_or_default();
        let word = rest.iter().take_while(is_word).count();
        let padding = rest.iter().skip(word).take_while(|byte| **byte == b'=').count();
        done = end + word + padding;
        wide.push(start - before..done);
    }
    wide
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
        all.extend(parted(secret));
        for before in ["", "a", "ab"] {
            let whole = format!("{before}{secret}:after");
            all.push(BASE64_STANDARD.encode(&whole));
            all.push(BASE64_URL_SAFE_NO_PAD.encode(&whole));
            all.push(BASE64_STANDARD.encode(&whole).replace('+', "%2B").replace('/', "%2F"));
        }
        all
    }

    /// In escapes and encodings that stand for themselves no more than once.
    fn nested(secret: &str) -> Vec<String> {
        let each = |one: fn(&u8) -> String| secret.as_bytes().iter().map(one).collect::<String>();
        let (twice, mut deep) = (BASE64_STANDARD.encode(BASE64_STANDARD.encode(secret)), percent(secret));
        for _ in 0..6 {
            deep = deep.replace('%', "%25");
        }
        vec![
            each(|byte| format!("&#x{byte:x};")),
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&amp;#{byte};")),
            each(|byte| format!("\\x{byte:02x}")),
            each(|byte| format!("\\{byte:03o}")),
            each(|byte| format!("={byte:02X}")),
            each(|byte| format!("0x{byte:02x}, ")),
            each(|byte| format!("{byte:02x}:")),
            each(|byte| format!("{byte:02X} ")),
            format!("[{}]", each(|byte| format!("{byte},")).trim_end_matches(',')),
            base32(secret),
            base32(secret).to_ascii_lowercase(),
            deep,
            each(|byte| format!("\\x{{{byte:x}}}")),
            BASE64_STANDARD.encode(secret.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            BASE64_STANDARD.encode(secret.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()),
            secret.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect(),
            BASE64_STANDARD.encode(json(secret)),
            BASE64_STANDARD.encode(format!("{{\"of\":\"{}\"}}", percent(secret))),
            BASE64_STANDARD.encode(&twice),
            BASE64_STANDARD.encode(base32(secret)),
            base32(&BASE64_STANDARD.encode(secret)),
            percent(&twice),
            twice,
        ]
    }

    /// In groups, lines and lists.
    fn parted(secret: &str) -> Vec<String> {
        let mut all = Vec::new();
        for text in [secret.to_owned(), BASE64_STANDARD.encode(secret), percent(secret)] {
            let letters: Vec<char> = text.chars().collect();
            for (length, between) in [(8, " "), (8, "-"), (10, "\n"), (7, "\r\n\t"), (3, "\\n"), (1, " "), (4, "', '")]
            {
                let groups: Vec<String> = letters.chunks(length).map(|group| group.iter().collect()).collect();
                // A dash is a character of base64, and an escape is not looked for across quotes.
                if text == secret
                    || between.trim().is_empty()
                    || between == "\\n"
                    || between == "', '" && !text.contains('%')
                {
                    all.push(groups.join(between));
                }
            }
        }
        all
    }

    fn percent(text: &str) -> String {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    fn base32(text: &str) -> String {
        let bits: String = text.bytes().map(|byte| format!("{byte:08b}")).collect();
        let digit = |bits: &str| usize::from_str_radix(&format!("{bits:0<5}"), 2).unwrap();
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        bits.as_bytes().chunks(5).map(|bits| char::from(digits[digit(std::str::from_utf8(bits).unwrap())])).collect()
    }

    #[track_caller]
    fn hidden(text: &str, secret: &str) -> String {
        let scrubbed = KnownSecrets::of([secret]).scrub_text(text.to_owned());
        let needles = switchboard_leaks::Needles::new(&[("secret".to_owned(), secret.as_bytes().to_vec())]);
        assert!(needles.find(text.as_bytes()).is_some() || text.chars().any(char::is_lowercase), "{text}");
        assert_eq!(needles.find(scrubbed.as_bytes()), None, "{text}: {scrubbed}");
        scrubbed
    }

    /// Signs that are parts of no escape may be left, letters and digits of the secret may not.
    #[track_caller]
    fn nothing_is_left(scrubbed: &str) {
        assert!(scrubbed.contains("[hidden]") || scrubbed.contains("[0,0,0"), "{scrubbed}");
        let left = scrubbed.trim_start_matches("before ").trim_end_matches(" after").replace("[hidden]", "");
        assert!(left.chars().filter(|c| c.is_ascii_alphanumeric() && *c != '0').count() < 8, "{scrubbed}");
    }

    #[test]
    fn every_spelling_is_hidden_and_its_neighbours_are_kept() {
        for secret in [OPAQUE, JWT] {
            for spelling in spelled(secret) {
                let scrubbed = hidden(&format!("before {spelling} after"), secret);
                assert!(scrubbed.starts_with("before ") && scrubbed.ends_with(" after"), "{spelling}: {scrubbed}");
                nothing_is_left(&scrubbed);
            }
        }
    }

    #[test]
    fn what_is_encoded_twice_is_hidden() {
        for secret in [OPAQUE, JWT] {
            for spelling in nested(secret) {
                nothing_is_left(&hidden(&format!("before {spelling} after"), secret));
            }
        }
    }

    const LISTED: &str = "q8Jm1vXw2ZrT5yKc7BnEuHs4LdPf9AgQ-3iRo6WtYxM0aNkVb";

    /// Each value of a list is hidden, and nothing else.
    #[track_caller]
    fn values_are_hidden(value: fn(u8) -> String, around: &dyn Fn(usize, &str) -> String) {
        let list = |mask: bool| -> String {
            let item = |(at, byte)| {
                let value = value(byte);
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                around(
                    at,
                    if !mask {
                        &value
                    } else if is_number {
                        "0"
                    } else {
                        "[hidden]"
                    },
                )
            };
            LISTED.bytes().enumerate().map(item).collect()
        };
        let text = format!("before {} after", list(false));
        assert_eq!(
            KnownSecrets::of([LISTED]).scrub_text(text.clone()),
            format!("before {} after", list(true)),
            "{text}"
        );
    }

    #[test]
    fn lists_of_numbers_are_hidden() {
        let between = |between: &'static str| move |_: usize, value: &str| format!("{value}{between}");
        for separator in [" ", "\n", "\\n", "|", "-", ".", ":", ";", "\t", "\",\"", "·", "\x1b[0m\x1b[31m"] {
            values_are_hidden(|byte| byte.to_string(), &between(separator));
        }
        values_are_hidden(|byte| format!("{byte:o}"), &between("·"));
        values_are_hidden(|byte| byte.to_string(), &|_, value| format!("chr({value})."));
        values_are_hidden(|byte| byte.to_string(), &|at, value| format!("\"{at}\":{value},"));
        values_are_hidden(|byte| byte.to_string(), &|at, value| format!("{at} => {value}, "));
        values_are_hidden(|byte| char::from(byte).to_string(), &|at, value| format!("\"{at}\":\"{value}\","));
    }

    #[test]
    fn what_markup_and_compression_hold_is_hidden() {
        let each = |one: fn(char) -> String| LISTED.chars().map(one).collect::<String>();
        let words = |order: fn(&[u8]) -> Vec<u8>| -> String {
            let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            LISTED.as_bytes().chunks(2).map(|word| hex(order(word)) + " ").collect()
        };
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(format!("{{\"token\":\"{LISTED}\"}}").as_bytes(), 6);
        for spelling in [
            each(|one| format!("\x1b[38;5;1m{one}\x1b[0m")),
            each(|one| format!("\\u001b[1m{one}")),
            each(|one| format!("{one}\u{200b}")),
            each(|one| format!("{one}\\u200b")),
            each(|one| format!("{one}&ZeroWidthSpace;")),
            each(|one| format!("<i id=\"\">{one}</i>")),
            each(|one| format!("&#x{:016x};", u32::from(one))),
            each(|one| format!("&#{:016};", u32::from(one))),
            words(|word| word.iter().rev().copied().collect()),
            each(|one| format!("{:02x}h ", u32::from(one))),
            BASE64_STANDARD.encode(packed),
        ] {
            let scrubbed = KnownSecrets::of([LISTED]).scrub_text(format!("before {spelling} after"));
            nothing_is_left(&scrubbed.replace("&ZeroWidthSpace;", ""));
        }
    }

    #[test]
    fn json_stays_json() {
        for secret in [OPAQUE, JWT, "nothing-like-an-escape"] {
            for spelling in spelled(secret).into_iter().filter(|spelling| !spelling.contains(['"', '\\', '\n'])) {
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
        let known = KnownSecrets::of(["canary-of/forty+characters_0123456789.and-more"]);
        assert_eq!(known.scrub_text("cut: ary-of/forty+characters_0...".to_owned()), "cut: [hidden]...");
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
    fn a_text_encoded_without_end_is_hidden() {
        let known = KnownSecrets::of([OPAQUE]);
        let mut search = known.search(b"");
        search.left = 10;
        assert_eq!(search.within(b"more than ten bytes", Search::find).as_slice(), std::slice::from_ref(&(0..19)));
    }

    #[test]
    fn short_secrets_are_left_alone() {
        assert!(KnownSecrets::of(["password"]).is_empty());
    }

    #[test]
    fn hostile_texts_take_linear_work() {
        let known = KnownSecrets::of([JWT, OPAQUE, &"a".repeat(64)]);
        let mut nested = "a text that is not secret at all".repeat(30);
        while nested.len() < 40_000 {
            nested = BASE64_STANDARD.encode(&nested);
        }
        let texts = [
            JWT[..90].repeat(500),
            "\\".repeat(50_000),
            "%25".repeat(25_000),
            "%".repeat(50_000),
            "&#".repeat(25_000),
            "a".repeat(50_000),
            "ISEh".repeat(12_000),
            "113,56,".repeat(7_000),
            "0:q,1:8,".repeat(6_000),
            "\x1b[<a&b".repeat(8_000),
            "&#0".repeat(17_000),
            JWT.repeat(300),
            BASE64_STANDARD.encode(JWT.repeat(300)),
            nested,
        ];
        for text in texts {
            let work = known.search(text.as_bytes()).work;
            assert!(work < 40 * (text.len() + FEW), "{}: {work} for {}", &text[..20], text.len());
        }
    }

    #[test]
    fn honest_answers_are_kept() {
        let known = KnownSecrets::of([JWT, OPAQUE, "6f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0"]);
        let picture: Vec<u8> = (0..20_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let users: Vec<serde_json::Value> = (0..300)
            .map(|at| {
                serde_json::json!({
                    "id": format!("KDcuGIm1QgePTO8WbO{at:04}"), "uuid": format!("4444AAAiAAAAAiAiAiia{at:02}=="),
                    "email": format!("person-{at}@example.com"), "type": 2, "created_at": "2026-01-31T10:00:00Z",
                    "pic_url": format!("https://example.com/p/v2/{at:032x}?token=%2F{at}&x=%3D"), "pmi": 3_000_000_000u64 + at,
                    "topic": "Review of the \"quarter\" \n &amp; its 100% result", "other": [101, 121, 74, at],
                    "device": format!("6f1c2d3e-4b5a-7978-8796-{at:012x}"),
                })
            })
            .collect();
        let text = serde_json::json!({ "users": users, "picture": BASE64_STANDARD.encode(picture) }).to_string();
        assert_eq!(known.scrub_text(text.clone()), text);
    }

    #[test]
    fn it_is_never_printed() {
        assert_eq!(format!("{:?}", KnownSecrets::of([OPAQUE])), "KnownSecrets(hidden)");
    }
}
