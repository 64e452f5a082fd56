//! Reads what a token service answers, in the spellings that services use.
//!
//! An empty or blank value counts as absent. A number may be text, and scopes may be a list. A refusal may be JSON, a form,
//! plain text or empty. A web page comes from something between here and the service: it decides nothing.

use http::{HeaderMap, header};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::grant::history::SecretHistory;
use crate::grant::token::Token;
use crate::{TokenRefusal, clock};

/// Ten years: more is a mistake of the service.
const MAX_LIFE_S: u64 = 315_360_000;

/// What an answer means.
#[derive(Debug)]
pub(crate) enum Answer {
    Token(Token),
    /// The service gave a grant in an answer that cannot be used. What can be read of it is revoked.
    Unusable {
        why: String,
        token: Box<Token>,
    },
    Refusal(TokenRefusal),
    /// Nothing is served at the address.
    NoEndpoint,
    /// It is not the service's own answer, or says nothing.
    Nothing(&'static str),
}

/// The fields that are read. A field that comes twice makes the body unreadable.
#[derive(Default, Deserialize)]
pub(crate) struct Fields {
    access_token: Option<Value>,
    refresh_token: Option<Value>,
    token_type: Option<Value>,
    expires_in: Option<Value>,
    scope: Option<Value>,
    api_url: Option<Value>,
    error: Option<Value>,
    reason: Option<Value>,
    error_description: Option<Value>,
    #[serde(alias = "errorMessage")]
    message: Option<Value>,
    /// The service's own number.
    #[serde(alias = "errorCode")]
    code: Option<Value>,
}

/// Reads an answer to a question for a token.
pub(crate) fn read(answer: &http::Response<Vec<u8>>) -> Answer {
    let (kind, status) = (Kind::of(answer), answer.status().as_u16());
    let Some(fields) = fields(&kind, answer.body()) else {
        return match answer.status().is_success() {
            true => Answer::Nothing(if kind.page { PAGE } else { "its answer could not be understood" }),
            false => unreadable(answer, &kind),
        };
    };
    let refusal = fields.refusal(status);
    let refuses = refusal.error.is_some() || !answer.status().is_success();
    match fields.token() {
        Given::Nothing if refuses => named(refusal, answer),
        Given::Nothing => Answer::Nothing("its answer holds no token"),
        Given::Token(token) if refuses => {
            Answer::Unusable { why: format!("it answered {refusal} beside a token"), token: Box::new(token) }
        }
        Given::Token(token) if kind.json => Answer::Token(token),
        Given::Token(token) => Answer::Unusable { why: "its answer is not JSON".to_owned(), token: Box::new(token) },
        Given::Unusable(why, token) => Answer::Unusable { why: why.to_owned(), token: Box::new(token) },
    }
}

/// Reads an answer that may be a refusal and holds nothing else.
pub(crate) fn refusal(answer: &http::Response<Vec<u8>>) -> Option<Answer> {
    let (kind, status) = (Kind::of(answer), answer.status().as_u16());
    let refusal = fields(&kind, answer.body()).map(|fields| fields.refusal(status));
    match (answer.status().is_success(), refusal) {
        (true, refusal) => refusal.filter(|refusal| refusal.error.is_some()).map(Answer::Refusal),
        (false, Some(refusal)) => Some(named(refusal, answer)),
        (false, None) => Some(unreadable(answer, &kind)),
    }
}

/// Whether an answer that refuses nothing is the service's own yes: empty or JSON. A page, or any other text, comes from something
/// between here and the service.
pub(crate) fn acknowledgement(answer: &http::Response<Vec<u8>>) -> Result<(), &'static str> {
    let (kind, body) = (Kind::of(answer), trimmed(answer.body()));
    let json = match body.first() {
        None => return Ok(()),
        Some(b'{') => fields(&kind, body).is_some(),
        Some(_) => serde_json::from_slice::<Value>(body).is_ok(),
    };
    match (kind.page, json) {
        (true, _) => Err(PAGE),
        (false, false) => Err("its answer could not be understood"),
        (false, true) => Ok(()),
    }
}

const PAGE: &str =
    "a web page came, which is not the service's own answer; look for a proxy or a sign-in page of the network";

/// A refusal in the service's own shape. Where it has no code, the address may be wrong.
fn named(refusal: TokenRefusal, answer: &http::Response<Vec<u8>>) -> Answer {
    match refusal.error.is_none() && refusal.code.is_none() && is_no_endpoint(answer) {
        true => Answer::NoEndpoint,
        false => Answer::Refusal(refusal),
    }
}

/// A refusal without the fields of one: the status speaks for itself, unless a page came.
fn unreadable(answer: &http::Response<Vec<u8>>, kind: &Kind) -> Answer {
    let asks_for_secret = answer.status().as_u16() == 401 && answer.headers().contains_key(header::WWW_AUTHENTICATE);
    if is_no_endpoint(answer) {
        return Answer::NoEndpoint;
    }
    if kind.page && !asks_for_secret {
        return Answer::Nothing(PAGE);
    }
    let body = String::from_utf8_lossy(answer.body());
    if kind.json && !body.trim().is_empty() && !kind.absent {
        return Answer::Nothing("its answer could not be understood");
    }
    let status = answer.status().as_u16();
    let text = if kind.page { "" } else { body.trim() };
    // The standard has this status for nothing else (RFC 6749, section 5.2).
    let error = (status == 401).then(|| "invalid_client".to_owned());
    let reason = match (&error, text) {
        (Some(_), "") => Some(format!("status {status}")),
        (Some(_), text) => Some(format!("status {status}: {text}")),
        (None, text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
    };
    Answer::Refusal(TokenRefusal { error, reason, code: None, status })
}

fn is_no_endpoint(answer: &http::Response<Vec<u8>>) -> bool {
    matches!(answer.status().as_u16(), 404 | 405 | 410)
}

/// What a body is called.
struct Kind {
    json: bool,
    form: bool,
    page: bool,
    absent: bool,
}

impl Kind {
    fn of(answer: &http::Response<Vec<u8>>) -> Kind {
        let named = kind(answer.headers());
        let is = |name: &str| named.eq_ignore_ascii_case(name);
        let body = trimmed(answer.body());
        Kind {
            json: named.is_empty() || is("application/json"),
            form: is("application/x-www-form-urlencoded") || is("text/plain"),
            page: is("text/html") || is("application/xhtml+xml") || body.first() == Some(&b'<'),
            absent: named.is_empty(),
        }
    }
}

fn kind(headers: &HeaderMap) -> &str {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
}

fn trimmed(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii()
}

/// The fields of a body: of one JSON object whatever it is called, or of a form.
fn fields(kind: &Kind, body: &[u8]) -> Option<Fields> {
    let body = trimmed(body);
    if body.first() == Some(&b'{') {
        return serde_json::from_slice(body).ok();
    }
    if !kind.form || kind.page {
        return None;
    }
    let mut object = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        if object.insert(name.into_owned(), value.into_owned().into()).is_some() {
            return None;
        }
    }
    // Any text is a form of one field without a value.
    let fields: Fields = serde_json::from_value(Value::Object(object)).ok()?;
    (present(fields.error.as_ref()) || present(fields.access_token.as_ref())).then_some(fields)
}

/// What the token fields hold.
enum Given {
    Nothing,
    Token(Token),
    Unusable(&'static str, Token),
}

impl Fields {
    fn refusal(&self, status: u16) -> TokenRefusal {
        let first = |values: &[&Option<Value>]| values.iter().find_map(|value| words(value.as_ref()));
        TokenRefusal {
            error: first(&[&self.error]),
            reason: first(&[&self.reason, &self.error_description, &self.message]),
            code: first(&[&self.code]),
            status,
        }
    }

    fn token(&self) -> Given {
        let (access, refresh) = (text(self.access_token.as_ref()), text(self.refresh_token.as_ref()));
        if access.is_none() && refresh.is_none() {
            return Given::Nothing;
        }
        let obtained_at = clock::now();
        let life = self.life();
        let life_ms = life.ok().flatten().and_then(|life| i64::try_from(life * 1_000).ok());
        let wrong = self.wrong(access.as_deref(), refresh.as_deref(), life.is_err());
        let token = Token {
            access: SecretString::from(access.unwrap_or_default()),
            refresh: refresh.map(SecretString::from),
            obtained_at,
            expires_at: life_ms.map(|life| obtained_at + life),
            scopes: scopes(self.scope.as_ref()),
            api_url: text(self.api_url.as_ref()),
            unconfirmed: false,
            history: SecretHistory::default(),
        };
        match wrong {
            Some(wrong) => Given::Unusable(wrong, token),
            None => Given::Token(token),
        }
    }

    /// Why the token cannot be used.
    fn wrong(&self, access: Option<&str>, refresh: Option<&str>, life: bool) -> Option<&'static str> {
        let fits = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
        let bearer = text(self.token_type.as_ref()).is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        let refresh_fits = refresh.map_or(!present(self.refresh_token.as_ref()), fits);
        [
            (access.is_none(), "its answer holds no access token"),
            (!access.is_none_or(fits) || !refresh_fits, "its token has characters that no token has"),
            (!bearer, "its token is not a bearer token"),
            (life, "its token has no life that can be understood"),
        ]
        .into_iter()
        .find_map(|(wrong, why)| wrong.then_some(why))
    }

    /// Seconds; none when nobody says.
    fn life(&self) -> Result<Option<u64>, ()> {
        match self.expires_in.as_ref().filter(|value| present(Some(value))) {
            None => Ok(None),
            Some(value) => match seconds(value) {
                Some(life) if (1..=MAX_LIFE_S).contains(&life) => Ok(Some(life)),
                _ => Err(()),
            },
        }
    }
}

/// A number of seconds as services spell it: `3600`, `3600.0`, `"3600"`.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    let whole = |number: f64| {
        // Beyond this every other number is missing, and no life is so long.
        let fits = number.is_finite() && (0.0..=9e15).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        fits.then_some(number as u64)
    };
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
        }
        _ => None,
    }
}

/// Whether a field says anything.
fn present(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}

/// A text that is not blank.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A code or a sentence, whatever its type: a nested error names itself.
fn words(value: Option<&Value>) -> Option<String> {
    let words = match value? {
        Value::Object(inner) => {
            return ["code", "type", "message"].iter().find_map(|name| words_of_plain(inner.get(*name)?));
        }
        plain => words_of_plain(plain)?,
    };
    Some(words)
}

fn words_of_plain(value: &Value) -> Option<String> {
    let words = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!words.is_empty()).then_some(words)
}

/// A text of scopes, or a list of them. Scopes are printable ASCII (RFC 6749, section 3.3); anything else in them is left out.
fn scopes(value: Option<&Value>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let parts = texts.into_iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ','));
    let printable = |scope: &str| scope.chars().filter(char::is_ascii_graphic).collect::<String>();
    parts.map(printable).filter(|scope| !scope.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn answer(status: u16, kind: &str, body: &str) -> http::Response<Vec<u8>> {
        let answer = http::Response::builder().status(status).header("content-type", kind);
        answer.body(body.as_bytes().to_vec()).unwrap()
    }

    fn token(body: &str) -> Token {
        match read(&answer(201, "application/json;charset=UTF-8", body)) {
            Answer::Token(token) => token,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn spellings_of_a_life_are_read() {
        for life in ["3600", "3600.0", "3600.9", r#""3600""#, r#"" 3600 ""#, r#""3600.0""#] {
            let token = token(&format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{life}}}"#));
            assert_eq!(token.expires_at, Some(token.obtained_at + 3_600_000), "{life}");
        }
    }

    #[test]
    fn spellings_of_scopes_are_read() {
        for scope in [r#""a:b c""#, r#""a:b,c""#, r#"["a:b","c"]"#, r#"["a:b c"]"#, "\"a:b \\u202ec\\u0007\""] {
            let token = token(&format!(r#"{{"access_token":"a","token_type":"bearer","scope":{scope}}}"#));
            assert_eq!(token.scopes, ["a:b", "c"], "{scope}");
        }
    }

    #[test]
    fn empty_fields_are_absent() {
        for blank in [r#""""#, r#"" ""#, "null"] {
            let token = token(&format!(
                r#"{{"access_token":"a","token_type":"bearer","refresh_token":{blank},"expires_in":{blank},"scope":{blank},"api_url":{blank},"error":{blank}}}"#
            ));
            assert!(token.refresh.is_none() && token.expires_at.is_none(), "{blank}");
            assert!(token.scopes.is_empty() && token.api_url.is_none(), "{blank}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_used_keeps_its_tokens() {
        for (body, kind) in [
            (r#"{"access_token":"a","token_type":"mac","refresh_token":"r"}"#, "application/json"),
            (r#"{"access_token":"a","token_type":"bearer","refresh_token":"r","expires_in":0}"#, "application/json"),
            (r#"{"access_token":"a","token_type":"bearer","refresh_token":"r","error":"e"}"#, "application/json"),
            (r#"{"access_token":"a","token_type":"bearer","refresh_token":"r"}"#, "text/html"),
            ("access_token=a&token_type=bearer&refresh_token=r", "application/x-www-form-urlencoded"),
        ] {
            match read(&answer(200, kind, body)) {
                Answer::Unusable { token, .. } => {
                    assert_eq!(token.refresh.map(|token| token.expose_secret().to_owned()).as_deref(), Some("r"));
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn refusals_are_read_in_every_shape() {
        let named = |error: &str, reason: &str| (Some(error.to_owned()), Some(reason.to_owned()));
        for (status, kind, body, expected) in [
            (400, "application/json", r#"{"error":"invalid_grant","reason":"spent"}"#, named("invalid_grant", "spent")),
            (200, "application/json", r#"{"error":"bad_code","error_description":7}"#, named("bad_code", "7")),
            (400, "application/json", r#"{"error":{"code":"gone","message":"x"}}"#, (Some("gone".into()), None)),
            (400, "text/plain", "error=invalid_grant&error_description=old+token", named("invalid_grant", "old token")),
            (400, "application/json", r#"{"error":"e","error_description":["x"]}"#, (Some("e".into()), None)),
            (400, "text/plain", "no such token", (None, Some("no such token".into()))),
            (400, "text/plain", "", (None, None)),
            (400, "application/json", "", (None, None)),
            (403, "application/json", r#"{"status":"fail"}"#, (None, None)),
            (401, "text/plain", "wrong secret", named("invalid_client", "status 401: wrong secret")),
        ] {
            match read(&answer(status, kind, body)) {
                Answer::Refusal(refusal) => assert_eq!((refusal.error, refusal.reason), expected, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_page_and_half_an_answer_say_nothing() {
        for (status, kind, body) in [
            (400, "text/html", "<html>"),
            (403, "application/json", "<html>a proxy</html>"),
            (401, "text/html", "<html>sign in to the network</html>"),
            (400, "application/json", r#"{"error":"inva"#),
            (200, "application/json", r#"{"status":"ok"}"#),
        ] {
            let answer = read(&answer(status, kind, body));
            assert!(matches!(answer, Answer::Nothing(_)), "{body}: {answer:?}");
        }
    }

    #[test]
    fn only_an_answer_of_the_service_says_yes() {
        for (kind, body) in [
            ("application/json", ""),
            ("text/html", " \r\n"),
            ("application/json", r#"{"status":"success"}"#),
            ("text/plain", "\u{feff}{\"status\":\"success\"}"),
            ("application/json", "null"),
        ] {
            assert_eq!(acknowledgement(&answer(200, kind, body)), Ok(()), "{kind} {body}");
        }
        for (kind, body) in [
            ("text/html", "<html>"),
            ("text/html", "{}"),
            ("text/html", "sign in to the network"),
            ("application/json", "<html>"),
            ("application/json", r#"{"status":"#),
            ("application/json", r#"{"error":"a","error":"b"}"#),
            ("text/plain", "OK"),
        ] {
            assert!(acknowledgement(&answer(200, kind, body)).is_err(), "{kind} {body}");
        }
    }

    #[test]
    fn an_address_without_a_token_service_is_named() {
        for (status, body) in [(404, "<html>"), (404, "{}"), (405, "no")] {
            let answer = read(&answer(status, "text/html", body));
            assert!(matches!(answer, Answer::NoEndpoint), "{body}: {answer:?}");
        }
        let known = read(&answer(404, "application/json", r#"{"error":"invalid_client"}"#));
        assert!(matches!(known, Answer::Refusal(_)), "{known:?}");
    }
}
