//! The pages on which the browser ends: static, nothing of the request is in them.

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
    pub fn response(self) -> String {
        let (status, title, text) = match self {
            Page::Taken => ("200 OK", "Answer received", "You can close this window and return to Switchboard."),
            Page::Refused => (
                "200 OK",
                "Nothing was connected",
                "Access was not granted. Return to Switchboard: it says what to do.",
            ),
            Page::Another => (
                "400 Bad Request",
                "Not an answer",
                "This belongs to no sign-in that waits here. Return to the sign-in page.",
            ),
            Page::NotHere => ("404 Not Found", "Nothing here", "Return to the sign-in page."),
            Page::WrongMethod => ("405 Method Not Allowed", "Not like this", "Return to the sign-in page."),
            Page::WrongHost => ("421 Misdirected Request", "Wrong address", "Return to the sign-in page."),
            Page::Unreadable => ("400 Bad Request", "Not an answer", "Return to the sign-in page."),
        };
        let body = document(title, &format!("<p>{text}</p>"));
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'\r\n\
             x-content-type-options: nosniff\r\n\r\n{body}",
            body.len()
        )
    }
}

/// A page of one heading. Both texts are HTML already.
pub(crate) fn document(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</html>\n"
    )
}
