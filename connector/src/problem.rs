//! Turning failures and Zoom's refusals into problems: by status and code, never by text, which Zoom translates.

use serde_json::{Value, json};

use crate::bindings::contract::{Problem, Retry};
use crate::bindings::http::{Failure, Response};
use crate::blank;
use crate::foreign::Foreign;
use crate::wire::error::{Kind, Reading, Refusal, is_page};

/// Zoom needs about twice a meeting's length to process its recording; ten minutes is a polite pace to ask.
const NOT_READY_MS: u64 = 600_000;

/// What to do about an address that has died.
const READ_AGAIN: &str = "read `recordings.files` again: when one file of a recording goes, addresses of the others die; look in \
                          `recordings.list-trash` too";

/// Why a call gave no value.
#[derive(Debug)]
pub enum Trouble {
    /// Zoom answered with a refusal.
    Refused(Box<Refusal>),
    /// There was no usable answer.
    Failed(Box<Failure>),
    /// The answer was a success that cannot be read.
    Unreadable(String),
    /// Something answered, but not in a form of Zoom's.
    Foreign(Box<Foreign>),
    /// A parameter that chooses what the request acts on is empty.
    Empty(String),
    /// The connection has no user of its own, and the input names none.
    NoUser,
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refused(&refusal),
            Trouble::Failed(failure) => failed(*failure),
            Trouble::Unreadable(message) => broken(message),
            Trouble::Foreign(foreign) => (*foreign).into(),
            Trouble::Empty(parameter) => blank::empty(&format!("/{parameter}")),
            Trouble::NoUser => no_user(),
        }
    }
}

/// The input is wrong at `pointer`.
pub fn invalid(pointer: &str, message: impl Into<String>, fix: impl Into<String>) -> Problem {
    Problem { pointer: Some(pointer.to_owned()), fix: Some(fix.into()), ..plain("input.invalid", message, true) }
}

/// `me` means nobody on a Server-to-Server connection.
pub fn no_user() -> Problem {
    invalid(
        "/user",
        "a Server-to-Server connection has no user of its own",
        "name the user in `user`: an id or an e-mail address",
    )
}

/// Zoom's answer is not what its documents promise.
pub fn broken(message: impl Into<String>) -> Problem {
    Problem {
        fix: Some("report it with the activity's name and this text".to_owned()),
        ..plain("unexpected-answer", message, false)
    }
}

/// A problem without a place, a remedy or a chance to repeat.
pub fn plain(code: &str, message: impl Into<String>, not_sent: bool) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.into(),
        pointer: None,
        fix: None,
        retry: Retry::Never,
        not_sent,
        details: None,
    }
}

/// The contract's problem for a host's failure. Codes pass unchanged, so that the host still knows its own refusals.
fn failed(failure: Failure) -> Problem {
    Problem { fix: failure.fix, retry: failure.retry, ..plain(&failure.code, failure.message, failure.not_sent) }
}

/// There is no recording, or not yet.
pub fn no_recording(message: &str) -> Problem {
    let row = Kind::NoRecording.row();
    Problem { fix: Some(row.fix.to_owned()), retry: Retry::After(NOT_READY_MS), ..plain(row.code, message, true) }
}

/// What a refused download means: the answer decides where there is one. The details name the `reason` in one word.
pub fn download_failed(failure: Failure, now: u64) -> Problem {
    let Some(response) = &failure.response else {
        return failed(failure);
    };
    let refusal = match Reading::of(response, now) {
        Reading::Refused(refusal) => refusal,
        _ if is_page(&response.body) || is_html(response) => return page(response.status),
        _ => return failed(failure),
    };
    match (refusal.status, refusal.code) {
        (404, _) => Problem {
            fix: Some(READ_AGAIN.to_owned()),
            details: Some(json!({ "reason": "gone", "status": 404 }).to_string()),
            ..plain("not-found", "the file is not at the address that Zoom gave", true)
        },
        // The same token has just read the recording, so it is not the token. Right after a recording this passes by itself.
        (401, _) => Problem {
            retry: Retry::After(NOT_READY_MS),
            ..blocked("not-yet-or-forbidden", "Zoom does not give the file out, or not yet")
        },
        (200..300, Some(200)) => blocked("disabled", "downloads are switched off for this account or recording"),
        (_, Some(3302)) => blocked("passcode", "Zoom wants the recording's passcode"),
        _ => refused(&refusal),
    }
}

/// Zoom keeps a file back.
fn blocked(reason: &str, message: &str) -> Problem {
    Problem {
        fix: Some(
            "see `recordings.settings-get`; use a connection of the recording's host, or of an administrator who may view content, \
             and have downloads switched on"
                .to_owned(),
        ),
        details: Some(json!({ "reason": reason }).to_string()),
        ..plain("download-refused", message, true)
    }
}

/// Zoom sends pages in place of files that it keeps back, and a page with 404 for an address that has died. So does whatever else answers
/// in its place, so it is never said that the file is gone.
fn page(status: u16) -> Problem {
    let problem = blocked("page", &format!("a web page ({status}) came in place of the file"));
    if status != 404 {
        return problem;
    }
    let fix =
        format!("{READ_AGAIN}. A file that is listed there is not gone: see whether a proxy answers in place of Zoom");
    Problem { fix: Some(fix), details: Some(json!({ "reason": "page", "status": status }).to_string()), ..problem }
}

fn is_html(response: &Response) -> bool {
    response.headers.iter().any(|h| h.name == "content-type" && h.value.starts_with("text/html"))
}

fn refused(refusal: &Refusal) -> Problem {
    let row = refusal.kind.row();
    Problem {
        code: row.code.to_owned(),
        message: refusal
            .message
            .clone()
            .unwrap_or_else(|| refusal.known.map_or(row.cause, |known| known.cause).to_owned()),
        pointer: refusal.fields.first().map(|field| field.pointer()),
        fix: Some(refusal.known.and_then(|known| known.fix).unwrap_or(row.fix).to_owned()),
        retry: retry(refusal),
        not_sent: refusal.kind != Kind::Unavailable,
        details: Some(details(refusal).to_string()),
    }
}

fn retry(refusal: &Refusal) -> Retry {
    match refusal.kind.row().retry {
        "after-user-action" => Retry::AfterUserAction,
        "after" => Retry::After(refusal.retry_after.unwrap_or(match refusal.kind {
            Kind::NoRecording => NOT_READY_MS,
            Kind::Unavailable => 5_000,
            _ => 2_000,
        })),
        _ => Retry::Never,
    }
}

fn details(refusal: &Refusal) -> Value {
    let mut all = json!({ "status": refusal.status });
    let mut put = |key: &str, value: Value| {
        if let Some(map) = all.as_object_mut() {
            map.insert(key.to_owned(), value);
        }
    };
    if let Some(code) = refusal.code {
        put("zoom_code", json!(code));
    }
    // Zoom's own text comes in the account's language.
    if let Some(known) = refusal.known {
        put("cause", json!(known.cause));
    }
    if let Some(id) = &refusal.tracking {
        put("tracking_id", json!(id));
    }
    if !refusal.scopes.is_empty() {
        put("scopes", json!(refusal.scopes));
    }
    if !refusal.fields.is_empty() {
        put("fields", refusal.fields.iter().map(|f| json!({"field": f.field, "message": f.message})).collect());
    }
    all
}
