//! Groups: all, one, their members. Zoom refuses a missing right inside HTTP 200 when reading, under 400 when writing.

use serde_json::{Value, json};

use super::operations::{Operation, admin};
use super::users::{need, note, object};
use super::{Caller, paging, segment};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::people::Group;
use crate::state::plan::{Plan, require_plan};
use crate::state::rights::require_right;
use crate::state::world::{World, random};
use crate::time::utc;

const READ: &[&str] = &["group:read", "group:write"];
const WRITE: &[&str] = &["group:write"];
/// Members that one request can add.
const AT_ONCE: usize = 30;

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "groups", READ, "group:read:list_groups", "Medium", list),
    admin("POST", "groups", WRITE, "group:write:group", "Light", create),
    admin("GET", "groups/*", READ, "group:read:group", "Light", get),
    admin("PATCH", "groups/*", WRITE, "group:update:group", "Light", update),
    admin("DELETE", "groups/*", WRITE, "group:delete:group", "Light", delete),
    admin("GET", "groups/*/members", READ, "group:read:list_members", "Medium", members),
    admin("POST", "groups/*/members", WRITE, "group:write:member", "Medium", add),
    admin("DELETE", "groups/*/members/*", WRITE, "group:delete:member", "Light", remove),
];

fn list(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    readable(world, caller)?;
    let rows: Vec<Value> = world.directory.groups.iter().map(|group| show(world, group)).collect();
    let mut body = paging::page(world, call, "groups", "groups", &rows)?;
    // This list alone does not tell its size and its number of pages.
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "page_count" | "page_size"));
    }
    Ok(Answer::json(200, &body))
}

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    readable(world, caller)?;
    let group = named(world, stars)?;
    Ok(Answer::json(200, &show(world, &group)))
}

fn create(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    writable(world, caller)?;
    let name = name(call)?;
    free(world, &name, "")?;
    let group = Group { id: random(16), name };
    let shown = show(world, &group);
    note(world, caller, "user", "Add", format!("Add Group - {}", group.name));
    world.directory.groups.push(group);
    Ok(Answer::json(201, &shown))
}

fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    writable(world, caller)?;
    let group = named(world, stars)?;
    let name = name(call)?;
    free(world, &name, &group.id)?;
    for held in world.directory.groups.iter_mut().filter(|held| held.id == group.id) {
        held.name.clone_from(&name);
    }
    Ok(Answer::empty(204))
}

fn delete(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    writable(world, caller)?;
    let group = named(world, stars)?;
    world.directory.groups.retain(|held| held.id != group.id);
    for user in world.users.iter_mut() {
        user.groups.retain(|id| *id != group.id);
    }
    note(world, caller, "user", "Delete", format!("Delete Group - {}", group.name));
    Ok(Answer::empty(204))
}

fn members(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    need(world, caller, "Group:Read")?;
    let group = named(world, stars)?;
    let rows: Vec<Value> = world
        .users
        .iter()
        .filter(|user| user.groups.contains(&group.id))
        .map(|user| {
            let mut row = json!({"email": user.email, "first_name": user.first_name, "last_name": user.last_name, "type": user.kind});
            if let Some(fields) = row.as_object_mut().filter(|_| !user.pending()) {
                fields.insert("id".into(), json!(user.id));
            }
            row
        })
        .collect();
    paging::page(world, call, &group.id, "members", &rows).map(|body| Answer::json(200, &body))
}

/// Who is a member already, or no user at all, is left out of the answer without a word.
fn add(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    writable(world, caller)?;
    let group = named(world, stars)?;
    let mut ids = Vec::new();
    for name in named_members(call)? {
        if let Some(user) = world.users.find_mut(&name).filter(|user| !user.groups.contains(&group.id)) {
            user.groups.push(group.id.clone());
            ids.push(user.id.clone());
        }
    }
    note(world, caller, "user", "Update", format!("Add Group Members - {}", group.name));
    Ok(Answer::json(201, &json!({"ids": ids.join(","), "added_at": utc(world.now_ms())})))
}

fn remove(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    writable(world, caller)?;
    let group = named(world, stars)?;
    let member = world.users.find_mut(&decode(segment(stars, 1))).filter(|user| user.groups.contains(&group.id));
    let member = member.ok_or_else(|| Answer::error(404, 4131, "Group member does not exist."))?;
    member.groups.retain(|id| *id != group.id);
    note(world, caller, "user", "Update", format!("Remove Group Member - {}", group.name));
    Ok(Answer::empty(204))
}

/// Ids or addresses of a request to add members; an id wins over an address.
pub fn named_members(call: &Call) -> Result<Vec<String>, Answer> {
    let body = object(call)?;
    let list = body.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    if list.is_empty() || list.len() > AT_ONCE {
        return Err(Answer::invalid("members", "Invalid parameter: members."));
    }
    let name =
        |row: &Value| ["id", "email"].iter().find_map(|key| row.get(key).and_then(Value::as_str).map(str::to_owned));
    Ok(list.iter().filter_map(name).collect())
}

fn readable(world: &World, caller: &Caller) -> Result<(), Answer> {
    require_plan(world, Plan::Pro)?;
    require_right(world, &caller.user, "Group:Read")
}

fn writable(world: &World, caller: &Caller) -> Result<(), Answer> {
    require_plan(world, Plan::Pro)?;
    need(world, caller, "Group:Edit")
}

fn named(world: &World, stars: &[&str]) -> Result<Group, Answer> {
    let id = decode(segment(stars, 0));
    world
        .directory
        .group(&id)
        .cloned()
        .ok_or_else(|| Answer::error(404, 4130, format!("A group with this {id} does not exist.")))
}

fn name(call: &Call) -> Result<String, Answer> {
    let body = object(call)?;
    let name = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty() && name.chars().count() <= 128);
    name.map(str::to_owned).ok_or_else(|| Answer::invalid("name", "Invalid parameter: name."))
}

fn free(world: &World, name: &str, but: &str) -> Result<(), Answer> {
    if world.directory.groups.iter().any(|group| group.name == name && group.id != but) {
        return Err(Answer::error(409, 4132, format!("Group name {name} is already in use.")));
    }
    Ok(())
}

fn show(world: &World, group: &Group) -> Value {
    let members = world.users.iter().filter(|user| user.groups.contains(&group.id)).count();
    json!({"id": group.id, "name": group.name, "total_members": members})
}
