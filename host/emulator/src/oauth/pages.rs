//! The pages people see.

use url::form_urlencoded;

use crate::http::answer::Answer;
use crate::state::approval::Barrier;
use crate::state::world::App;

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
        "<h1>{app} wants to use your Zoom account</h1><p>Signed in as {email}. <a href=\"/oauth/signout?next={next}\">Use another account</a></p><form method=\"post\" \
         action=\"/oauth/consent\"><input type=\"hidden\" name=\"query\" value=\"{query}\"><input type=\"hidden\" \
         name=\"csrf\" value=\"{csrf}\"><ul>{boxes}</ul><button name=\"decision\" value=\"allow\">Allow</button> <button \
         name=\"decision\" value=\"deny\">Decline</button></form>",
        app = escape(app),
        email = escape(email),
        query = escape(query),
        next = form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>(),
        csrf = escape(csrf),
    );
    page(200, "Authorize", &body)
}

/// The button by which a user asks an administrator for an app.
pub struct RequestButton<'a> {
    pub client_id: &'a str,
    pub query: &'a str,
    pub csrf: &'a str,
}

impl RequestButton<'_> {
    /// For answers without a session: no button.
    pub fn none() -> Self {
        RequestButton { client_id: "", query: "", csrf: "" }
    }
}

/// The user may not install the app. No redirect happens: whoever waits for an answer learns nothing.
pub fn barred(app: &str, barrier: Barrier, button: RequestButton<'_>) -> Answer {
    let app = escape(app);
    let (title, text) = match barrier {
        Barrier::Inactive => (format!("{app} is disabled"), "The app has been disabled. Error code: (4,717)"),
        Barrier::AdminOnly => (
            "An account admin is required to install this type of app".to_owned(),
            "Sign in as an owner or administrator of the account, or ask one to add the app.",
        ),
        Barrier::NotApproved => (
            format!("You cannot authorize {app}"),
            "Your account requires pre-approval of this app by an administrator.",
        ),
        Barrier::NotForYou => (
            format!("You cannot authorize {app}"),
            "Your administrator has approved this app for certain users only. It is not approved for all users.",
        ),
        Barrier::Requested => {
            ("Your request is with your administrator".to_owned(), "You will get an e-mail when the app is approved.")
        }
    };
    let asks = matches!(barrier, Barrier::NotApproved | Barrier::NotForYou) && !button.csrf.is_empty();
    let form = match asks {
        true => format!(
            "<form method=\"post\" action=\"/oauth/request\"><input type=\"hidden\" name=\"query\" value=\"{}\"><input \
             type=\"hidden\" name=\"csrf\" value=\"{}\"><input type=\"hidden\" name=\"client_id\" value=\"{}\"><button>Request \
             approval</button></form>",
            escape(button.query),
            escape(button.csrf),
            escape(button.client_id)
        ),
        false => String::new(),
    };
    page(400, "Cannot authorize", &format!("<h1>{title}</h1><p>{text}</p>{form}"))
}

/// The apps a user has added; and which one is gone now.
pub fn apps(email: &str, added: &[App], gone: Option<&str>) -> Answer {
    let note = gone.map(|app| format!("<p role=\"status\">{} was uninstalled.</p>", escape(app))).unwrap_or_default();
    let rows: String = added
        .iter()
        .map(|app| {
            let (id, name) = (escape(&app.client_id), escape(&app.name));
            format!("<li>{name} <a href=\"/oauth/apps/{id}\" aria-label=\"Uninstall {name}\">Uninstall</a></li>")
        })
        .collect();
    let list = if rows.is_empty() { "<p>You have added no app.</p>".to_owned() } else { format!("<ul>{rows}</ul>") };
    page(200, "Added apps", &format!("<h1>Added apps</h1>{note}<p>Signed in as {}.</p>{list}", escape(email)))
}

/// The question before an app is removed.
pub fn uninstall(app: &App, csrf: &str) -> Answer {
    let (id, name, csrf) = (escape(&app.client_id), escape(&app.name), escape(csrf));
    let body = format!(
        "<h1>Uninstall {name}?</h1><p>The app loses its access to your account at once.</p><form method=\"post\" \
         action=\"/oauth/apps/{id}\"><input type=\"hidden\" name=\"csrf\" value=\"{csrf}\"><p><label><input \
         type=\"checkbox\" name=\"retain\" value=\"true\"> Let the developer of the app keep your data</label></p>\
         <button>Uninstall</button> <a href=\"/oauth/apps\">Cancel</a></form>"
    );
    page(200, "Uninstall an app", &body)
}

/// Where the code of another machine is typed.
pub fn device(note: Option<&str>) -> Answer {
    let note = note.map(|text| format!("<p role=\"alert\">{}</p>", escape(text))).unwrap_or_default();
    let body = format!(
        "<h1>Connect a device</h1>{note}<form method=\"get\" action=\"/oauth_device\"><p><label for=\"code\">Code shown on \
         the device</label><br><input id=\"code\" name=\"user_code\" autocomplete=\"off\" required></p><button>Continue</button>\
         </form>"
    );
    page(200, "Connect a device", &body)
}

pub fn device_done(allowed: bool) -> Answer {
    let text = if allowed { "The device is connected. Return to it." } else { "The device was declined." };
    page(200, "Connect a device", &format!("<h1>Done</h1><p>{text}</p>"))
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
