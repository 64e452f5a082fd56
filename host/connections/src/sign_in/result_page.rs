//! The pages on which the browser ends: static, nothing of the request is in them.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// A page holds nothing but its own text, is kept nowhere, and tells nobody where it was.
const CLOSED: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("connection", "close"),
];

/// What the browser is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// A code was taken; whether it is worth anything shows in the program.
    Taken,
    /// The service's no was taken.
    Refused,
    /// It belongs to no sign-in that waits.
    Another,
    NotHere,
    WrongMethod,
    WrongHost,
    Unreadable,
}

impl Page {
    /// The whole HTTP answer.
    pub fn response(self) -> Response {
        let (status, title, text) = match self {
            Page::Taken => (StatusCode::OK, "Answer received", "You can close this window and return to Switchboard."),
            Page::Refused => (
                StatusCode::OK,
                "Nothing was connected",
                "Access was not granted. Return to Switchboard: it says what to do.",
            ),
            Page::Another => (
                StatusCode::BAD_REQUEST,
                "Not an answer",
                "This belongs to no sign-in that waits here. Return to the sign-in page.",
            ),
            Page::NotHere => (StatusCode::NOT_FOUND, "Page not found", "Return to the sign-in page."),
            Page::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "Return to the sign-in page."),
            Page::WrongHost => (StatusCode::MISDIRECTED_REQUEST, "Wrong address", "Return to the sign-in page."),
            Page::Unreadable => (StatusCode::BAD_REQUEST, "Not an answer", "Return to the sign-in page."),
        };
        let body = document(title, &format!("<p>{text}</p>"));
        (status, CLOSED, Html(body)).into_response()
    }
}

/// A page of one heading. Both texts are HTML already.
pub(crate) fn document(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</html>\n"
    )
}
