//! The pages people see.

use crate::answer::Answer;

/// Errors of the authorise step are pages, never redirects.
pub fn error(text: &str, code: &str) -> Answer {
    let body = format!("<h1>{}</h1><p>Error code: ({})</p>", escape(text), escape(code));
    page(400, "Error", &body)
}

pub fn sign_in(query: &str, note: Option<&str>) -> Answer {
    let note = note.map(|text| format!("<p role=\"alert\">{}</p>", escape(text))).unwrap_or_default();
    let body = format!(
        "<h1>Sign in</h1>{note}<form method=\"post\" action=\"/oauth/signin\"><input type=\"hidden\" name=\"query\" \
         value=\"{}\"><p><label for=\"email\">Email</label><br><input id=\"email\" name=\"email\" type=\"email\" \
         autocomplete=\"username\" required></p><p><label for=\"password\">Password</label><br><input id=\"password\" \
         name=\"password\" type=\"password\" autocomplete=\"current-password\" required></p><button>Sign in</button></form>\
         <p>Emulator: ada@emulator.test, password demo</p>",
        escape(query)
    );
    page(200, "Sign in", &body)
}

pub fn consent(app: &str, email: &str, scopes: &[String], query: &str, csrf: &str) -> Answer {
    let boxes: String = scopes
        .iter()
        .map(|scope| {
            let scope = escape(scope);
            format!(
                "<li><label><input type=\"checkbox\" name=\"scope\" value=\"{scope}\" checked> {scope}</label></li>"
            )
        })
        .collect();
    let body = format!(
        "<h1>{app} wants to use your Zoom account</h1><p>Signed in as {email}</p><form method=\"post\" \
         action=\"/oauth/consent\"><input type=\"hidden\" name=\"query\" value=\"{query}\"><input type=\"hidden\" \
         name=\"csrf\" value=\"{csrf}\"><ul>{boxes}</ul><button name=\"decision\" value=\"allow\">Allow</button> <button \
         name=\"decision\" value=\"deny\">Decline</button></form>",
        app = escape(app),
        email = escape(email),
        query = escape(query),
        csrf = escape(csrf),
    );
    page(200, "Authorize", &body)
}

fn page(status: u16, title: &str, body: &str) -> Answer {
    let style = "body{font:16px/1.5 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}li{list-style:none}";
    Answer::html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title} - Zoom \
             emulator</title><style>{style}</style><main>{body}</main></html>"
        ),
    )
    .with("cache-control", "no-store")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
