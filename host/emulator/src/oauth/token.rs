//! The token endpoint. Its errors are `{"reason","error"}`, another shape than the API's.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::device;
use crate::http::answer::Answer;
use crate::http::call::{Call, first};
use crate::seed::ACCOUNT;
use crate::state::world::{Access, App, AppKind, Code, Grant, World, hash, random};

/// Refresh tokens live 90 days.
const REFRESH_MS: i64 = 90 * 86_400_000;

pub fn answer(world: &mut World, call: &Call) -> Answer {
    let Some(app) = client(world, call) else {
        return refuse("Invalid client_id or client_secret", "invalid_client");
    };
    if !world.approval.app(&app.client_id).active {
        return refuse("The app has been disabled (4,717)", "invalid_client");
    }
    // The body is usual; the query string is accepted as well.
    let fields: Vec<_> = call.form().into_iter().chain(call.query.clone()).collect();
    match first(&fields, "grant_type").unwrap_or_default() {
        "authorization_code" if app.kind != AppKind::Server => by_code(world, &app, &fields),
        "urn:ietf:params:oauth:grant-type:device_code" if app.kind != AppKind::Server => {
            by_device(world, &app, &fields)
        }
        "refresh_token" if app.kind != AppKind::Server => by_refresh(world, &app, &fields),
        "account_credentials" if app.kind == AppKind::Server => by_account(world, &app, &fields),
        _ => refuse("unsupported grant type", "unsupported_grant_type"),
    }
}

/// `POST /oauth/devicecode`: a code to show on a machine without a browser.
pub fn device(world: &mut World, call: &Call) -> Answer {
    match client(world, call) {
        Some(app) => device::begin(world, &app),
        None => refuse("Invalid client_id or client_secret", "invalid_client"),
    }
}

fn by_device(world: &mut World, app: &App, fields: &[(String, String)]) -> Answer {
    match device::poll(world, app, first(fields, "device_code").unwrap_or_default()) {
        Ok((user, scopes)) => {
            kill(world, |grant| grant.client_id == app.client_id && grant.user == user);
            let grant = add_grant(world, app, user, scopes);
            issue(world, grant, true)
        }
        Err(answer) => answer,
    }
}

/// Kills the whole grant, named by either of its tokens.
pub fn revoke(world: &mut World, call: &Call) -> Answer {
    let Some(app) = client(world, call) else {
        return refuse("Invalid client_id or client_secret", "invalid_client");
    };
    let fields: Vec<_> = call.form().into_iter().chain(call.query.clone()).collect();
    let token = first(&fields, "token").map(hash).unwrap_or_default();
    let by_access = world.access.get(&token).map(|access| access.grant);
    let grant = world.grants.iter().find(|grant| Some(grant.id) == by_access || grant.refresh.as_ref() == Some(&token));
    let Some(id) = grant.filter(|grant| grant.live && grant.client_id == app.client_id).map(|grant| grant.id) else {
        return refuse("Invalid Token!", "invalid_request");
    };
    kill(world, |grant| grant.id == id);
    Answer::json(200, &json!({"status": "success"}))
}

/// Basic only.
fn client(world: &World, call: &Call) -> Option<App> {
    let (scheme, encoded) = call.header("authorization")?.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    // RFC 6749 has both parts form-encoded; Zoom's own samples send them plain.
    let (id, secret) = (crate::http::call::decode(id), crate::http::call::decode(secret));
    let app = world.app(&id)?;
    (scheme.eq_ignore_ascii_case("basic") && app.secret_hash == hash(&secret)).then(|| app.clone())
}

fn by_code(world: &mut World, app: &App, fields: &[(String, String)]) -> Answer {
    let now = world.now_ms();
    world.issued.extend(first(fields, "code_verifier").map(str::to_owned));
    let code = first(fields, "code").and_then(|code| world.codes.remove(&hash(code)));
    let Some(code) = code.filter(|code| code.until_ms > now && code.client_id == app.client_id) else {
        return refuse("Invalid authorization code", "invalid_grant");
    };
    if first(fields, "redirect_uri") != Some(code.redirect_uri.as_str()) {
        return refuse("Redirect URI mismatch", "invalid_request");
    }
    if !proven(&code, first(fields, "code_verifier")) {
        return refuse("Invalid code verifier", "invalid_grant");
    }
    // The newest consent of this user and app wins; earlier ones are dead at once.
    kill(world, |grant| grant.client_id == app.client_id && grant.user == code.user);
    let grant = add_grant(world, app, code.user, code.scopes);
    issue(world, grant, true)
}

fn proven(code: &Code, verifier: Option<&str>) -> bool {
    match (&code.challenge, verifier) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some((method, challenge)), Some(verifier)) if method == "S256" => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == *challenge
        }
        (Some((_, challenge)), Some(verifier)) => verifier == challenge,
    }
}

fn by_refresh(world: &mut World, app: &App, fields: &[(String, String)]) -> Answer {
    let now = world.now_ms();
    let token = first(fields, "refresh_token").map(hash);
    let grant = world.grants.iter().find(|grant| {
        grant.live
            && grant.client_id == app.client_id
            && grant.refresh.is_some()
            && grant.refresh == token
            && grant.refresh_until_ms > now
    });
    let owner = grant.and_then(|grant| world.user(&grant.user)).is_some_and(|user| user.status == "active");
    match grant.map(|grant| grant.id) {
        Some(_) if !owner => refuse("The owner of the token does not exist (4,735)", "invalid_grant"),
        Some(id) => issue(world, id, true),
        None => refuse("Invalid Token!", "invalid_grant"),
    }
}

fn by_account(world: &mut World, app: &App, fields: &[(String, String)]) -> Answer {
    if first(fields, "account_id") != Some(ACCOUNT) {
        return refuse("Bad Request", "invalid_request");
    }
    let owner = world.users.iter().find(|user| user.role == "0").map(|user| user.id.clone()).unwrap_or_default();
    let grant = add_grant(world, app, owner, app.scopes.clone());
    issue(world, grant, false)
}

fn add_grant(world: &mut World, app: &App, user: String, scopes: Vec<String>) -> u64 {
    let id = world.grants.len() as u64 + 1;
    world.grants.push(Grant {
        id,
        client_id: app.client_id.clone(),
        user,
        scopes,
        refresh: None,
        refresh_until_ms: 0,
        live: true,
    });
    id
}

/// New tokens for the grant; the old refresh token is dead from here on.
fn issue(world: &mut World, id: u64, refreshable: bool) -> Answer {
    let now = world.now_ms();
    let ttl = world.access_ttl_s;
    let access = jwt();
    let refresh = refreshable.then(jwt);
    world.issued.push(access.clone());
    world.issued.extend(refresh.clone());
    let Some(grant) = world.grants.iter_mut().find(|grant| grant.id == id) else {
        return refuse("Invalid Token!", "invalid_grant");
    };
    grant.refresh = refresh.as_deref().map(hash);
    grant.refresh_until_ms = now + REFRESH_MS;
    let mut scopes = grant.scopes.clone();
    // Zoom promises no order; a client comparing texts must fail here.
    scopes.sort_by_key(|scope| hash(&format!("{now}{scope}")));
    let until_ms = now + i64::try_from(ttl).unwrap_or(i64::MAX / 2000) * 1000;
    world.access.insert(hash(&access), Access { grant: id, until_ms, only_uuid: None });
    let mut body = json!({"access_token": access, "token_type": "bearer", "expires_in": ttl, "scope": scopes.join(" "), "api_url": world.origin});
    if let (Some(object), Some(refresh)) = (body.as_object_mut(), refresh) {
        object.insert("refresh_token".into(), Value::String(refresh));
    }
    Answer::json(200, &body).with("cache-control", "no-store")
}

/// A token for one user as a developer would paste it: every scope of the demo app, no refresh.
pub fn paste(world: &mut World, email: &str) -> Option<String> {
    let scopes = world.apps.first()?.scopes.clone();
    paste_with(world, email, &scopes)
}

/// The same with these scopes.
pub fn paste_with(world: &mut World, email: &str, scopes: &[String]) -> Option<String> {
    let user = world.users.find(email)?.id.clone();
    let app = world.apps.first()?.clone();
    let grant = add_grant(world, &app, user, scopes.to_vec());
    issue(world, grant, false);
    world.issued.last().cloned()
}

fn kill(world: &mut World, which: impl Fn(&Grant) -> bool) {
    for grant in world.grants.iter_mut().filter(|grant| which(grant)) {
        grant.live = false;
        grant.refresh = None;
    }
}

/// Looks like Zoom's tokens and is as long, so that nobody caps a column.
pub fn jwt() -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS512"}"#);
    format!("{header}.{}.{}", random(320), random(64))
}

fn refuse(reason: &str, error: &str) -> Answer {
    Answer::json(400, &json!({"reason": reason, "error": error}))
}
