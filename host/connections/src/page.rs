//! The pages a person sees: where the browser ends (static: nothing of the request is in it), and what a platform shows
//! before the sign-in.

use url::Url;

/// What the browser is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// An answer was taken; whether it is a good one shows in the program.
    Taken,
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
            Page::NotHere => ("404 Not Found", "Nothing here", "Return to the sign-in page."),
            Page::WrongMethod => ("405 Method Not Allowed", "Not like this", "Return to the sign-in page."),
            Page::WrongHost => ("421 Misdirected Request", "Wrong address", "Return to the sign-in page."),
            Page::Unreadable => ("400 Bad Request", "Not an answer", "Return to the sign-in page."),
        };
        let body = format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{title}</title>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n</main>\n</html>\n"
        );
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'\r\n\
             x-content-type-options: nosniff\r\n\r\n{body}",
            body.len()
        )
    }
}

/// What a person reads before they go to the service.
pub(crate) struct Asking<'a> {
    pub app: &'a str,
    pub label: &'a str,
    /// What the access is for.
    pub purposes: &'a [String],
    /// Who should sign in.
    pub expected: Option<&'a str>,
    pub authorize: &'a Url,
}

/// The page under a link of a platform. No script, nothing from elsewhere; every text is escaped.
pub(crate) fn asking(asking: &Asking<'_>) -> String {
    let title = format!("Connect {}", escape(asking.label));
    let purposes: String = asking.purposes.iter().map(|text| format!("<li>{}</li>\n", escape(text))).collect();
    let purposes = match purposes.is_empty() {
        true => String::new(),
        false => format!("<h2>What it is for</h2>\n<ul>\n{purposes}</ul>\n"),
    };
    let who = asking.expected.map_or_else(
        || "Sign in with the account you want to connect.".to_owned(),
        |email| format!("Sign in as <strong>{}</strong>.", escape(email)),
    );
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<main>\n<h1>{title}</h1>\n<p>{} asks for access to an account of yours. The connection will \
         be called <strong>{}</strong>. Your password goes to the service alone.</p>\n{purposes}<p>{who} If the page shows \
         somebody else, sign out there first. If it says that an administrator has to approve the app, nothing is lost: open \
         this link again afterwards.</p>\n<p><a href=\"{}\" rel=\"noreferrer\">Go on to sign in</a></p>\n</main>\n</html>\n",
        escape(asking.app),
        escape(asking.label),
        escape(asking.authorize.as_str()),
    )
}

fn escape(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_control());
    visible.fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_given_can_become_markup() {
        let page = asking(&Asking {
            app: "<script>",
            label: "a\"b",
            purposes: &["<img src=x onerror=alert(1)>".to_owned()],
            expected: Some("'><b>@x"),
            authorize: &"https://example.com/?a=1&b=%22".parse().unwrap(),
        });
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
        assert!(page.contains("?a=1&amp;b="), "{page}");
    }
}
