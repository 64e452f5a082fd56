//! New users: by invitation, at once, for an integration, or for single sign-on.

use serde_json::{Map, Value, json};

use super::{licence, need, note, object, refuse};
use crate::api::Caller;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{User, World, random};
use crate::time::day;

pub fn create(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    need(world, caller, "User:Edit")?;
    let body = object(call)?;
    let action = body.get("action").and_then(Value::as_str).unwrap_or_default();
    let info = body.get("user_info").and_then(Value::as_object).cloned().unwrap_or_default();
    let text = |name: &str| info.get(name).and_then(Value::as_str).unwrap_or_default();
    check(action, &info)?;
    let email = text("email");
    let kind = info.get("type").and_then(Value::as_u64).unwrap_or(1);
    allowed(world, action, email)?;
    if info.pointer_bool("/feature/zoom_phone") {
        return Err(Answer::error(
            404,
            1102,
            "You cannot enable the Zoom Phone feature because you do not have any available licenses.",
        ));
    }
    if world.users.iter().count() >= world.directory.account.most_users {
        return Err(Answer::error(400, 2033, "Your account has reached the maximum number of users."));
    }
    licence(world, kind, "")?;
    count(world, action)?;
    let mut user = User::new(random(16), email, text("first_name"), text("last_name"));
    user.kind = u8::try_from(kind).unwrap_or(1);
    user.created_ms = world.now_ms();
    user.pmi = 5_000_000_000 + i64::try_from(world.requests).unwrap_or_default();
    user.display_name =
        info.get("display_name").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned);
    user.login_types = match action {
        "custCreate" => vec![99],
        "ssoCreate" => vec![101],
        _ => vec![100],
    };
    if action == "create" {
        user.status = "pending".to_owned();
        user.verified = false;
    }
    for name in ["plan_united_type", "license_info_list", "division_ids"] {
        if let Some(value) = info.get(name) {
            user.profile.insert(name.to_owned(), value.clone());
        }
    }
    let zoom_one = info.get("feature").and_then(|feature| feature.get("zoom_one_type")).cloned();
    user.profile.extend(zoom_one.map(|value| ("zoom_one_type".to_owned(), value)));
    let shown = json!({"id": user.id, "email": user.email, "first_name": user.first_name, "last_name": user.last_name, "type": user.kind});
    super::tell(world, caller, "user.created", &user, Map::from_iter([("creation_type".to_owned(), json!(action))]));
    world.users.add(user);
    note(world, caller, "user", "Add", format!("Add User - {email}"));
    Ok(Answer::json(201, &shown))
}

trait Pointed {
    fn pointer_bool(&self, pointer: &str) -> bool;
}

impl Pointed for Map<String, Value> {
    fn pointer_bool(&self, pointer: &str) -> bool {
        Value::Object(self.clone()).pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
    }
}

fn check(action: &str, info: &Map<String, Value>) -> Result<(), Answer> {
    let text = |name: &str| info.get(name).and_then(Value::as_str).unwrap_or_default();
    let long = |name: &str, most: usize| text(name).chars().count() > most;
    let mut wrong = Vec::new();
    if !matches!(action, "create" | "autoCreate" | "custCreate" | "ssoCreate") {
        wrong.push(("action", "Invalid parameter: action.".to_owned()));
    }
    let email = text("email");
    if email.split_once('@').is_none_or(|(name, domain)| name.is_empty() || !domain.contains('.')) || long("email", 128)
    {
        wrong.push(("user_info.email", "Invalid parameter: email.".to_owned()));
    }
    if !matches!(info.get("type").and_then(Value::as_u64), Some(1 | 2 | 4 | 99)) {
        wrong.push(("user_info.type", "Invalid parameter: type.".to_owned()));
    }
    for (name, most) in [("first_name", 64), ("last_name", 64), ("display_name", 128)] {
        if long(name, most) {
            wrong.push(("user_info", format!("Invalid parameter: {name}.")));
        }
    }
    let password = text("password").chars().count();
    if action == "autoCreate" && !(8..=32).contains(&password) {
        wrong.push(("user_info.password", "Invalid parameter: password.".to_owned()));
    }
    refuse(wrong)
}

/// Whether this address may become a user this way.
fn allowed(world: &World, action: &str, email: &str) -> Result<(), Answer> {
    let account = &world.directory.account;
    let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
    if account.blocked_domains.contains(&domain) {
        return Err(Answer::error(400, 1107, format!("The email domain of {email} has been blocked.")));
    }
    if account.unsafe_domains.contains(&domain) {
        return Err(Answer::error(400, 11_321, format!("The email domain of {email} is blocked by Trust & Safety.")));
    }
    if action == "ssoCreate" && !account.sso {
        return Err(Answer::error(400, 2002, "The account has not enabled single sign-on."));
    }
    match world.user(email) {
        Some(user) if user.status == "active" && matches!(action, "autoCreate" | "ssoCreate") => {
            Err(Answer::error(400, 1009, "The user already holds an active account."))
        }
        Some(_) => Err(Answer::error(409, 1005, format!("Email \"{email}\" has already been used."))),
        None if matches!(action, "autoCreate" | "ssoCreate") && !account.managed_domains.contains(&domain) => {
            Err(Answer::error(400, 1116, "The email address does not match the allowed domains."))
        }
        None => Ok(()),
    }
}

/// Invitations are counted by day.
fn count(world: &mut World, action: &str) -> Result<(), Answer> {
    if action != "create" {
        return Ok(());
    }
    let today = day(world.now_ms()).to_string();
    let most = world.directory.account.creates_per_day;
    let sent = world.directory.created.entry(today).or_default();
    if *sent >= most {
        let text = "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.";
        return Err(Answer::error(429, 429, text).with("x-ratelimit-type", "Daily-limit"));
    }
    *sent += 1;
    Ok(())
}
