//! Invitation and links of a meeting.

use serde_json::{Value, json};

use super::super::{Caller, segment, unknown};
use super::{body, named, show, shown};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{World, random};

/// Ninety days in seconds.
const LONGEST: i64 = 7_776_000;

pub fn invitation(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let shown = shown(world, caller, stars, false)?;
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

/// A link for each name, in the order asked.
pub fn invite_links(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let sent = body(call)?;
    if sent.get("ttl").is_some_and(|ttl| !ttl.as_i64().is_some_and(|ttl| (0..=LONGEST).contains(&ttl))) {
        return Err(Answer::invalid("ttl", "Invalid parameter: ttl."));
    }
    let attendees = sent.get("attendees").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = |one: &Value| {
        let name = one.get("name").and_then(Value::as_str).filter(|name| (1..=64).contains(&name.chars().count()));
        name.map(str::to_owned)
    };
    let names: Option<Vec<String>> = attendees.iter().map(named).collect();
    let names = names.filter(|names| names.len() <= 500);
    let names = names.ok_or_else(|| Answer::invalid("attendees", "Invalid parameter: attendees."))?;
    let meeting = world.meetings.get(&id).ok_or_else(unknown)?;
    let url = show::join_url(world, meeting);
    let rows: Vec<Value> =
        names.into_iter().map(|name| json!({"name": name, "join_url": format!("{url}&tk={}", random(24))})).collect();
    Ok(Answer::json(201, &json!({"attendees": rows})))
}
