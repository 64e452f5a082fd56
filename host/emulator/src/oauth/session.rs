//! The browser's session: sign-in and sign-out.

use super::pages;
use crate::http::answer::Answer;
use crate::http::call::{Call, first};
use crate::seed::PASSWORD;
use crate::state::world::{Session, User, World, hash, random};

/// The list of the user's apps, in place of a question for consent, as what a sign-in goes back to.
pub const APPS: &str = "apps";
/// What a sign-in on behalf of a device goes back to: this, and the code of the device.
pub const DEVICE: &str = "device:";

pub fn sign_in(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let query = first(&form, "query").unwrap_or_default();
    let user = first(&form, "email").and_then(|email| world.user(email));
    let Some(user) = user.filter(|_| first(&form, "password") == Some(PASSWORD)) else {
        return pages::sign_in(query, Some("Incorrect email or password"));
    };
    if user.status != "active" {
        return pages::sign_in(query, Some("This user is deactivated or not activated yet. Ask your administrator."));
    }
    let user = user.id.clone();
    let cookie = random(24);
    world.sessions.insert(hash(&cookie), Session { user, csrf: random(24) });
    let cookie = format!("emulator_session={cookie}; Path=/oauth; HttpOnly; SameSite=Lax");
    Answer::see_other(&page_of(query)).with("set-cookie", cookie)
}

/// Ends the browser's session, so that somebody else can sign in.
pub fn sign_out(world: &mut World, call: &Call) -> Answer {
    if let Some(cookie) = cookie(call) {
        world.sessions.remove(&hash(cookie));
    }
    let query = call.query("next").unwrap_or_default();
    Answer::redirect(&page_of(query))
        .with("set-cookie", "emulator_session=; Path=/oauth; Max-Age=0; HttpOnly; SameSite=Lax")
}

/// The signed-in user, and the proof that a form was made for this browser.
pub fn session(world: &World, call: &Call) -> Option<(User, String)> {
    let session = world.sessions.get(&hash(cookie(call)?))?;
    Some((world.user(&session.user)?.clone(), session.csrf.clone()))
}

fn cookie(call: &Call) -> Option<&str> {
    let cookies = call.header("cookie")?;
    cookies.split(';').find_map(|part| part.trim().strip_prefix("emulator_session="))
}

/// The page a form goes on to: of the browser's sign-in, of a device's, or of the user's apps.
fn page_of(query: &str) -> String {
    if query == APPS {
        return "/oauth/apps".to_owned();
    }
    match query.strip_prefix(DEVICE) {
        Some(code) => format!("/oauth/device/complete/{code}"),
        None => format!("/oauth/authorize?{query}"),
    }
}
