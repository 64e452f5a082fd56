//! Users: read, list, create, change, leave, settings.

mod change;
mod create;
mod leave;
mod read;
mod settings;
mod show;

pub use settings::defaults;
pub use show::show;

use serde_json::{Map, Value, json};

use super::Caller;
use super::operations::{Operation, admin, row};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::people::LoggedOperation;
use crate::state::world::{User, World};

const READ: &[&str] = &["user:read", "user:write"];
const WRITE: &[&str] = &["user:write"];
const ONE: &[&str] = &["user:read", "user:write", "user_info:read"];

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "users", READ, "user:read:list_users", "Medium", read::list),
    admin("POST", "users", WRITE, "user:write:user", "Light", create::create),
    row("GET", "users/email", READ, "user:read:email", "Light", read::exists),
    admin("GET", "users/summary", READ, "user:read:summary", "Medium", read::summary),
    row("GET", "users/*", ONE, "user:read:user", "Light", read::get),
    row("PATCH", "users/*", WRITE, "user:update:user", "Light", change::update),
    row("DELETE", "users/*", WRITE, "user:delete:user", "Light", leave::remove),
    row("PUT", "users/*/status", WRITE, "user:update:status", "Light", change::status),
    row("GET", "users/*/settings", READ, "user:read:settings", "Medium", settings::get),
    row("PATCH", "users/*/settings", WRITE, "user:update:settings", "Medium", settings::update),
    row("GET", "users/*/permissions", READ, "user:read:list_permissions", "Light", read::permissions),
    row("GET", "users/*/assistants", READ, "user:read:list_assistants", "Medium", read::assistants),
    row("GET", "users/*/schedulers", READ, "user:read:list_schedulers", "Medium", read::schedulers),
];

/// The user a path names, pending ones too. Another user needs an administrator's scope and the right in the caller's role.
pub fn reach(world: &World, caller: &Caller, segment: &str, right: &str) -> Result<User, Answer> {
    let name = decode(segment);
    let wanted = if name == "me" { &caller.user.id } else { &name };
    let found = world.user(wanted);
    if found.is_none_or(|user| user.id != caller.user.id) {
        super::require_admin(caller)?;
        need(world, caller, right)?;
    }
    found.cloned().ok_or_else(|| Answer::error(404, 1001, format!("User does not exist: {name}.")))
}

/// The right in the caller's role, whatever the scope.
pub fn need(world: &World, caller: &Caller, right: &str) -> Result<(), Answer> {
    if holds(world, caller, right) {
        return Ok(());
    }
    Err(Answer::error(400, 200, format!("Invalid access token, does not contain permissions [{right}].")))
}

pub fn holds(world: &World, caller: &Caller, right: &str) -> bool {
    world.has_right(&caller.user, right)
}

/// Whoever has not accepted the invitation is not there yet for most operations.
fn accepted(user: User) -> Result<User, Answer> {
    if user.pending() {
        return Err(Answer::error(
            400,
            1120,
            "A valid invitation to join the Zoom account was not found for this user.",
        ));
    }
    Ok(user)
}

/// The request's JSON object.
pub fn object(call: &Call) -> Result<Map<String, Value>, Answer> {
    match call.json() {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(Answer::error(400, 300, "Request Body should be a valid JSON object.")),
    }
}

/// All wrong fields at once.
fn refuse(errors: Vec<(&str, String)>) -> Result<(), Answer> {
    if errors.is_empty() {
        return Ok(());
    }
    let list: Vec<Value> =
        errors.into_iter().map(|(field, message)| json!({"field": field, "message": message})).collect();
    Err(Answer::json(400, &json!({"code": 300, "message": "Validation Failed.", "errors": list})))
}

/// A line of the account's operation log.
pub fn note(world: &mut World, caller: &Caller, category: &str, action: &str, detail: String) {
    let entry = LoggedOperation {
        at_ms: world.now_ms(),
        operator: caller.user.email.clone(),
        category: category.to_owned(),
        action: action.to_owned(),
        detail,
    };
    world.directory.operations.push(entry);
}

/// Tell subscribers what happened to a user.
pub fn tell(world: &mut World, caller: &Caller, event: &str, user: &User, more: Map<String, Value>) {
    let mut object = show::object(json!({"first_name": user.first_name, "last_name": user.last_name,
        "display_name": user.name(), "email": user.email, "type": user.kind}));
    if !matches!(event, "user.created" | "user.updated") {
        object.remove("display_name");
    }
    // A pending user's id is given here although lists leave it out.
    object.insert("id".to_owned(), json!(user.id));
    let mut beside = crate::events::operator(&caller.user);
    beside.extend(more);
    world.emit_with(event, Value::Object(object), beside);
}

/// Whether one more licence of this kind fits; code 2034 when not.
fn licence(world: &World, kind: u64, but: &str) -> Result<(), Answer> {
    let used = world.users.iter().filter(|user| user.kind == 2 && user.status != "inactive" && user.id != but).count();
    if kind == 2 && used >= world.directory.account.licences {
        return Err(Answer::error(400, 2034, "You don't have enough subscription plans for this user type."));
    }
    Ok(())
}
