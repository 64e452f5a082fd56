//! `/oauth/authorize`: checks, consent, and the way back with a code.

use url::Url;

use super::app_check::barred;
use super::pages::{self, RequestButton};
use super::session::session;
use crate::http::answer::Answer;
use crate::http::call::{Call, first, pairs};
use crate::state::approval::Barrier;
use crate::state::world::{App, AppKind, Code, User, World, hash, random};

const CODE_MS: i64 = 300_000;

/// A request that passed every check.
struct AuthorizationRequest {
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
    pages::barred(&app.name, Barrier::Requested, RequestButton::none())
}

/// The decision of the person at the consent page.
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

fn check(world: &World, query: &[(String, String)]) -> Result<AuthorizationRequest, Answer> {
    let app = first(query, "client_id").and_then(|id| world.app(id)).filter(|app| app.kind != AppKind::Server);
    let Some(app) = app.cloned() else {
        return Err(pages::error("Invalid client_id", "4,702"));
    };
    if !world.approval.app(&app.client_id).active {
        return Err(pages::barred(&app.name, Barrier::Inactive, RequestButton::none()));
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
    Ok(AuthorizationRequest { app, redirect, redirect_uri: redirect_uri.to_owned(), scopes, state, challenge })
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

fn finish(
    world: &mut World,
    asked: AuthorizationRequest,
    user: &User,
    allow: bool,
    chosen: Option<Vec<String>>,
) -> Answer {
    if let Some(barrier) = world.barrier(&asked.app, user) {
        return pages::barred(&asked.app.name, barrier, RequestButton::none());
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
