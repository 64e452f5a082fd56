//! Live streams of meetings: read, set, start, stop.

use serde_json::{Map, Value, json};

use super::operations::{Operation, row};
use super::{Caller, meetings, segment};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::world::World;
use crate::time::utc;

const READ: &[&str] = &["meeting:read"];
const WRITE: &[&str] = &["meeting:write"];

pub const OPERATIONS: &[Operation] = &[
    row("GET", "meetings/*/livestream", READ, "meeting:read:livestream", "Light", get),
    row("PATCH", "meetings/*/livestream", WRITE, "meeting:update:livestream", "Light", set),
    row("PATCH", "meetings/*/livestream/status", WRITE, "meeting:update:livestream_status", "Light", switch),
];

/// The meeting a path names, of a host who may stream.
fn named(world: &mut World, caller: &Caller, stars: &[&str]) -> Result<i64, Answer> {
    let name = decode(segment(stars, 0));
    if name.parse::<i64>().is_ok_and(|id| world.webinars.rows.contains_key(&id)) {
        return Err(Answer::error(400, 3000, "Cannot access webinar info."));
    }
    let id = meetings::named(world, caller, segment(stars, 0))?;
    let host = world.meetings.get(&id).and_then(|meeting| world.user(&meeting.host));
    if host.is_some_and(|host| host.kind != 2) {
        let text = "Meeting hosting and scheduling capabilities are not allowed for your user account.";
        return Err(Answer::error(400, 3161, text));
    }
    Ok(id)
}

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, stars)?;
    Ok(Answer::json(200, &world.livestreams.show(id)))
}

fn set(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, stars)?;
    let sent = meetings::body(call)?;
    let mut kept = Map::new();
    for (name, most) in [("page_url", 1024), ("stream_url", 1024), ("stream_key", 512)] {
        match sent.get(name).and_then(Value::as_str).filter(|text| (1..=most).contains(&text.chars().count())) {
            Some(text) => drop(kept.insert(name.to_owned(), json!(text))),
            None => return Err(Answer::invalid(name, &format!("Invalid parameter: {name}."))),
        }
    }
    // What is no resolution becomes the usual one, without a word.
    let resolution = sent.get("resolution").and_then(Value::as_str).filter(|text| matches!(*text, "720p" | "1080p"));
    kept.insert("resolution".to_owned(), json!(resolution.unwrap_or("720p")));
    world.livestreams.set(id, kept);
    Ok(Answer::empty(204))
}

fn switch(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, stars)?;
    let sent = meetings::body(call)?;
    let on = match sent.get("action").and_then(Value::as_str) {
        Some("start") => Some(true),
        Some("stop") => Some(false),
        Some("mode") => None,
        _ => return Err(Answer::invalid("action", "Invalid parameter: action.")),
    };
    let name = sent.get("settings").and_then(|settings| settings.get("display_name")).and_then(Value::as_str);
    if name.is_some_and(|name| !(1..=50).contains(&name.chars().count())) {
        return Err(Answer::invalid("settings.display_name", "Invalid parameter: display_name."));
    }
    let encryption = |fields: &Map<String, Value>| fields.get("settings")?.get("encryption_type").cloned();
    if world.meetings.get(&id).and_then(|meeting| encryption(&meeting.fields)) == Some(json!("e2ee")) {
        let text = "End-to-end encrypted meetings currently do not support the livestreaming feature.";
        return Err(Answer::error(400, 4400, text));
    }
    if world.live(id).is_none() {
        return Err(Answer::error(400, 4927, format!("Meeting {id} has not started.")));
    }
    if on == Some(true) && !world.livestreams.configured(id) {
        return Err(Answer::error(400, 300, "Live streaming has not been configured for this meeting."));
    }
    if let Some(on) = on.filter(|on| world.livestreams.switch(id, *on)) {
        tell(world, id, on);
    }
    Ok(Answer::empty(204))
}

fn tell(world: &mut World, id: i64, on: bool) {
    let Some(live) = world.live(id) else {
        return;
    };
    let object = json!({
        "id": id, "uuid": live.uuid, "host_id": live.host, "topic": live.topic, "type": live.kind,
        "start_time": utc(live.start_ms), "timezone": live.timezone,
        "live_streaming": {
            "service": "Custom_Live_Streaming_Service", "custom_live_streaming_settings": world.livestreams.show(id),
            "date_time": utc(world.now_ms()),
        },
    });
    world.emit(if on { "meeting.live_streaming_started" } else { "meeting.live_streaming_stopped" }, object);
}
