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

/// The longest path segment shown; a longer one is a capability, not a name.
const LONGEST_SEGMENT: usize = 64;

/// Masks bearer and basic credentials, JWTs, and the values of names such as `access_token` and `password`.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at_word = out.chars().next_back().is_none_or(|before| !is_word(before));
        let secret = if at_word { secret_at(rest) } else { None };
        match secret {
            Some((shown, hidden)) => {
                out.push_str(rest.get(..shown).unwrap_or_default());
                out.push_str(MASK);
                rest = rest.get(shown + hidden..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
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

/// How many bytes to show and then to hide, if a secret begins here.
fn secret_at(text: &str) -> Option<(usize, usize)> {
    scheme(text).or_else(|| jwt(text)).or_else(|| named(text))
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

fn jwt(text: &str) -> Option<(usize, usize)> {
    let length = count(text, |c| c.is_ascii_alphanumeric() || "-_.=".contains(c));
    let token = text.get(..length)?;
    (token.starts_with("eyJ") && token.contains('.') && length > 20).then_some((0, length))
}

/// `name=value`, `"name": "value"` or `name: value`.
fn named(text: &str) -> Option<(usize, usize)> {
    let length = count(text, is_word);
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
            '"' | '\'' if !escaped => return at,
            _ => escaped = false,
        }
    }
    text.len()
}

fn count(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

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
