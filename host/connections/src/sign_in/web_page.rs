//! The pages of a platform's sign-in: before it and after it. No script, nothing from elsewhere; every text is escaped.

use url::Url;

use crate::ConnectionsError;
use crate::grant::owner_check::Admission;
use crate::sign_in::result_page::document;

/// What a person reads before they go to the service.
pub(crate) struct Asking<'a> {
    pub app: &'a str,
    pub label: &'a str,
    /// Whether it is there already.
    pub again: bool,
    /// What the access is for.
    pub purposes: &'a [String],
    /// Who should sign in.
    pub expected: Option<&'a str>,
    pub authorize: &'a Url,
}

/// The page under a link of a platform. No script, nothing from elsewhere; every text is escaped.
pub(crate) fn asking(asking: &Asking<'_>) -> String {
    let title = format!("Connect {}{}", escape(asking.label), if asking.again { " again" } else { "" });
    let called = match asking.again {
        true => "is there already, as",
        false => "will be called",
    };
    let purposes: String = asking.purposes.iter().map(|text| format!("<li>{}</li>\n", escape(text))).collect();
    let purposes = match purposes.is_empty() {
        true => String::new(),
        false => format!("<h2>What it is for</h2>\n<ul>\n{purposes}</ul>\n"),
    };
    let who = asking.expected.map_or_else(
        || "Sign in with the account you want to connect.".to_owned(),
        |email| format!("Sign in as <strong>{}</strong>.", escape(email)),
    );
    let (app, label, authorize) = (escape(asking.app), escape(asking.label), escape(asking.authorize.as_str()));
    let content = format!(
        "<p>{app} asks for access to an account of yours. The connection {called} <strong>{label}</strong>. Only the \
         service sees your password.</p>\n{purposes}<p>{who} If the page shows somebody else, sign out there first. If it says that \
         an administrator has to approve the app, nothing is lost: open this link again afterwards.</p>\n\
         <p><a href=\"{authorize}\" rel=\"noreferrer\">Go on to sign in</a></p>"
    );
    document(&title, &content)
}

/// The page for the person whose answer was taken. It names no connection but their own: others are not theirs to know.
pub(crate) fn answered(label: &str, answer: &Result<Admission, ConnectionsError>) -> String {
    let (title, text) = match answer.as_ref().map_err(ConnectionsError::root) {
        Ok(admitted) => {
            let who = admitted.connection.email().map_or_else(String::new, |email| format!(" as {email}"));
            ("Connected", format!("{label} is connected{who}. You can close this window."))
        }
        Err(ConnectionsError::Denied { .. }) => (
            "Nothing was connected",
            "Access was not granted. To allow it, open the link again; where an administrator has to approve the app first, \
             open it again afterwards."
                .to_owned(),
        ),
        Err(ConnectionsError::WrongAccount { expected, found }) => (
            "Another account was expected",
            format!("You signed in as {found}. Sign in as {expected} instead. Sign out at the service first, then open the link again. Nothing was connected."),
        ),
        Err(ConnectionsError::SameAccount { .. }) => {
            ("Connected already", "This account is connected already, and stays as it is.".to_owned())
        }
        Err(
            ConnectionsError::StateMismatch { .. } | ConnectionsError::Ended | ConnectionsError::CallbackInvalid { .. },
        ) => ("Not an answer", "This belongs to no sign-in that waits here. Open the link again.".to_owned()),
        Err(_) => (
            "Nothing was connected",
            "Something went wrong; the person who sent you the link sees the cause. You can open the link again.".to_owned(),
        ),
    };
    document(title, &format!("<p>{}</p>", escape(&text)))
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
            again: false,
            purposes: &["<img src=x onerror=alert(1)>".to_owned()],
            expected: Some("'><b>@x"),
            authorize: &"https://example.com/?a=1&b=%22".parse().unwrap(),
        });
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
        assert!(page.contains("?a=1&amp;b="), "{page}");
    }
}
