//! Changes of the profile and of the state.

use serde_json::{Map, Value};

use super::{licence, note, object, reach, refuse};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::World;
use crate::time;

/// Fields that are kept as they come.
const KEPT: [&str; 19] = [
    "dept",
    "job_title",
    "company",
    "location",
    "cost_center",
    "manager",
    "language",
    "phone_numbers",
    "custom_attributes",
    "pronouns",
    "pronouns_option",
    "host_key",
    "zoom_one_type",
    "plan_united_type",
    "license_info_list",
    "division_ids",
    "use_pmi",
    "cms_user_id",
    "vanity_url",
];

/// Only an administrator may change these.
const GUARDED: [&str; 6] = ["type", "host_key", "zoom_one_type", "plan_united_type", "license_info_list", "group_id"];

pub fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = reach(world, caller, segment(stars, 0), "User:Edit")?;
    let sent = object(call)?;
    check(&sent)?;
    if GUARDED.iter().any(|name| sent.contains_key(*name)) && !super::holds(world, caller, "User:Edit") {
        return Err(Answer::error(400, 200, "Only an account administrator can change this."));
    }
    if let Some(kind) = sent.get("type").and_then(Value::as_u64) {
        if user.role == "0" && kind != u64::from(user.kind) {
            return Err(Answer::error(400, 1108, "The user type of the account owner cannot be changed."));
        }
        if u64::from(user.kind) != kind {
            licence(world, kind, &user.id)?;
        }
    }
    if let Some(name) = sent.get("vanity_name").and_then(Value::as_str) {
        let url = format!("{}/my/{name}", world.origin);
        if world
            .users
            .iter()
            .any(|other| other.id != user.id && other.profile.get("vanity_url").and_then(Value::as_str) == Some(&url))
        {
            return Err(Answer::error(400, 4100, "This personal link name is already taken."));
        }
        if let Some(user) = world.users.find_mut(&user.id) {
            user.profile.insert("vanity_url".to_owned(), url.into());
        }
    }
    if let Some(group) = sent.get("group_id").and_then(Value::as_str)
        && world.directory.group(group).is_none()
    {
        return Err(Answer::invalid("group_id", "Invalid parameter: group_id."));
    }
    apply(world, &user.id, &sent);
    if let Some(changed) = world.user(&user.id).cloned() {
        let old = super::show::object(serde_json::json!({"id": user.id, "email": user.email, "type": user.kind}));
        let more = Map::from_iter([("old_object".to_owned(), Value::Object(old))]);
        super::tell(world, caller, "user.updated", &changed, more);
    }
    note(world, caller, "user", "Update", format!("Update User - {}", user.email));
    Ok(Answer::empty(204))
}

/// Take what is acceptable and say nothing about the rest, as Zoom does: an unknown time zone changes nothing.
fn apply(world: &mut World, id: &str, sent: &Map<String, Value>) {
    let Some(user) = world.users.find_mut(id) else {
        return;
    };
    for (name, value) in sent {
        let text = value.as_str();
        match (name.as_str(), text) {
            ("first_name", Some(text)) => text.clone_into(&mut user.first_name),
            ("last_name", Some(text)) => text.clone_into(&mut user.last_name),
            ("display_name", Some(text)) => user.display_name = Some(text.to_owned()).filter(|text| !text.is_empty()),
            ("timezone", Some(zone)) if time::is_zone(zone) => zone.clone_into(&mut user.timezone),
            ("group_id", Some(group)) if user.pending() && !user.groups.iter().any(|held| held == group) => {
                user.groups.push(group.to_owned());
            }
            ("type", _) => user.kind = value.as_u64().and_then(|kind| u8::try_from(kind).ok()).unwrap_or(user.kind),
            ("pmi", _) => user.pmi = value.as_i64().unwrap_or(user.pmi),
            (name, _) if KEPT.contains(&name) => drop(user.profile.insert(name.to_owned(), value.clone())),
            _ => {}
        }
    }
}

fn check(sent: &Map<String, Value>) -> Result<(), Answer> {
    let mut wrong = Vec::new();
    let mut test = |field: &'static str, fine: bool| {
        if !fine {
            wrong.push((field, format!("Invalid parameter: {field}.")));
        }
    };
    let short = |name: &str, most: usize| {
        sent.get(name).is_none_or(|v| v.as_str().is_some_and(|text| text.chars().count() <= most))
    };
    let few =
        |name: &str, most: usize| sent.get(name).is_none_or(|v| v.as_array().is_some_and(|list| list.len() <= most));
    for (name, most) in [
        ("first_name", 64),
        ("last_name", 64),
        ("display_name", 128),
        ("company", 255),
        ("job_title", 128),
        ("location", 256),
    ] {
        test(name, short(name, most));
    }
    test("phone_numbers", few("phone_numbers", 3));
    test("custom_attributes", few("custom_attributes", 5));
    test("type", sent.get("type").is_none_or(|kind| matches!(kind.as_u64(), Some(1 | 2 | 4 | 99))));
    test(
        "pmi",
        sent.get("pmi").is_none_or(|pmi| pmi.as_i64().is_some_and(|n| (1_000_000_000..10_000_000_000).contains(&n))),
    );
    test(
        "host_key",
        sent.get("host_key").is_none_or(|key| key.as_str().is_some_and(|key| (6..=10).contains(&key.len()))),
    );
    refuse(wrong)
}

/// Zoom's document promises 200, the service answers 204. A change to the present state is no error.
pub fn status(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = reach(world, caller, segment(stars, 0), "User:Edit")?;
    let body = object(call)?;
    let action = body.get("action").and_then(Value::as_str).unwrap_or_default();
    if !matches!(action, "activate" | "deactivate" | "clock_in" | "clock_out") {
        return Err(Answer::invalid("action", "Invalid parameter: action."));
    }
    if user.pending() {
        return Err(Answer::error(404, 1001, format!("User does not exist: {}.", user.email)));
    }
    if user.manages() && action.ends_with("activate") {
        return Err(Answer::error(400, 200, "Zoom Room and Admin users' status cannot be activated or deactivated."));
    }
    let active = world.users.iter().filter(|user| user.status == "active").count();
    if action == "activate" && user.status != "active" && active >= world.directory.account.most_users {
        return Err(Answer::error(400, 3412, "Your account has reached the maximum number of users."));
    }
    if let Some(user) = world.users.find_mut(&user.id) {
        match action {
            "activate" => user.status = "active".to_owned(),
            // Licences go back to the account.
            "deactivate" => {
                user.status = "inactive".to_owned();
                user.kind = 1;
                for licence in ["zoom_one_type", "plan_united_type", "license_info_list"] {
                    user.profile.remove(licence);
                }
            }
            _ => {}
        }
    }
    let changed = world.user(&user.id).filter(|now| now.status != user.status).cloned();
    if let Some(changed) = changed {
        super::tell(world, caller, &format!("user.{action}d"), &changed, Map::new());
    }
    if action == "deactivate" {
        super::leave::sign_out(world, &user.id);
    }
    note(world, caller, "user", "Update", format!("{action} User - {}", user.email));
    Ok(Answer::empty(204))
}
