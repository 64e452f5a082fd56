//! Meetings: create, list, get, change, delete, end, invitation.

use rand::Rng;
use serde_json::{Map, Value, json};

use super::operations::{Operation, row};
use super::{Caller, paging, require_admin, schedule, segment, target, unknown};
use crate::answer::Answer;
use crate::call::{Call, decode};
use crate::events;
use crate::limits::meeting_write;
use crate::play;
use crate::seed;
use crate::time::utc;
use crate::world::{Meeting, World};

const READ: &[&str] = &["meeting:read"];
const WRITE: &[&str] = &["meeting:write"];

pub const OPERATIONS: &[Operation] = &[
    row("POST", "users/*/meetings", WRITE, "meeting:write:meeting", "Light", create),
    row("GET", "users/*/meetings", READ, "meeting:read:list_meetings", "Medium", list),
    row("GET", "meetings/*", READ, "meeting:read:meeting", "Light", get),
    row("PATCH", "meetings/*", WRITE, "meeting:update:meeting", "Light", update),
    row("DELETE", "meetings/*", WRITE, "meeting:delete:meeting", "Light", delete),
    row("PUT", "meetings/*/status", WRITE, "meeting:update:status", "Light", end),
    row("GET", "meetings/*/invitation", READ, "meeting:read:invitation", "Light", invitation),
];

fn create(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.clone();
    let mut sent = body(call)?;
    schedule::check(&sent)?;
    meeting_write(world, &host.id)?;
    let now = world.now_ms();
    sent.entry("topic").or_insert_with(|| json!("Zoom Meeting"));
    sent.entry("type").or_insert(json!(2));
    sent.entry("duration").or_insert(json!(60));
    sent.entry("timezone").or_insert_with(|| json!(host.timezone));
    let fixed = matches!(sent.get("type").and_then(Value::as_i64), Some(2 | 8));
    // A start in the past counts as now.
    let start_ms = fixed.then(|| schedule::start(&sent).unwrap_or(now).max(now));
    let mut settings = schedule::default_settings();
    schedule::merge_settings(&mut settings, sent.get("settings"));
    sent.insert("settings".into(), settings);
    sent.entry("password").or_insert_with(|| json!(format!("{:06}", rand::rng().random_range(0..1_000_000))));
    let id = loop {
        let id = rand::rng().random_range(82_000_000_000_i64..89_999_999_999);
        if !world.meetings.contains_key(&id) {
            break id;
        }
    };
    let uuid = seed::uuid("meeting", id);
    world.meetings.insert(id, Meeting { id, uuid, host: host.id, created_ms: now, start_ms, fields: sent });
    let meeting = world.meetings.get(&id).ok_or_else(unknown)?;
    let shown = show(world, meeting);
    world.emit_with("meeting.created", told(&shown), operation(caller));
    Ok(Answer::json(201, &shown))
}

fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.id.clone();
    let now = world.now_ms();
    let kind = call.query("type").unwrap_or("scheduled");
    let wanted = |meeting: &&Meeting| {
        let instant = meeting.fields.get("type").and_then(Value::as_i64) == Some(1);
        let past = meeting.start_ms.is_some_and(|start| start + schedule::minutes(&meeting.fields) * 60_000 < now);
        meeting.host == host
            && !instant
            && match kind {
                "live" => false,
                "previous_meetings" => past,
                "upcoming" | "upcoming_meetings" => !past,
                _ => !past || meeting.start_ms.is_none(),
            }
    };
    let mut found: Vec<&Meeting> = world.meetings.values().filter(wanted).collect();
    found.sort_by_key(|meeting| (meeting.start_ms, meeting.id));
    let rows: Vec<Value> = found.into_iter().map(|meeting| listed(world, meeting)).collect();
    paging::page(world, call, &host, "meetings", &rows).map(|body| Answer::json(200, &body))
}

/// The meeting a path names, if the caller may touch it.
pub fn named(world: &World, caller: &Caller, segment: &str) -> Result<i64, Answer> {
    let name = decode(segment);
    let id = name.parse::<i64>().map_err(|_| Answer::error(400, 300, "Invalid meeting id."))?;
    let missing = || Answer::error(404, 3001, format!("Meeting does not exist: {name}."));
    let meeting = world.meetings.get(&id).ok_or_else(missing)?;
    if meeting.host != caller.user.id {
        require_admin(caller)?;
    }
    Ok(id)
}

fn shown(world: &World, caller: &Caller, stars: &[&str]) -> Result<Value, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    world.meetings.get(&id).map(|meeting| show(world, meeting)).ok_or_else(unknown)
}

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    shown(world, caller, stars).map(|meeting| Answer::json(200, &meeting))
}

fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let sent = body(call)?;
    schedule::check(&sent)?;
    let host = world.meetings.get(&id).map(|meeting| meeting.host.clone()).unwrap_or_default();
    meeting_write(world, &host)?;
    let before = shown(world, caller, stars)?;
    let fields: Vec<String> = sent.keys().cloned().collect();
    change(world, id, sent);
    let after = shown(world, caller, stars)?;
    let mut more = operation(caller);
    more.insert("scope".into(), json!("all"));
    more.insert("time_stamp".into(), json!(world.now_ms()));
    more.insert("old_object".into(), changed(&before, &fields));
    world.emit_with("meeting.updated", changed(&after, &fields), more);
    Ok(Answer::empty(204))
}

fn delete(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let gone = shown(world, caller, stars)?;
    world.meetings.remove(&id);
    world.emit_with("meeting.deleted", told(&gone), operation(caller));
    Ok(Answer::empty(204))
}

fn end(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    if world.live(id).is_some() {
        // A running meeting can always be ended.
        play::end(world, id).ok();
    }
    Ok(Answer::empty(204))
}

/// Take what is acceptable and say nothing about the rest, as Zoom does.
fn change(world: &mut World, id: i64, sent: Map<String, Value>) {
    let now = world.now_ms();
    let Some(meeting) = world.meetings.get_mut(&id) else {
        return;
    };
    for (name, value) in sent {
        match name.as_str() {
            "settings" => {
                if let Some(settings) = meeting.fields.get_mut("settings") {
                    schedule::merge_settings(settings, Some(&value));
                }
            }
            "start_time" => {
                let old = meeting.fields.insert(name.clone(), value);
                match schedule::start(&meeting.fields).filter(|start| *start >= now) {
                    Some(start) => meeting.start_ms = Some(start),
                    None => {
                        meeting.fields.insert(name, old.unwrap_or_default());
                    }
                }
            }
            _ => drop(meeting.fields.insert(name, value)),
        }
    }
}

/// Who did it, and to all occurrences.
fn operation(caller: &Caller) -> Map<String, Value> {
    let mut more = events::operator(&caller.user);
    more.insert("operation".into(), json!("all"));
    more
}

/// The meeting as an event names it.
fn told(shown: &Value) -> Value {
    let fields: Vec<String> =
        ["uuid", "topic", "type", "start_time", "duration", "timezone", "join_url", "occurrences"]
            .map(str::to_owned)
            .into();
    changed(shown, &fields)
}

/// Ids and the named fields.
fn changed(shown: &Value, fields: &[String]) -> Value {
    let mut kept = shown.clone();
    if let Some(all) = kept.as_object_mut() {
        all.retain(|name, _| name == "id" || name == "host_id" || fields.contains(name));
    }
    kept
}

fn body(call: &Call) -> Result<Map<String, Value>, Answer> {
    match call.json() {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(Answer::error(400, 300, "Request Body should be a valid JSON object.")),
    }
}

fn listed(world: &World, meeting: &Meeting) -> Value {
    let mut shown = show(world, meeting);
    let agenda = shown.get("agenda").and_then(Value::as_str).map(|text| text.chars().take(250).collect::<String>());
    let keep =
        ["uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "created_at", "join_url"];
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| keep.contains(&name.as_str()));
        if let Some(agenda) = agenda {
            fields.insert("agenda".into(), json!(agenda));
        }
    }
    shown
}

fn show(world: &World, meeting: &Meeting) -> Value {
    let mut shown = meeting.fields.clone();
    let email = world.user(&meeting.host).map(|user| user.email.clone()).unwrap_or_default();
    let pwd = seed::uuid("pwd", meeting.id).replace(['/', '+', '='], "");
    for secret in ["default_password", "schedule_for", "start_time", "template_id"] {
        shown.remove(secret);
    }
    let own = json!({
        "uuid": meeting.uuid, "id": meeting.id, "host_id": meeting.host, "host_email": email, "assistant_id": "",
        "status": "waiting", "created_at": utc(meeting.created_ms), "encrypted_password": pwd, "pre_schedule": false,
        "start_url": format!("{}/s/{}?zak={}", world.origin, meeting.id, crate::world::random(24)),
        "join_url": format!("{}/j/{}?pwd={pwd}", world.origin, meeting.id), "creation_source": "open_api",
    });
    if let Value::Object(own) = own {
        shown.extend(own);
    }
    if let Some(start) = meeting.start_ms {
        shown.insert("start_time".into(), json!(utc(start)));
        if shown.get("type") == Some(&json!(8)) {
            shown.insert("occurrences".into(), schedule::occurrences(&meeting.fields, start));
        }
    }
    Value::Object(shown)
}

fn invitation(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let shown = shown(world, caller, stars)?;
    let text = |name: &str| {
        shown.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
    };
    let lines = [
        format!("{} is inviting you to a scheduled Zoom meeting.", text("host_email")),
        String::new(),
        format!("Topic: {}", text("topic")),
        format!("Time: {}", text("start_time")),
        format!("Join Zoom Meeting\r\n{}", text("join_url")),
        format!("Meeting ID: {}\r\nPasscode: {}", text("id"), text("password")),
        String::new(),
    ];
    Ok(Answer::json(200, &json!({"invitation": lines.join("\r\n"), "sip_links": []})))
}
