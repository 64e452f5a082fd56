//! The device flow: a code on one machine, the consent on another (RFC 8628).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::app_check::barred;
use super::pages::{self, RequestButton};
use super::session::{DEVICE, session};
use crate::http::answer::Answer;
use crate::http::call::{Call, first};
use crate::state::world::{App, World, hash, random};

/// How long a code lives, in milliseconds.
const LIFE_MS: i64 = 900_000;
/// Seconds between two questions of a client.
const INTERVAL_S: i64 = 5;
/// Letters that nobody takes for others.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Sign-ins that wait on another machine.
#[derive(Default, Serialize, Deserialize)]
pub struct Devices {
    waiting: Vec<Device>,
}

#[derive(Serialize, Deserialize)]
struct Device {
    client_id: String,
    code_hash: String,
    user_code: String,
    until_ms: i64,
    /// Seconds a client must leave between two questions; `slow_down` adds five.
    interval_s: i64,
    asked_ms: Option<i64>,
    decision: Option<Decision>,
}

#[derive(Serialize, Deserialize)]
enum Decision {
    Allowed { user: String, scopes: Vec<String> },
    Declined,
}

/// `POST /oauth/devicecode`
pub fn begin(world: &mut World, app: &App) -> Answer {
    if !world.approval.app(&app.client_id).device {
        return refuse("Device flow is not enabled for this app", "unauthorized_client");
    }
    let code = random(32);
    world.issued.push(code.clone());
    let letters = LETTERS.len();
    let user_code: String = (0..8)
        .filter_map(|_| LETTERS.get(usize::from(rand::random::<u8>()) % letters).map(|letter| char::from(*letter)))
        .collect();
    let base = &world.origin;
    let body = json!({
        "device_code": code, "user_code": user_code, "expires_in": LIFE_MS / 1000, "interval": INTERVAL_S,
        "verification_uri": format!("{base}/oauth_device"),
        "verification_uri_complete": format!("{base}/oauth/device/complete/{user_code}"),
    });
    let until_ms = world.now_ms() + LIFE_MS;
    world.devices.waiting.push(Device {
        client_id: app.client_id.clone(),
        code_hash: hash(&code),
        user_code,
        until_ms,
        interval_s: INTERVAL_S,
        asked_ms: None,
        decision: None,
    });
    Answer::json(200, &body)
}

/// `GET /oauth_device`: where the person types the code.
pub fn enter(world: &World, call: &Call) -> Answer {
    match call.query("user_code") {
        Some(code) if find(world, code).is_some() => {
            Answer::redirect(&format!("/oauth/device/complete/{}", code.to_ascii_uppercase()))
        }
        Some(_) => pages::device(Some("This code is not known or has ended")),
        None => pages::device(None),
    }
}

/// `GET /oauth/device/complete/{user_code}`: consent. `_user` and `_decision` answer without a browser.
pub fn page(world: &mut World, call: &Call, user_code: &str) -> Answer {
    let Some(app) = find(world, user_code).and_then(|device| world.app(&device.client_id)).cloned() else {
        return pages::device(Some("This code is not known or has ended"));
    };
    if let (Some(email), Some(decision)) = (call.query("_user"), call.query("_decision")) {
        let Some(user) = world.user(email).filter(|user| user.status == "active").cloned() else {
            return pages::error("No such user can sign in", "1001");
        };
        return conclude(world, &app, user_code, &user, decision == "allow", None);
    }
    let next = format!("{DEVICE}{user_code}");
    match session(world, call) {
        Some((user, csrf)) => match barred(world, &app, &user, &next, &csrf) {
            Some(page) => page,
            None => pages::consent(&app.name, &user.email, &app.scopes, &next, &csrf),
        },
        None => pages::sign_in(&next, None),
    }
}

/// The decision of the person at the consent page.
pub fn decide(world: &mut World, call: &Call, user_code: &str) -> Answer {
    let form = call.form();
    let Some((user, csrf)) = session(world, call) else {
        return pages::sign_in(&format!("{DEVICE}{user_code}"), Some("Please sign in again"));
    };
    if first(&form, "csrf") != Some(csrf.as_str()) {
        return pages::error("This form has expired", "300");
    }
    let Some(app) = find(world, user_code).and_then(|device| world.app(&device.client_id)).cloned() else {
        return pages::device(Some("This code is not known or has ended"));
    };
    let chosen = form.iter().filter(|(name, _)| name == "scope").map(|(_, scope)| scope.clone()).collect();
    conclude(world, &app, user_code, &user, first(&form, "decision") == Some("allow"), Some(chosen))
}

fn conclude(
    world: &mut World,
    app: &App,
    user_code: &str,
    user: &crate::state::world::User,
    allow: bool,
    chosen: Option<Vec<String>>,
) -> Answer {
    if let Some(barrier) = world.barrier(app, user) {
        return pages::barred(&app.name, barrier, RequestButton::none());
    }
    let scopes = app.scopes.iter().filter(|scope| chosen.as_ref().is_none_or(|list| list.contains(scope))).cloned();
    let decision = match allow {
        true => Decision::Allowed { user: user.id.clone(), scopes: scopes.collect() },
        false => Decision::Declined,
    };
    if let Some(device) = world.devices.waiting.iter_mut().find(|device| device.user_code == user_code) {
        device.decision = Some(decision);
    }
    pages::device_done(allow)
}

/// What the token endpoint says to a waiting client: the user and the scopes, or the refusal.
pub fn poll(world: &mut World, app: &App, device_code: &str) -> Result<(String, Vec<String>), Answer> {
    let now = world.now_ms();
    let code = hash(device_code);
    let found = world.devices.waiting.iter().position(|one| one.code_hash == code && one.client_id == app.client_id);
    let Some(device) = found.and_then(|at| world.devices.waiting.get_mut(at)) else {
        return Err(refuse("Invalid device code", "invalid_grant"));
    };
    if device.until_ms <= now {
        return Err(refuse("The device code has expired", "expired_token"));
    }
    let early = device.asked_ms.replace(now).is_some_and(|last| now - last < device.interval_s * 1000 - 500);
    if early {
        device.interval_s += 5;
        return Err(refuse("Asked too often", "slow_down"));
    }
    let Some(decision) = device.decision.take() else {
        return Err(refuse("The user has not decided yet", "authorization_pending"));
    };
    if let Some(at) = found {
        world.devices.waiting.remove(at);
    }
    match decision {
        Decision::Allowed { user, scopes } => Ok((user, scopes)),
        Decision::Declined => Err(refuse("The user declined", "access_denied")),
    }
}

fn find<'a>(world: &'a World, user_code: &str) -> Option<&'a Device> {
    let now = world.now_ms();
    let mut all = world.devices.waiting.iter();
    all.find(|device| device.user_code.eq_ignore_ascii_case(user_code) && device.until_ms > now)
}

fn refuse(reason: &str, error: &str) -> Answer {
    Answer::json(400, &json!({"reason": reason, "error": error}))
}
