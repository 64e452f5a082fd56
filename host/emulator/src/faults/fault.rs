//! Misbehaviour on request: what the next matching requests meet instead of, or besides, their answer.

use serde::{Deserialize, Serialize};

use crate::api::operations;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::time;

/// One switch, as posted to `/_emulator/faults`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many requests it meets; 0 means until cleared.
    #[serde(default = "once")]
    pub count: u32,
    /// Only paths containing this text.
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub method: Option<String>,
    /// Only this operation, as in the tables of `api`: `GET meetings/*/recordings`.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only from the matching request of this number on; 1, the default, is the next one.
    #[serde(default)]
    pub nth: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FaultKind {
    /// Wait before answering.
    Latency { millis: u64 },
    /// Answer with this status. For 429, `variant` is `qps`, `daily`, `user` or `concurrency`.
    Status {
        status: u16,
        #[serde(default)]
        variant: Option<String>,
    },
    /// Answer with an HTML page.
    Html {
        #[serde(default = "ok")]
        status: u16,
    },
    /// Close the connection without a word; with `after` the request has taken effect by then.
    Drop {
        #[serde(default)]
        after: bool,
    },
    /// Send the answer's headers and only its first bytes.
    Truncate { bytes: u64 },
    /// Send the first bytes, then nothing, and keep the connection.
    Stall { bytes: u64 },
    /// Send so many bytes in so many milliseconds.
    Drip { bytes: u64, millis: u64 },
    /// Send another file of the same size, which a download's address may lead to later.
    Changed,
    /// Send a file without the tag of its version, whole whatever part is asked for.
    Bare,
    /// An error of the API under any status, 200 included: `{"code", "message"}`.
    Error {
        #[serde(default = "ok")]
        status: u16,
        code: i64,
        message: String,
    },
    /// What the service answers with this code, to an operation that it refuses so; `status` where a code has two.
    Refusal {
        code: i64,
        #[serde(default)]
        status: Option<u16>,
    },
    /// A body that is not what its content type says.
    Text {
        status: u16,
        body: String,
        #[serde(default = "json_type")]
        content_type: String,
    },
    /// A refusal goes out as XML to whoever did not ask for JSON; with `always` to everybody.
    Xml {
        #[serde(default)]
        always: bool,
    },
    /// The pages of a list lie about where it ends; with `rows` each page holds no more than so many.
    Pages {
        lie: Lie,
        #[serde(default)]
        rows: Option<u32>,
    },
    /// Every list of this name, at any depth, has `null` as its second element.
    BadRow { list: String },
    /// Answers show only so many occurrences of a series.
    Shorten { occurrences: usize },
    /// Transcripts that are there now appear after so many minutes. Takes effect at once.
    LateTranscript { minutes: i64 },
    /// A refusal that repeats what the service was given in secret: this request's `Authorization`, its body, the app's
    /// secrets, and the tokens of the newest grant; in headers and the body, in every spelling. With `history` every token,
    /// code and proof that was ever given out or shown. With `redirect` a 302 whose address holds them.
    Echo {
        #[serde(default = "bad_request")]
        status: u16,
        #[serde(default)]
        redirect: bool,
        #[serde(default)]
        history: bool,
    },
    /// Every access token dies now; with `refresh` the refresh tokens too. Takes effect at once.
    TokenDeath {
        #[serde(default)]
        refresh: bool,
    },
}

/// How pages lie.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lie {
    /// The token of a page leads back to an earlier one.
    Circle,
    /// There is always one more token, each to the first page.
    Endless,
    /// The first page has no token, although more rows are counted.
    Short,
    /// The same, with pages counted by number.
    Numbered,
}

fn once() -> u32 {
    1
}

fn ok() -> u16 {
    200
}

fn bad_request() -> u16 {
    400
}

fn json_type() -> String {
    "application/json;charset=UTF-8".into()
}

impl Fault {
    fn matches(&self, call: &Call) -> bool {
        self.path.as_ref().is_none_or(|part| call.path.contains(part))
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && self.operation.as_ref().is_none_or(|wanted| operations::name(call).as_ref() == Some(wanted))
    }
}

/// The first fault this request meets, counted down. Faults that wait for a later request count this one.
pub fn take(faults: &mut Vec<Fault>, call: &Call) -> Option<FaultKind> {
    let mut found = None;
    for (position, fault) in faults.iter_mut().enumerate().filter(|(_, fault)| fault.matches(call)) {
        if fault.nth > 1 {
            fault.nth -= 1;
        } else if found.is_none() {
            found = Some(position);
        }
    }
    let position = found?;
    let fault = faults.get_mut(position)?;
    let kind = fault.kind.clone();
    if fault.count == 1 {
        faults.remove(position);
    } else if fault.count > 1 {
        fault.count -= 1;
    }
    Some(kind)
}

/// What the fault answers in place of the service; `None` when it does not answer.
pub fn answer(kind: &FaultKind, now_ms: i64, style: RetryAfter) -> Option<Answer> {
    Some(match kind {
        FaultKind::Status { status: code, variant } => status(*code, variant.as_deref(), now_ms, style),
        FaultKind::Html { status } => page(*status),
        FaultKind::Drop { after: false } => Answer::empty(503),
        FaultKind::Error { status, code, message } => Answer::error(*status, *code, message.as_str()),
        FaultKind::Text { status, body, content_type } => {
            Answer::bytes(*status, content_type, body.clone().into_bytes())
        }
        _ => return None,
    })
}

/// The answer of a `Status` fault.
fn status(status: u16, variant: Option<&str>, now_ms: i64, style: RetryAfter) -> Answer {
    match status {
        429 => too_many(variant.unwrap_or("qps"), now_ms, style),
        401 => Answer::error(401, 124, "Access token is expired."),
        500.. => Answer::error(status, i64::from(status), "Internal server error."),
        _ => Answer::error(status, i64::from(status), "Refused by the emulator's fault switch."),
    }
}

fn page(status: u16) -> Answer {
    Answer::html(status, "<!doctype html><title>Zoom</title><h1>We'll be right back</h1>")
}

/// How `Retry-After` is written, as `retry_after` in `/_emulator/settings`. Zoom writes ISO date-times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    #[default]
    Iso,
    HttpDate,
    Seconds,
}

/// The four kinds of 429, with exactly the headers each has.
fn too_many(variant: &str, now_ms: i64, style: RetryAfter) -> Answer {
    match variant {
        "daily" => daily("Heavy", 30_000, now_ms, style),
        "user" => user_limit(),
        "concurrency" => concurrent(),
        _ => per_second("Light", 30),
    }
}

pub fn per_second(label: &str, limit: u32) -> Answer {
    let text = "You have reached the maximum per-second rate limit for this API. Try again later.";
    limited(text, label, "QPS", limit)
}

/// Until the next UTC midnight.
pub fn daily(label: &str, limit: u32, now_ms: i64, style: RetryAfter) -> Answer {
    let midnight = time::at(time::next_day(time::day(now_ms)), 0, 0);
    let until = match style {
        RetryAfter::Iso => time::utc(midnight),
        RetryAfter::HttpDate => time::http_date(midnight),
        RetryAfter::Seconds => ((midnight - now_ms + 999) / 1000).to_string(),
    };
    let text = "You have reached the maximum daily rate limit for this API. Refer to the response header for \
                details on when you can make another request.";
    limited(text, label, "Daily-limit", limit).with("retry-after", until)
}

fn limited(text: &str, label: &str, kind: &str, limit: u32) -> Answer {
    Answer::error(429, 429, text)
        .with("x-ratelimit-category", label)
        .with("x-ratelimit-type", kind)
        .with("x-ratelimit-limit", limit.to_string())
        .with("x-ratelimit-remaining", "0")
}

/// Two writes to one object at once: no header of any kind.
pub fn concurrent() -> Answer {
    let text = "Too many concurrent requests. A request to disassociate this user has already been made.";
    Answer::error(429, 429, text)
}

/// 100 meeting writes per host and day: no Retry-After, no type.
pub fn user_limit() -> Answer {
    let text = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this \
                particular user. You may resume these requests at GMT 00:00:00.";
    Answer::error(429, 429, text)
        .with("x-ratelimit-category", "Light")
        .with("x-ratelimit-limit", "6000")
        .with("x-ratelimit-remaining", "5893")
}
