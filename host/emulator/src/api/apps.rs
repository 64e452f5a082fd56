//! Marketplace apps: which are approved, and for whom. Reads and changes the account's approval state.

use serde_json::{Value, json};

use super::operations::{Operation, admin};
use super::users::{need, note, object};
use super::{Caller, paging, segment};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::world::{AppKind, World};
use crate::time::utc;

const READ: &[&str] = &["marketplace_app:read"];
const WRITE: &[&str] = &["marketplace_app:write"];
/// Ids in one request.
const AT_ONCE: usize = 20;

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "marketplace/apps", READ, "marketplace:read:list_apps", "Medium", list),
    admin("POST", "marketplace/apps/*/preApprove", WRITE, "marketplace:write:app_pre_approve", "Medium", approve),
];

fn list(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    need(world, caller, "MarketPlace:Read")?;
    let approved_only = match call.query("type").unwrap_or("active_requests") {
        "approved_apps" => true,
        "public" | "account_created" | "account_added" => false,
        "active_requests" | "past_requests" | "restricted_apps" => return empty(world, call),
        _ => return Err(Answer::invalid("type", "Invalid parameter: type.")),
    };
    let owner = world.users.iter().find(|user| user.role == "0").map(|user| user.id.clone()).unwrap_or_default();
    let required = world.approval.required;
    let now = world.now_ms();
    let rows: Vec<Value> = world
        .apps
        .iter()
        .map(|app| (app, world.approval.app(&app.client_id)))
        .filter(|(_, state)| state.pre_approved || !approved_only)
        .map(|(app, state)| {
            let mut row = json!({"app_id": app.client_id, "app_name": app.name, "app_type": "GeneralApp",
                "app_usage": if app.kind == AppKind::User { 2 } else { 1 }, "app_status": "PUBLISHED", "app_developer_type": "THIRD_PARTY"});
            if let Some(fields) = row.as_object_mut().filter(|_| state.pre_approved) {
                let kind = if state.all_users { "forAllUser" } else { "forSpecificUser" };
                let info = json!({"approved_type": kind, "approver_id": owner, "approved_time": utc(now), "app_approval_closed": !required});
                fields.insert("approval_info".into(), info);
            }
            row
        })
        .collect();
    answer(world, call, &rows)
}

fn empty(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    answer(world, call, &[])
}

fn answer(world: &mut World, call: &Call, rows: &[Value]) -> Result<Answer, Answer> {
    let mut body = paging::page(world, call, "apps", "apps", rows)?;
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| matches!(name.as_str(), "next_page_token" | "page_size" | "apps"));
    }
    Ok(Answer::json(200, &body))
}

fn approve(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = decode(segment(stars, 0));
    if world.app(&id).is_none() {
        return Err(Answer::error(404, 1401, format!("App ID does not exist: {id}")));
    }
    if !world.has_right(&caller.user, "MarketPlace:Edit") {
        return Err(Answer::error(400, 1500, "User can not pre approve this app"));
    }
    let body = object(call)?;
    let action = body.get("action").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ids = |name: &str| -> Vec<String> {
        let list = body.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (users, groups) = (ids("user_ids"), ids("group_ids"));
    if users.len() > AT_ONCE || groups.len() > AT_ONCE {
        return Err(Answer::invalid("user_ids", "Invalid parameter: user_ids."));
    }
    let state = world.approval.app(&id);
    if action.starts_with("disapprove") && !state.pre_approved {
        return Err(Answer::error(400, 1404, "application_pre_approved_status_off"));
    }
    // Whoever is approved for everybody starts an empty list.
    let (mut listed_users, mut listed_groups) = (state.users, state.groups);
    match action.as_str() {
        "approve_all" => return done(world, caller, &id, None, (&users, &groups)),
        "disapprove_all" => {
            let state = world.approval.app_mut(&id);
            (state.pre_approved, state.all_users) = (false, true);
            state.users.clear();
            state.groups.clear();
            return told(world, caller, &id, (&users, &groups));
        }
        "approve_user" => listed_users.extend(users.iter().filter(|id| world.user(id).is_some()).cloned()),
        "disapprove_user" => listed_users.retain(|held| !users.contains(held)),
        "approve_group" => {
            listed_groups.extend(groups.iter().filter(|id| world.directory.group(id).is_some()).cloned())
        }
        "disapprove_group" => listed_groups.retain(|held| !groups.contains(held)),
        _ => return Err(Answer::invalid("action", "Invalid parameter: action.")),
    }
    for list in [&mut listed_users, &mut listed_groups] {
        list.sort();
        list.dedup();
    }
    done(world, caller, &id, Some((listed_users, listed_groups)), (&users, &groups))
}

type Ids<'a> = (&'a [String], &'a [String]);

fn done(
    world: &mut World,
    caller: &Caller,
    id: &str,
    who: Option<(Vec<String>, Vec<String>)>,
    named: Ids<'_>,
) -> Result<Answer, Answer> {
    let unknown = |name: String| Answer::error(400, 300, format!("Invalid parameter: {name}."));
    world.pre_approve(id, who).map_err(unknown)?;
    told(world, caller, id, named)
}

fn told(world: &mut World, caller: &Caller, id: &str, (users, groups): Ids<'_>) -> Result<Answer, Answer> {
    note(world, caller, "account", "Update", format!("App pre-approval - {id}"));
    Ok(Answer::json(201, &json!({"executed_at": utc(world.now_ms()), "user_ids": users, "group_ids": groups})))
}
