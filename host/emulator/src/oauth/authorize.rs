//! `/oauth/authorize`: checks, sign-in, consent, and the way back with a code.

use url::Url;

use super::{device, pages, uninstall};
use crate::answer::Answer;
use crate::approval::Barrier;
use crate::call::{Call, first, pairs};
use crate::seed::PASSWORD;
use crate::world::{App, AppKind, Code, Session, User, World, hash, random};

const CODE_MS: i64 = 300_000;

/// A request that passed every check.
struct Asked {
    app: App,
    redirect: Url,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<(String, String)>,
}

/// With `_user` and `_decision` the answer is the redirect; otherwise a page.
pub fn ask(world: &mut World, call: &Call) -> Answer {
    let asked = match check(world, &call.query) {
        Ok(asked) => asked,
        Err(page) => return page,
    };
    if let (Some(email), Some(decision)) = (call.query("_user"), call.query("_decision")) {
        let Some(user) = world.user(email).filter(|user| user.status == "active").cloned() else {
            return pages::error("No such user can sign in", "1001");
        };
        let chosen = call.query("_scopes").map(|list| list.split([' ', ',']).map(str::to_owned).collect());
        return finish(world, asked, &user, decision == "allow", chosen);
    }
    match session(world, call) {
        Some((user, csrf)) => match barred(world, &asked.app, &user, &call.raw_query, &csrf) {
            Some(page) => page,
            None => pages::consent(&asked.app.name, &user.email, &asked.scopes, &call.raw_query, &csrf),
        },
        None => pages::sign_in(&call.raw_query, None),
    }
}

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

/// The button of a user who may not install the app.
pub fn request(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let query = first(&form, "query").unwrap_or_default().to_owned();
    let Some((user, _)) = session(world, call).filter(|(_, csrf)| first(&form, "csrf") == Some(csrf.as_str())) else {
        return pages::sign_in(&query, Some("Please sign in again"));
    };
    let Some(app) = first(&form, "client_id").and_then(|id| world.app(id)).cloned() else {
        return pages::error("Invalid client_id", "4,702");
    };
    world.request_approval(&app.client_id, &user.id);
    pages::barred(&app.name, Barrier::Requested, Barred::none())
}

/// What a page about a barrier needs for its button.
pub struct Barred<'a> {
    pub client_id: &'a str,
    pub query: &'a str,
    pub csrf: &'a str,
}

impl Barred<'_> {
    /// For answers without a session: no button.
    pub fn none() -> Self {
        Barred { client_id: "", query: "", csrf: "" }
    }
}

/// The page of what keeps `user` from installing `app`.
pub fn barred(world: &World, app: &App, user: &User, query: &str, csrf: &str) -> Option<Answer> {
    let barrier = world.barrier(app, user)?;
    Some(pages::barred(&app.name, barrier, Barred { client_id: &app.client_id, query, csrf }))
}

/// The page a form goes on to: of the browser's sign-in, of a device's, or of the user's apps.
fn page_of(query: &str) -> String {
    if query == uninstall::BACK {
        return "/oauth/apps".to_owned();
    }
    match query.strip_prefix("device:") {
        Some(code) => format!("/oauth/device/complete/{code}"),
        None => format!("/oauth/authorize?{query}"),
    }
}

pub fn decide(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let query = first(&form, "query").unwrap_or_default().to_owned();
    if let Some(code) = query.strip_prefix("device:") {
        return device::decided(world, call, code);
    }
    let Some((user, csrf)) = session(world, call) else {
        return pages::sign_in(&query, Some("Please sign in again"));
    };
    if first(&form, "csrf") != Some(csrf.as_str()) {
        return pages::error("This form has expired", "300");
    }
    let asked = match check(world, &pairs(query.as_bytes())) {
        Ok(asked) => asked,
        Err(page) => return page,
    };
    let chosen = form.iter().filter(|(name, _)| name == "scope").map(|(_, scope)| scope.clone()).collect();
    finish(world, asked, &user, first(&form, "decision") == Some("allow"), Some(chosen))
}

fn check(world: &World, query: &[(String, String)]) -> Result<Asked, Answer> {
    let app = first(query, "client_id").and_then(|id| world.app(id)).filter(|app| app.kind != AppKind::Server);
    let Some(app) = app.cloned() else {
        return Err(pages::error("Invalid client_id", "4,702"));
    };
    if !world.approval.app(&app.client_id).active {
        return Err(pages::barred(&app.name, Barrier::Inactive, Barred::none()));
    }
    let redirect_uri = first(query, "redirect_uri").unwrap_or_default();
    let redirect = Url::parse(redirect_uri).ok().filter(|url| registered(world, redirect_uri, url));
    let Some(redirect) = redirect else {
        return Err(pages::error(&format!("Invalid redirect: {redirect_uri}"), "4,700"));
    };
    if first(query, "response_type") != Some("code") {
        return Err(pages::error("Invalid response_type", "4,700"));
    }
    let method = first(query, "code_challenge_method").unwrap_or("plain");
    if !["S256", "plain"].contains(&method) {
        return Err(pages::error("Invalid code_challenge_method", "4,700"));
    }
    let challenge = first(query, "code_challenge").map(|value| (method.to_owned(), value.to_owned()));
    let wanted: Vec<&str> = first(query, "scope").unwrap_or_default().split_whitespace().collect();
    let scopes =
        app.scopes.iter().filter(|scope| wanted.is_empty() || wanted.contains(&scope.as_str())).cloned().collect();
    let state = first(query, "state").map(str::to_owned);
    Ok(Asked { app, redirect, redirect_uri: redirect_uri.to_owned(), scopes, state, challenge })
}

/// Exact match; without registered addresses, the usual call-back paths on any loopback port.
fn registered(world: &World, text: &str, url: &Url) -> bool {
    if !world.redirect_uris.is_empty() {
        return world.redirect_uris.iter().any(|known| known == text);
    }
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let path = matches!(url.path(), "/oauth/callback" | "/callback");
    loopback && path && url.scheme() == "http" && url.query().is_none() && url.fragment().is_none()
}

pub fn session(world: &World, call: &Call) -> Option<(User, String)> {
    let session = world.sessions.get(&hash(cookie(call)?))?;
    Some((world.user(&session.user)?.clone(), session.csrf.clone()))
}

fn cookie(call: &Call) -> Option<&str> {
    let cookies = call.header("cookie")?;
    cookies.split(';').find_map(|part| part.trim().strip_prefix("emulator_session="))
}

fn finish(world: &mut World, asked: Asked, user: &User, allow: bool, chosen: Option<Vec<String>>) -> Answer {
    if let Some(barrier) = world.barrier(&asked.app, user) {
        return pages::barred(&asked.app.name, barrier, Barred::none());
    }
    let mut to = asked.redirect;
    if allow {
        let code = random(24);
        let scopes = asked.scopes.into_iter().filter(|scope| chosen.as_ref().is_none_or(|list| list.contains(scope)));
        let record = Code {
            client_id: asked.app.client_id,
            user: user.id.clone(),
            redirect_uri: asked.redirect_uri,
            scopes: scopes.collect(),
            challenge: asked.challenge,
            until_ms: world.now_ms() + CODE_MS,
        };
        world.codes.insert(hash(&code), record);
        world.issued.push(code.clone());
        to.query_pairs_mut().append_pair("code", &code);
    } else {
        to.query_pairs_mut().append_pair("error", "access_denied");
    }
    if let Some(state) = &asked.state {
        to.query_pairs_mut().append_pair("state", state);
    }
    Answer::redirect(to.as_str())
}
