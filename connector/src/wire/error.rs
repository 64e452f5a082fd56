//! Zoom's refusals: `{"code", "message"}` on the API, sometimes inside HTTP 200 or as XML, sometimes as broken JSON;
//! `{"status", "errorCode", "errorMessage"}` on download hosts. An answer in no such form, as proxies and sign-in pages of networks give
//! it, says nothing about the account: only that Zoom did not answer.

use serde::Deserialize;
use serde_json::Value;

use super::{lenient, xml};
use crate::bindings::http::{Header, Response};
pub use crate::catalogue::Kind;
use crate::catalogue::{Code, look_up};
use crate::dates::Moment;
use crate::json::Node;

/// One field that Zoom refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Field {
    pub field: String,
    pub message: String,
}

impl Field {
    /// Zoom's `settings.jbh_time` as a JSON Pointer.
    pub fn pointer(&self) -> String {
        format!("/{}", self.field.replace('.', "/"))
    }
}

/// A refusal.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub kind: Kind,
    /// The catalogue's line, where it knows the code.
    pub known: Option<&'static Code>,
    pub status: u16,
    pub code: Option<i64>,
    pub message: Option<String>,
    pub fields: Vec<Field>,
    /// Scopes any of which would do. For people: never used to decide.
    pub scopes: Vec<String>,
    pub tracking: Option<String>,
    /// Milliseconds.
    pub retry_after: Option<u64>,
}

/// What an answer says.
#[derive(Debug)]
pub enum Reading {
    Success,
    Refused(Box<Refusal>),
    /// It is not in Zoom's form: nobody knows whether Zoom made it.
    Foreign,
}

impl Reading {
    /// Read an answer. The status alone decides only where nothing depends on who sent it: "later" (429, 500 and above).
    pub fn of(response: &Response, now: u64) -> Self {
        let body = body(&response.body);
        match (response.status, body.code) {
            (200..300, None | Some(0)) if is_page(&response.body) => Self::Foreign,
            (200..300, None | Some(0)) => Self::Success,
            (429 | 500.., _) | (_, Some(_)) => Self::Refused(Box::new(Refusal::new(response, body, now))),
            (_, None) => Self::Foreign,
        }
    }
}

/// Whether a text is markup, which no answer of the API is.
pub fn is_page(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    text.trim_ascii_start().starts_with(b"<")
}

/// Whether an answer without a value is Zoom's word for success: an empty object, or `{"code": 0}` with a message.
pub fn is_success(answer: &Node<'_>) -> bool {
    match answer {
        Node::Object(fields) if fields.is_empty() => true,
        _ => answer.field("code").and_then(Node::count) == Some(0),
    }
}

/// A refusal's content.
#[derive(Deserialize, Default)]
pub struct Body {
    #[serde(default, alias = "errorCode", deserialize_with = "lenient::number")]
    pub code: Option<i64>,
    #[serde(default, alias = "errorMessage", deserialize_with = "lenient::text")]
    pub message: Option<String>,
    #[serde(default, deserialize_with = "fields")]
    pub errors: Vec<Field>,
}

/// What cannot be read must hide neither the code beside it nor other fields.
fn fields<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Field>, D::Error> {
    let Value::Array(rows) = Value::deserialize(from)? else { return Ok(Vec::new()) };
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect())
}

impl Refusal {
    fn new(response: &Response, body: Body, now: u64) -> Self {
        let status = response.status;
        let (kind, known) = look_up(status, body.code);
        let scopes =
            if kind == Kind::ScopeMissing { scopes(&String::from_utf8_lossy(&response.body)) } else { Vec::new() };
        Self {
            kind,
            known,
            status,
            code: body.code,
            message: body.message,
            fields: body.errors,
            scopes,
            tracking: header(&response.headers, "x-zm-trackingid").map(str::to_owned),
            retry_after: retry_after(&response.headers, now)
                .or_else(|| (kind == Kind::RateLimited && until_tomorrow(&response.headers)).then(|| midnight(now))),
        }
    }
}

/// A successful body may be anything, so only an object with `code` **and** a message counts. Invalid JSON still shows its code.
fn body(bytes: &[u8]) -> Body {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(map)) if map.contains_key("message") || map.contains_key("errorMessage") => {
            serde_json::from_value(Value::Object(map)).unwrap_or_default()
        }
        Ok(_) => Body::default(),
        Err(_) if is_page(bytes) => xml::refusal(bytes).unwrap_or_default(),
        Err(_) => Body { code: leading_code(bytes), ..Body::default() },
    }
}

/// The code of a body like `{"code":104, "message":"… "unescaped" …"}`.
fn leading_code(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let rest = text.trim_start().strip_prefix('{')?.trim_start().strip_prefix("\"code\"")?;
    let digits = rest.trim_start().strip_prefix(':')?.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

/// The names between `[` and `]`, or the words that look like scopes.
fn scopes(text: &str) -> Vec<String> {
    let list = text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or(text, |(list, _)| list);
    list.split([',', ' ', '"', '\\'])
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| {
            word.contains(':') && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-'))
        })
        .map(str::to_owned)
        .collect()
}

/// How long to wait, from an RFC 3339 time, an HTTP date or seconds. More than a day and an hour is a mistake of the service:
/// its limits end at midnight. `now` is 0 where there is no clock; then the time itself is given back.
pub fn retry_after(headers: &[Header], now: u64) -> Option<u64> {
    const LONGEST: u64 = 25 * 3_600_000;
    let value = header(headers, "retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return seconds.checked_mul(1000).filter(|wait| *wait <= LONGEST);
    }
    let at = Moment::parse(value).or_else(|| Moment::parse_http(value))?;
    let wait = u64::try_from(at.0).ok().map(|at| at.saturating_sub(now))?;
    (now == 0 || wait <= LONGEST).then_some(wait)
}

/// Zoom marks limits of a second as `QPS`. A limit of the day says `Daily-limit`; that of one host says no type, and that requests
/// are left. Both end at midnight UTC.
fn until_tomorrow(headers: &[Header]) -> bool {
    match header(headers, "x-ratelimit-type") {
        Some(kind) => kind.eq_ignore_ascii_case("daily-limit"),
        None => {
            header(headers, "x-ratelimit-remaining").is_some_and(|left| left.trim().parse::<u64>().is_ok_and(|n| n > 0))
        }
    }
}

/// Milliseconds from `now` to the next midnight, UTC.
fn midnight(now: u64) -> u64 {
    const DAY: u64 = 86_400_000;
    DAY - now % DAY
}

/// A header's value; names are lower case by the contract.
pub fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, expected: Option<Kind>) -> Option<Refusal> {
        let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let refusal = match Reading::of(&response, 0) {
            Reading::Refused(refusal) => Some(*refusal),
            _ => None,
        };
        assert_eq!(refusal.as_ref().map(|r| r.kind), expected, "{status} {body}");
        refusal
    }

    #[test]
    fn pages_and_empty_answers_are_foreign() {
        for status in [200, 302, 307, 400, 401, 403, 404, 407, 409, 451] {
            for body in ["<!doctype html><title>Sign in</title>", "\u{feff} <html>", "<result><code>x</code></result>"]
            {
                let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
                assert!(matches!(Reading::of(&response, 0), Reading::Foreign), "{status} {body}");
            }
        }
        for body in ["", "Sign in first.", "{}", r#"{"error":"Not Found","path":"/v2/users/me"}"#, "[]"] {
            let response = Response { status: 404, headers: Vec::new(), body: body.as_bytes().to_vec() };
            assert!(matches!(Reading::of(&response, 0), Reading::Foreign), "{body}");
        }
    }

    #[test]
    fn one_bad_field_does_not_hide_the_others() {
        let text = r#"{"code":300,"message":"x","errors":[null,{"field":"settings.jbh_time","message":"y"}]}"#;
        assert_eq!(check(400, text, Some(Kind::Invalid)).unwrap().fields[0].pointer(), "/settings/jbh_time");
    }

    #[test]
    fn refusals_are_told_apart_by_status_and_code() {
        check(401, r#"{"code":124,"message":"Access token is expired."}"#, Some(Kind::Expired));
        check(400, r#"{"code":124,"message":"Invalid access token."}"#, Some(Kind::Expired));
        check(403, r#"{"code":403,"message":"…"}"#, Some(Kind::Forbidden));
        check(404, r#"{"code":3301,"message":"Esta grabación no existe."}"#, Some(Kind::NoRecording));
        check(404, r#"{"code":1001,"message":"…"}"#, Some(Kind::NotFound));
        check(400, r#"{"code":300,"message":"…"}"#, Some(Kind::Invalid));
        check(401, r#"{"status":false,"errorCode":124,"errorMessage":"Forbidden"}"#, Some(Kind::Expired));
        check(502, "<html>", Some(Kind::Unavailable));
        check(404, "<html>", None);
        check(418, r#"{"code":999999,"message":"x"}"#, Some(Kind::Other));
    }

    #[test]
    fn a_refusal_inside_http_200_is_a_refusal() {
        check(200, r#"{"code":200,"message":"You do not have the right permissions."}"#, Some(Kind::Forbidden));
        check(200, r#"{"code":0,"message":"success"}"#, None);
        check(200, r#"{"id":"x"}"#, None);
        check(204, "", None);
    }

    #[test]
    fn odd_fields_do_not_hide_the_code() {
        check(400, r#"{"code":124,"message":"x","errors":null}"#, Some(Kind::Expired));
        check(200, r#"{"code":200,"message":"x","errors":[{"field":null}]}"#, Some(Kind::Forbidden));
        check(400, r#"{"code":300,"message":"x","errors":"y"}"#, Some(Kind::Invalid));
    }

    #[test]
    fn broken_json_hides_neither_code_nor_scopes() {
        let text = r#"{"code":104, "message":"Invalid access token, does not contain scopes:["events:read","events:read:admin"]"}"#;
        let refusal = check(200, text, Some(Kind::ScopeMissing)).unwrap();
        assert_eq!(refusal.scopes, ["events:read", "events:read:admin"]);
    }

    #[test]
    fn missing_scopes_are_listed() {
        let listed = r#"{"code":4711,"message":"…scopes:[cloud_recording:read:a, cloud_recording:read:a:admin]."}"#;
        assert_eq!(check(400, listed, Some(Kind::ScopeMissing)).unwrap().scopes.len(), 2);
        let older = r#"{"code":4700,"message":"Invalid access token, does not contain role:read:admin scope."}"#;
        assert_eq!(check(400, older, Some(Kind::ScopeMissing)).unwrap().scopes, ["role:read:admin"]);
    }

    #[test]
    fn a_limit_of_the_day_ends_at_midnight_and_one_of_a_second_soon() {
        let after = |headers: &[(&str, &str)]| {
            let headers =
                headers.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: (*value).to_owned() });
            let body = br#"{"code":429,"message":"x"}"#.to_vec();
            let response = Response { status: 429, headers: headers.collect(), body };
            match Reading::of(&response, 1_785_369_600_000 + 3_600_000) {
                Reading::Refused(refusal) => refusal.retry_after,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(after(&[("x-ratelimit-type", "QPS"), ("x-ratelimit-remaining", "0")]), None);
        assert_eq!(after(&[("x-ratelimit-type", "Daily-limit")]), Some(23 * 3_600_000));
        assert_eq!(after(&[("x-ratelimit-limit", "6000"), ("x-ratelimit-remaining", "5893")]), Some(23 * 3_600_000));
        assert_eq!(after(&[("x-ratelimit-type", "Daily-limit"), ("retry-after", "60")]), Some(60_000));
        assert_eq!(after(&[]), None);
    }

    #[test]
    fn retry_after_is_read_in_every_spelling() {
        let after = |value: &str| {
            retry_after(&[Header { name: "retry-after".to_owned(), value: value.to_owned() }], 1_785_369_590_000)
        };
        assert_eq!(after("3"), Some(3_000));
        assert_eq!(after("2026-07-30T00:00:00Z"), Some(10_000));
        assert_eq!(after("Thu, 30 Jul 2026 00:00:00 GMT"), Some(10_000));
        assert_eq!(after("2020-01-01T00:00:00Z"), Some(0));
        assert_eq!(after("soon"), None);
    }
}
