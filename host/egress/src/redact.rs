//! Secrets out of texts that people read.

use url::Url;

use crate::KnownSecrets;

const MASK: &str = "[hidden]";

/// Names whose value is a secret, in a query, a form or a JSON text.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code_verifier",
    "download_access_token",
    "download_token",
    "id_token",
    "passcode",
    "passwd",
    "password",
    "pwd",
    "recording_play_passcode",
    "refresh_token",
    "secret",
    "sig",
    "signature",
    "stream_key",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "zak",
];

/// Secret in a query or form; in JSON the same name is an error code.
const SECRET_IN_FORMS: &[&str] = &["code", "state", "tk", "policy", "key-pair-id"];

/// The longest of those names, `recording_play_passcode`, and a little.
const LONGEST_NAME: usize = 32;

/// The longest path segment shown; a longer one is a capability, not a name.
const LONGEST_SEGMENT: usize = 64;

/// Longer texts are cut: nobody reads more of one, and the time it takes stays below a millisecond.
const LONGEST: usize = 16 * 1024;

/// Masks bearer and basic credentials, JWTs, and the values of names such as `access_token` and `password`. Cuts what is
/// longer than 16 KiB. Takes time in proportion to the text.
pub fn redact(text: &str) -> String {
    let start = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut out = masked(start);
    if start.len() < text.len() {
        out.push_str(&format!("... ({} bytes more)", text.len() - start.len()));
    }
    out
}

fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = Run::default();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let word = count(rest, is_word);
        let secret = if word > 0 { secret_at(text, at, word, &mut run) } else { None };
        let length = match secret {
            Some((shown, hidden)) => {
                out.push_str(rest.get(..shown).unwrap_or_default());
                out.push_str(MASK);
                shown + hidden
            }
            None => {
                let plain = word.max(first.len_utf8());
                out.push_str(rest.get(..plain).unwrap_or_default());
                plain
            }
        };
        at += length;
    }
    out
}

/// An address as a trace shows it: off the API's origin no query value is shown at all.
pub(crate) fn shown_url(url: &Url, api_base: &Url, known: &KnownSecrets) -> String {
    let foreign = url.origin() != api_base.origin();
    // Where the mask leaves no address, the secret was in the host's name.
    let Ok(url) = Url::parse(&known.scrub_text(url.as_str().to_owned())) else {
        return MASK.to_owned();
    };
    let mut shown = url.clone();
    let path: Vec<&str> =
        url.path().split('/').map(|segment| if segment.len() > LONGEST_SEGMENT { "..." } else { segment }).collect();
    shown.set_path(&path.join("/"));
    if let Some(query) = url.query() {
        let query = if foreign { "...".to_owned() } else { redact(query) };
        shown.set_query(None);
        return format!("{}?{query}", redact(shown.as_str()));
    }
    redact(shown.as_str())
}

/// How many bytes to show and then to hide, if a secret begins at this word.
fn secret_at(text: &str, at: usize, word: usize, run: &mut Run) -> Option<(usize, usize)> {
    let rest = text.get(at..)?;
    scheme(rest).or_else(|| run.jwt(text, at)).or_else(|| named(rest, word))
}

/// `Bearer x` or `Basic x`.
fn scheme(text: &str) -> Option<(usize, usize)> {
    let name = ["bearer", "basic"].into_iter().find(|name| has_prefix(text, name))?;
    let rest = text.get(name.len()..)?;
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let value = count(rest.get(gap..)?, |c| c.is_ascii_alphanumeric() || "-._~+/=".contains(c));
    // `basic plan` and `bearer token` are words
    (gap > 0 && value >= 12).then_some((name.len() + gap, value))
}

/// The characters of a JWT that stand together: looked at once, however many words begin in there.
#[derive(Default)]
struct Run {
    end: usize,
    last_dot: Option<usize>,
}

impl Run {
    fn jwt(&mut self, text: &str, at: usize) -> Option<(usize, usize)> {
        let rest = text.get(at..).filter(|rest| rest.starts_with("eyJ"))?;
        if at >= self.end {
            let length = count(rest, |c| c.is_ascii_alphanumeric() || "-_.=".contains(c));
            self.end = at + length;
            self.last_dot = rest.get(..length)?.rfind('.').map(|dot| at + dot);
        }
        let length = self.end - at;
        (self.last_dot.is_some_and(|dot| dot > at) && length > 20).then_some((0, length))
    }
}

/// `name=value`, `"name": "value"` or `name: value`.
fn named(text: &str, length: usize) -> Option<(usize, usize)> {
    if length > LONGEST_NAME {
        return None;
    }
    let name = text.get(..length)?.to_ascii_lowercase();
    let anywhere = SECRET_NAMES.contains(&name.as_str());
    let in_forms = SECRET_IN_FORMS.contains(&name.as_str());
    if !anywhere && !in_forms {
        return None;
    }
    let rest = text.get(length..)?;
    if let Some(value) = rest.strip_prefix('=') {
        let value = count(value, |c| !c.is_whitespace() && !"&\"'<>;,)".contains(c));
        return (value > 0).then_some((length + 1, value));
    }
    if !anywhere {
        return None;
    }
    // \" is how a JSON text inside a JSON text looks
    let after = rest.trim_start_matches(['"', '\\', '\'']).trim_start();
    let after = after.strip_prefix(':')?.trim_start();
    let value = after.trim_start_matches(['"', '\\', '\'']);
    let shown = text.len() - value.len();
    let quoted = value.len() < after.len();
    let hidden = if quoted { json_string(value) } else { count(value, |c| !c.is_whitespace() && !",}&".contains(c)) };
    let plain = value.get(..hidden).unwrap_or_default();
    (hidden > 0 && (quoted || !matches!(plain, "null" | "true" | "false"))).then_some((shown, hidden))
}

/// The bytes up to the closing quote.
fn json_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' | '\'' if !escaped => {
                looked_at(at);
                return at;
            }
            _ => escaped = false,
        }
    }
    looked_at(text.len());
    text.len()
}

fn count(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    looked_at(length);
    length
}

#[cfg(not(test))]
fn looked_at(_: usize) {}

#[cfg(test)]
use tests::looked_at;

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// Bytes that were looked at.
        static WORK: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn looked_at(bytes: usize) {
        WORK.set(WORK.get() + bytes);
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_kept() {
        for (text, expected) in [
            ("nothing here", "nothing here"),
            ("Authorization: Bearer abcdefghijkl.mno", "Authorization: Bearer [hidden]"),
            ("the basic plan", "the basic plan"),
            ("bearer token missing", "bearer token missing"),
            ("got eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln end", "got [hidden] end"),
            ("?access_token=abc&page=2", "?access_token=[hidden]&page=2"),
            ("?code=abc&state=def", "?code=[hidden]&state=[hidden]"),
            (r#"{"code":124,"message":"no"}"#, r#"{"code":124,"message":"no"}"#),
            (r#"{"code":"not-found"}"#, r#"{"code":"not-found"}"#),
            (r#"{"refresh_token": "a\"b", "x":1}"#, r#"{"refresh_token": "[hidden]", "x":1}"#),
            (r#"{"password":"p w","y":2}"#, r#"{"password":"[hidden]","y":2}"#),
            (r#"{\"access_token\":\"abc\"}"#, r#"{\"access_token\":\"[hidden]"#),
            ("password: hunter2, next", "password: [hidden], next"),
            ("password: null", "password: null"),
            ("tokens=3", "tokens=3"),
            ("grüße an_token=1", "grüße an_token=1"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_takes_linear_work() {
        let texts = ["a.", "eyJ=", "eyJ.", "bearer ", "token\"", "token:", "a=", "basic\t", "\"token\":\"", "é"];
        for text in texts {
            let long = text.repeat(4_000);
            WORK.set(0);
            masked(&long);
            assert!(WORK.get() < 10 * long.len(), "{text}: {} for {}", WORK.get(), long.len());
            let shown = redact(&text.repeat(40_000));
            assert!(shown.ends_with(" bytes more)") && shown.len() < 2 * LONGEST + 40, "{text}: {}", shown.len());
        }
    }

    #[test]
    fn a_traced_address_hides_what_is_known() {
        let api: Url = "https://api.example.com/v2".parse().unwrap();
        let known = KnownSecrets::of(["a-canary-that-is-known"]);
        let shown = |url: &str| shown_url(&url.parse().unwrap(), &api, &known);
        assert_eq!(
            shown("https://api.example.com/a-canary-that-is-known?x=a-canary-that-is-known").matches("canary").count(),
            0
        );
        assert_eq!(shown("https://a-canary-that-is-known.example.com/"), "[hidden]");
    }

    #[test]
    fn a_traced_address_shows_no_capability() {
        let api: Url = "https://api.zoom.us/v2".parse().unwrap();
        let long = "a".repeat(100);
        for (url, expected) in [
            (
                "https://api.zoom.us/v2/users?page_size=30".to_owned(),
                "https://api.zoom.us/v2/users?page_size=30".to_owned(),
            ),
            (
                "https://api.zoom.us/v2/x?access_token=abc".to_owned(),
                "https://api.zoom.us/v2/x?access_token=[hidden]".to_owned(),
            ),
            (format!("https://cdn.example/rec/{long}?X=abc"), "https://cdn.example/rec/...?...".to_owned()),
        ] {
            assert_eq!(shown_url(&url.parse().unwrap(), &api, &KnownSecrets::default()), expected);
        }
    }
}
