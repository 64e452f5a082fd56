//! `/oauth/authorize`: checks, sign-in, consent, and the way back with a code.

use url::Url;

use super::pages;
use crate::answer::Answer;
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
        Some((user, csrf)) => pages::consent(&asked.app.name, &user.email, &asked.scopes, &call.raw_query, &csrf),
        None => pages::sign_in(&call.raw_query, None),
    }
}

pub fn sign_in(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let query = first(&form, "query").unwrap_or_default();
    let user = first(&form, "email").and_then(|email| world.user(email)).filter(|user| user.status == "active");
    let user = user.filter(|_| first(&form, "password") == Some(PASSWORD)).map(|user| user.id.clone());
    let Some(user) = user else {
        return pages::sign_in(query, Some("Incorrect email or password"));
    };
    let cookie = random(24);
    world.sessions.insert(hash(&cookie), Session { user, csrf: random(24) });
    let cookie = format!("emulator_session={cookie}; Path=/oauth; HttpOnly; SameSite=Lax");
    Answer::redirect(&format!("/oauth/authorize?{query}")).with("set-cookie", cookie)
}

pub fn decide(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let query = first(&form, "query").unwrap_or_default().to_owned();
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

fn session(world: &World, call: &Call) -> Option<(User, String)> {
    let cookies = call.header("cookie")?;
    let cookie = cookies.split(';').find_map(|part| part.trim().strip_prefix("emulator_session="))?;
    let session = world.sessions.get(&hash(cookie))?;
    Some((world.user(&session.user)?.clone(), session.csrf.clone()))
}

fn finish(world: &mut World, asked: Asked, user: &User, allow: bool, chosen: Option<Vec<String>>) -> Answer {
    let plain = user.role == "2";
    if asked.app.kind == AppKind::Admin && plain {
        return pages::error("An account admin is required to install this type of app", "4,700");
    }
    if world.settings.require_approval && plain {
        return pages::error(
            &format!("You cannot authorize {}. Ask your admin to approve it.", asked.app.name),
            "4,700",
        );
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
        to.query_pairs_mut().append_pair("code", &code);
    } else {
        to.query_pairs_mut().append_pair("error", "access_denied");
    }
    if let Some(state) = &asked.state {
        to.query_pairs_mut().append_pair("state", state);
    }
    Answer::redirect(to.as_str())
}
