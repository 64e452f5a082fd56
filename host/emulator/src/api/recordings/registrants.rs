//! Registrants of an on-demand recording. These paths take the meeting's number alone.

use serde_json::{Map, Value, json};

use super::settings::effective;
use super::show::{share_url, topic};
use super::{find, none};
use crate::api::{Caller, paging, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::recordings::Recording;
use crate::state::world::{World, random};

const MOST: usize = 30;

pub fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = by_number(world, caller, segment(stars, 0))?;
    let status = call.query("status").unwrap_or("approved");
    if !["approved", "pending", "denied"].contains(&status) {
        return Err(Answer::invalid("status", "Invalid parameter: status."));
    }
    let row = world.recordings.at(place).ok_or_else(none)?;
    let all = row.more.iter().flat_map(|more| &more.registrants);
    let rows: Vec<Value> =
        all.filter(|one| one.get("status") == Some(&json!(status))).cloned().map(Value::Object).collect();
    let body = paging::page(world, call, "", "registrants", &rows)?;
    Ok(Answer::json(200, &body))
}

pub fn add(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = by_number(world, caller, segment(stars, 0))?;
    let Some(Value::Object(body)) = call.json() else {
        return Err(Answer::error(400, 300, "Request Body should be a valid JSON object."));
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !text("email").contains('@') || text("email").len() > 128 {
        return Err(Answer::invalid("email", "Invalid field."));
    }
    if text("first_name").is_empty() || text("first_name").chars().count() > 64 {
        return Err(Answer::invalid("first_name", "Invalid field."));
    }
    let row = world.recordings.at(place).ok_or_else(none)?;
    let settings = effective(row);
    if settings.get("on_demand") != Some(&json!(true)) {
        return Err(Answer::error(404, 404, "Registration has not been enabled for this recording."));
    }
    let approved = settings.get("approval_type") == Some(&json!(0));
    let known = row.more.iter().flat_map(|more| &more.registrants).find(|one| {
        one.get("email").and_then(Value::as_str).is_some_and(|email| email.eq_ignore_ascii_case(&text("email")))
    });
    let id = known.and_then(|one| one.get("id")?.as_str()).map_or_else(|| random(16), str::to_owned);
    let is_new = known.is_none();
    let mut answer = json!({"id": row.id, "registrant_id": id, "topic": topic(row)});
    if let Some(fields) = answer.as_object_mut().filter(|_| approved) {
        fields.insert("share_url".into(), json!(share_url(world, row)));
    }
    if is_new {
        let mut fields: Map<String, Value> = body;
        fields.insert("id".into(), json!(id));
        fields.insert("status".into(), json!(if approved { "approved" } else { "pending" }));
        world.recordings.change(place, |row| row.more().registrants.push(fields));
    }
    Ok(Answer::json(201, &answer))
}

pub fn status(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = by_number(world, caller, segment(stars, 0))?;
    let body = call.json().unwrap_or_default();
    let status = match body.get("action").and_then(Value::as_str) {
        Some("approve") => "approved",
        Some("deny") => "denied",
        _ => return Err(Answer::invalid("action", "Invalid field.")),
    };
    let named: Vec<&str> = body
        .get("registrants")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("id")?.as_str())
        .collect();
    if named.is_empty() || named.len() > MOST {
        return Err(Answer::invalid("registrants", "Invalid field."));
    }
    let id = |one: &Map<String, Value>| one.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let row = world.recordings.at(place).ok_or_else(none)?;
    let known: Vec<String> = row.more.iter().flat_map(|more| &more.registrants).map(id).collect();
    if !named.iter().all(|name| known.iter().any(|id| id == name)) {
        return Err(Answer::error(404, 404, "Registrant not found."));
    }
    world.recordings.change(place, |row| {
        for one in row.more().registrants.iter_mut().filter(|one| named.contains(&id(one).as_str())) {
            one.insert("status".into(), json!(status));
        }
    });
    Ok(Answer::empty(204))
}

fn by_number(world: &mut World, caller: &Caller, segment: &str) -> Result<usize, Answer> {
    if segment.parse::<i64>().is_err() {
        return Err(Answer::error(400, 300, "Invalid meeting id."));
    }
    find(world, caller, segment, Recording::is_live)
}
