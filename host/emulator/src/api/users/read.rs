//! One user, all users, and what can be asked about them.

use serde_json::{Value, json};

use super::{accepted, need, reach, show};
use crate::api::{Caller, paging, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{User, World};

pub fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Read")?)?;
    Ok(Answer::json(200, &show::whole(world, &user)))
}

pub fn list(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    need(world, caller, "User:Read")?;
    let status = call.query("status").unwrap_or("active");
    if !matches!(status, "active" | "inactive" | "pending") {
        return Err(Answer::invalid("status", "Invalid parameter: status."));
    }
    let role = call.query("role_id");
    let more = call.query("include_fields").unwrap_or_default().to_owned();
    let now = world.now_ms();
    let wanted = |user: &&User| user.status == status && role.is_none_or(|role| user.role == role);
    let rows: Vec<Value> = world
        .users
        .iter()
        .filter(wanted)
        .map(|user| {
            let mut fields = show::show(user, now);
            if let Some(value) =
                user.profile.get(&more).filter(|_| matches!(more.as_str(), "custom_attributes" | "host_key"))
            {
                fields.insert(more.clone(), value.clone());
            }
            Value::Object(fields)
        })
        .collect();
    paging::page(world, call, "account", "users", &rows).map(|body| Answer::json(200, &body))
}

pub fn exists(world: &mut World, call: &Call, _: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    let email = call.query("email").filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| Answer::error(400, 300, "Email is required."))?;
    let known = world.user(email).is_some_and(|user| user.email.eq_ignore_ascii_case(email));
    Ok(Answer::json(200, &json!({"existed_email": known})))
}

pub fn summary(world: &mut World, _: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    need(world, caller, "User:Read")?;
    let count = |wanted: &dyn Fn(&User) -> bool| world.users.iter().filter(|user| wanted(user)).count();
    let settled = |user: &User, kind: u8| user.kind == kind && !user.pending();
    let (licensed, basic) = (count(&|user| settled(user, 2)), count(&|user| settled(user, 1)));
    let (pending, join_only) = (count(&|user| user.pending()), count(&|user| !user.pending() && user.kind > 2));
    Ok(Answer::json(
        200,
        &json!({"licensed_users_count": licensed, "basic_users_count": basic, "on_prem_users_count": 0, "room_users_count": 0,
            "pending_users_count": pending, "join_only_users_count": join_only,
            "total_users_count": licensed + basic + pending + join_only}),
    ))
}

pub fn permissions(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Read")?)?;
    let rights = world.directory.role(&user.role).map(|role| role.privileges.clone()).unwrap_or_default();
    Ok(Answer::json(200, &json!({"permissions": rights})))
}

pub fn assistants(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Read")?)?;
    let rows: Vec<Value> = user
        .assistants
        .iter()
        .filter_map(|id| world.user(id))
        .map(|found| json!({"id": found.id, "email": found.email, "can_manage_host_private_event": true}))
        .collect();
    Ok(Answer::json(200, &json!({"assistants": rows})))
}

/// Those for whom the user may schedule: whoever has the user as assistant.
pub fn schedulers(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = accepted(reach(world, caller, segment(stars, 0), "User:Read")?)?;
    let rows: Vec<Value> = world
        .users
        .iter()
        .filter(|other| other.assistants.contains(&user.id))
        .map(|other| json!({"id": other.id, "email": other.email, "pmi": other.pmi}))
        .collect();
    Ok(Answer::json(200, &json!({"schedulers": rows})))
}
