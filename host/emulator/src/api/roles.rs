//! Roles: all, one, who has them.

use serde_json::{Value, json};

use super::groups::named_members;
use super::operations::{Operation, row};
use super::users::{need, note};
use super::{Caller, paging, require_admin, segment};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::people::Role;
use crate::state::plan::{Plan, require_plan};
use crate::state::rights::require_right;
use crate::state::world::{User, World};
use crate::time::utc;

const READ: &[&str] = &["role:read", "role:write"];
const WRITE: &[&str] = &["role:write"];

pub const OPERATIONS: &[Operation] = &[
    row("GET", "roles", READ, "role:read:list_roles", "Medium", list),
    row("GET", "roles/*", READ, "role:read:role", "Light", get),
    row("GET", "roles/*/members", READ, "role:read:list_members", "Medium", members),
    row("POST", "roles/*/members", WRITE, "role:write:member", "Medium", add),
    row("DELETE", "roles/*/members/*", WRITE, "role:delete:member", "Light", remove),
];

fn list(world: &mut World, _: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    require_right(world, &caller.user, "Role:Read")?;
    let rows: Vec<Value> = world
        .directory
        .roles
        .iter()
        .map(|role| {
            let held = world.users.iter().filter(|user| user.role == role.id).count();
            json!({"id": role.id, "name": role.name, "description": role.description, "type": "common", "total_members": held})
        })
        .collect();
    Ok(Answer::json(200, &json!({"roles": rows, "total_records": rows.len()})))
}

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    require_right(world, &caller.user, "Role:Read")?;
    let role = named(world, stars)?;
    let held = world.users.iter().filter(|user| user.role == role.id).count();
    Ok(Answer::json(
        200,
        &json!({"id": role.id, "name": role.name, "description": role.description, "type": "common", "privileges": role.privileges,
            "total_members": held}),
    ))
}

fn members(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    require_right(world, &caller.user, "Role:Read")?;
    let role = named(world, stars)?;
    let show = |user: &User| {
        json!({"id": user.id, "email": user.email, "first_name": user.first_name, "last_name": user.last_name,
            "type": user.kind, "department": user.profile.get("dept").cloned().unwrap_or(json!(""))})
    };
    let rows: Vec<Value> =
        world.users.iter().filter(|user| user.role == role.id && !user.pending()).map(show).collect();
    paging::page(world, call, &role.id, "members", &rows).map(|body| Answer::json(200, &body))
}

/// The answer says `add_at`, where groups say `added_at`.
fn add(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let role = changeable(world, caller, stars)?;
    let mut ids = Vec::new();
    for name in named_members(call)? {
        // Nobody takes the owner's role away.
        if let Some(user) = world.users.find_mut(&name).filter(|user| user.role != "0") {
            user.role.clone_from(&role.id);
            ids.push(user.id.clone());
        }
    }
    note(world, caller, "role", "Update", format!("Add Role Members - {}", role.name));
    Ok(Answer::json(201, &json!({"ids": ids.join(","), "add_at": utc(world.now_ms())})))
}

fn remove(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let role = changeable(world, caller, stars)?;
    let name = decode(segment(stars, 1));
    let member = world.users.find_mut(&name).filter(|user| user.role == role.id);
    let member = member.ok_or_else(|| Answer::error(404, 1001, format!("User does not exist: {name}.")))?;
    "2".clone_into(&mut member.role);
    note(world, caller, "role", "Update", format!("Remove Role Member - {}", role.name));
    Ok(Answer::empty(204))
}

/// A role that people can join and leave.
fn changeable(world: &World, caller: &Caller, stars: &[&str]) -> Result<Role, Answer> {
    require_plan(world, Plan::Pro)?;
    need(world, caller, "Role:Edit")?;
    if !caller.admin && caller.user.role != "0" {
        require_admin(caller)?;
    }
    let role = named(world, stars)?;
    if matches!(role.id.as_str(), "0" | "2") {
        return Err(Answer::error(400, 300, "Can't delete or add members for Normal/Owner roles."));
    }
    Ok(role)
}

fn named(world: &World, stars: &[&str]) -> Result<Role, Answer> {
    let id = decode(segment(stars, 0));
    world.directory.role(&id).cloned().ok_or_else(|| Answer::error(400, 1034, "Provided role_id does not exist."))
}
