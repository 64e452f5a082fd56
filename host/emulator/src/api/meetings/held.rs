//! Meetings that are over: what they were, who came, what was answered and summed up.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{Caller, paging, require_admin, segment, unknown};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::meeting_instances::{Instance, Participant};
use crate::state::plan::{Plan, require_plan};
use crate::state::world::World;
use crate::time::utc;

const DAY_MS: i64 = 86_400_000;
/// Meetings are known for a year, their UUIDs for 15 months.
const YEAR_MS: i64 = 365 * DAY_MS;
const LISTED_MS: i64 = 456 * DAY_MS;

/// A path's UUID. One that begins with `/` or contains `//` must be encoded twice.
fn name(segment: &str) -> Result<String, Answer> {
    let once = decode(segment);
    if once.starts_with('/') || once.contains("//") {
        return Err(unknown());
    }
    Ok(if once.contains('%') { decode(&once) } else { once })
}

fn missing(name: &str) -> Answer {
    Answer::error(404, 3001, format!("Meeting does not exist: {name}."))
}

/// The held meeting a path names, not older than a year, if the caller may see it.
fn held(world: &World, caller: &Caller, stars: &[&str]) -> Result<Instance, Answer> {
    let name = name(segment(stars, 0))?;
    let instance = world.held(&name).ok_or_else(|| missing(&name))?;
    if instance.host != caller.user.id {
        require_admin(caller)?;
    }
    if instance.start_ms + YEAR_MS < world.now_ms() {
        return Err(Answer::error(400, 12702, "Can not access a meeting a year ago."));
    }
    Ok(instance.clone())
}

pub fn past(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    let instance = held(world, caller, stars)?;
    let host = world.user(&instance.host);
    let stays = instance.participants.iter();
    let seconds: i64 = stays.map(|stay| (stay.leave_ms.unwrap_or(stay.join_ms) - stay.join_ms) / 1000).sum();
    let mut body = json!({
        "id": instance.meeting_id, "uuid": instance.uuid, "host_id": instance.host, "topic": instance.topic,
        "type": instance.kind, "start_time": utc(instance.start_ms), "duration": instance.minutes(),
        "user_name": host.map(|user| user.name()).unwrap_or_default(), "dept": "", "source": "Zoom",
        "participants_count": instance.participants.len(), "total_minutes": (seconds + 59) / 60,
        "has_meeting_summary": world.meeting_extras.summaries.contains_key(&instance.uuid),
    });
    if let Some(fields) = body.as_object_mut() {
        fields.extend(instance.end_ms.map(|end| ("end_time".to_owned(), json!(utc(end)))));
        fields.extend(host.map(|user| ("user_email".to_owned(), json!(user.email))));
    }
    Ok(Answer::json(200, &body))
}

/// Ended instances of the last 15 months. A number that never was one is not found; one that was never held has none.
pub fn instances(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let name = decode(segment(stars, 0));
    let id: i64 = name.parse().map_err(|_| missing(&name))?;
    let of_planned = world.meetings.get(&id).map(|meeting| meeting.host.clone());
    let host =
        of_planned.or_else(|| world.ended(id).next().map(|one| one.host.clone())).ok_or_else(|| missing(&name))?;
    if host != caller.user.id {
        require_admin(caller)?;
    }
    let since = world.now_ms() - LISTED_MS;
    let rows = world.ended(id).filter(|one| one.start_ms >= since);
    let rows: Vec<Value> = rows.map(|one| json!({"uuid": one.uuid, "start_time": utc(one.start_ms)})).collect();
    Ok(Answer::json(200, &json!({ "meetings": rows })))
}

pub fn participants(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    let instance = held(world, caller, stars)?;
    let rows: Vec<Value> = stays(&instance)
        .map(|stay| {
            let mut row = row(world, &instance, stay);
            if let Some(fields) = row.as_object_mut() {
                fields.insert("registrant_id".into(), json!(stay.registrant_id));
                fields.insert("internal_user".into(), json!(!stay.id.is_empty()));
            }
            row
        })
        .collect();
    paging::page(world, call, &instance.uuid, "participants", &rows).map(|body| Answer::json(200, &body))
}

/// The same for administrators, with registrations only when asked for.
pub fn report(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    let instance = held(world, caller, stars)?;
    let registrations = match call.query("include_fields") {
        None | Some("") => false,
        Some("registrant_id") => true,
        Some(_) => return Err(Answer::invalid("include_fields", "Invalid parameter: include_fields.")),
    };
    let rows: Vec<Value> = stays(&instance)
        .map(|stay| {
            let mut row = row(world, &instance, stay);
            if let Some(fields) = row.as_object_mut() {
                fields.insert("customer_key".into(), json!(""));
                fields.insert("bo_mtg_id".into(), json!(""));
                fields.insert("participant_user_id".into(), json!(stay.id));
                if registrations {
                    fields.insert("registrant_id".into(), json!(stay.registrant_id));
                }
            }
            row
        })
        .collect();
    paging::page(world, call, &instance.uuid, "participants", &rows).map(|body| Answer::json(200, &body))
}

/// One row for each stay; none at all for a meeting with a single participant.
fn stays(instance: &Instance) -> impl Iterator<Item = &Participant> {
    let people: BTreeSet<&str> = instance.participants.iter().map(|stay| stay.user_id.as_str()).collect();
    instance.participants.iter().filter(move |_| people.len() > 1)
}

fn row(world: &World, instance: &Instance, stay: &Participant) -> Value {
    let leave = stay.leave_ms.or(instance.end_ms).unwrap_or(stay.join_ms);
    json!({"id": stay.id, "name": stay.name, "user_id": stay.user_id, "user_email": stay.email,
        "join_time": utc(stay.join_ms), "leave_time": utc(leave), "duration": stay.seconds(instance, world.now_ms()),
        "failover": false, "status": "in_meeting"})
}

pub fn poll_results(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let instance = held(world, caller, stars)?;
    let rows = world.meeting_extras.poll_answers.get(&instance.uuid).cloned();
    Ok(answered(&instance, rows))
}

pub fn questions(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let instance = held(world, caller, stars)?;
    let rows = world.meeting_extras.questions.get(&instance.uuid).cloned();
    Ok(answered(&instance, rows))
}

fn answered(instance: &Instance, rows: Option<Value>) -> Answer {
    let body = json!({"id": instance.meeting_id, "uuid": instance.uuid, "start_time": utc(instance.start_ms),
        "questions": rows.unwrap_or_else(|| json!([]))});
    Answer::json(200, &body)
}

/// By UUID alone.
pub fn summary(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    require_plan(world, Plan::Pro)?;
    let name = name(segment(stars, 0))?;
    if name.parse::<i64>().is_ok() {
        return Err(Answer::error(400, 300, "Invalid meeting ID."));
    }
    let instance = held(world, caller, stars)?;
    if world.settings.summaries_restricted {
        let text = "Access to meeting summaries is restricted by account settings.";
        return Err(Answer::error(403, 2305, text));
    }
    let mut body = world.meeting_extras.summaries.get(&instance.uuid).cloned().ok_or_else(|| missing(&name))?;
    let own = json!({"meeting_host_id": instance.host, "meeting_uuid": instance.uuid, "meeting_id": instance.meeting_id,
        "meeting_topic": instance.topic, "meeting_start_time": utc(instance.start_ms),
        "meeting_end_time": utc(instance.end_ms.unwrap_or(instance.start_ms)),
        "meeting_host_email": world.user(&instance.host).map(|user| user.email.clone())});
    if let (Some(fields), Value::Object(own)) = (body.as_object_mut(), own) {
        fields.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Ok(Answer::json(200, &body))
}
