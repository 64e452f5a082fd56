//! Lists of a user's meetings.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::{Caller, paging, segment, target};
use super::{may_host, show};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::schedule;
use crate::state::world::{Meeting, World};
use crate::time::{self, utc};

/// Days of the longest period of upcoming and previous meetings.
const WINDOW: i64 = 184;
const DAY_MS: i64 = 86_400_000;

pub fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.clone();
    may_host(world, &host)?;
    let kind = call.query("type").unwrap_or("scheduled");
    if !["scheduled", "live", "upcoming", "upcoming_meetings", "previous_meetings"].contains(&kind) {
        return Err(Answer::invalid("type", "Invalid parameter: type."));
    }
    let now = world.now_ms();
    let (from, to) = window(call, kind, now)?;
    let inside = |start: i64| from.is_none_or(|from| start >= from) && to.is_none_or(|to| start < to);
    let mut found: Vec<(Option<i64>, i64, Value)> = Vec::new();
    // Instant meetings and personal rooms are never listed.
    let listed =
        |meeting: &&Meeting| meeting.host == host.id && !matches!(meeting.kind(), 1 | 4) && !meeting.expired(now);
    for meeting in world.meetings.values().filter(listed) {
        let live = world.live(meeting.id).is_some();
        let length = schedule::minutes(&meeting.fields) * 60_000;
        let mut add = |start| found.push((start, meeting.id, row(world, meeting, start)));
        match (kind, meeting.start_ms) {
            ("live", start) => {
                if live {
                    add(start);
                }
            }
            ("scheduled", start) => {
                if start.is_none_or(inside) {
                    add(start);
                }
            }
            ("previous_meetings", None) => {}
            (_, None) => add(None),
            (_, Some(_)) => {
                let past = kind == "previous_meetings";
                let times = times(meeting).into_iter().filter(|start| (start + length < now) == past && inside(*start));
                times.for_each(|start| add(Some(start)));
            }
        }
    }
    found.sort_by_key(|(start, id, _)| (*start, *id));
    let rows: Vec<Value> = found.into_iter().map(|(_, _, row)| row).collect();
    paging::page(world, call, &host.id, "meetings", &rows).map(|body| Answer::json(200, &body))
}

/// What the user hosts in the next 24 hours, and what others invited the user to.
pub fn upcoming(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = match target(world, caller, segment(stars, 0)) {
        Ok(user) => user.clone(),
        // Here the code of an unknown user is that of a meeting.
        Err(answer) if answer.status == 404 => return Err(Answer::error(404, 3001, "User does not exist.")),
        Err(answer) => return Err(answer),
    };
    let now = world.now_ms();
    let invited = |meeting: &Meeting| {
        let all = meeting.fields.get("settings").and_then(|all| all.get("meeting_invitees")).and_then(Value::as_array);
        all.into_iter().flatten().any(|one| one.get("email").and_then(Value::as_str) == Some(user.email.as_str()))
    };
    let mut rows: Vec<(i64, Value)> = Vec::new();
    for meeting in world.meetings.values().filter(|meeting| matches!(meeting.kind(), 2 | 3 | 8)) {
        let is_host = meeting.host == user.id;
        for start in times(meeting).into_iter().filter(|start| (now..now + DAY_MS).contains(start)) {
            if is_host || invited(meeting) {
                let text = |name: &str| meeting.fields.get(name).cloned().unwrap_or_default();
                rows.push((start, json!({"id": meeting.id, "topic": text("topic"), "type": meeting.kind(),
                    "start_time": utc(start), "duration": schedule::minutes(&meeting.fields), "timezone": text("timezone"),
                    "created_at": utc(meeting.created_ms), "join_url": show::join_url(world, meeting),
                    "passcode": meeting.fields.get("password").and_then(Value::as_str).unwrap_or_default(),
                    "use_pmi": false, "is_host": is_host, "is_all_day": false})));
            }
        }
    }
    rows.sort_by_key(|(start, _)| *start);
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Answer::json(200, &json!({"total_records": rows.len(), "meetings": rows})))
}

/// Every time the meeting is planned for.
fn times(meeting: &Meeting) -> Vec<i64> {
    if meeting.kind() == 8 {
        meeting.occurrences.iter().filter(|one| !one.deleted).map(|one| one.start_ms).collect()
    } else {
        meeting.start_ms.into_iter().collect()
    }
}

/// First and last moment asked for. Six months at most, and for previous and upcoming meetings six months when nothing is asked.
fn window(call: &Call, kind: &str, now: i64) -> Result<(Option<i64>, Option<i64>), Answer> {
    let zone = call.query("timezone").unwrap_or("UTC");
    let zone = TimeZone::get(zone).map_err(|_| Answer::invalid("timezone", "Invalid parameter: timezone."))?;
    let day = |name: &str| -> Result<Option<Date>, Answer> {
        let wrong = || Answer::invalid(name, &format!("Invalid parameter: {name}."));
        call.query(name).map(|text| time::parse_day(text).ok_or_else(wrong)).transpose()
    };
    let start = |day: Date| zone.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, |at| at.as_millisecond());
    let from = day("from")?.map(start);
    let to = day("to")?.map(|day| start(time::next_day(day)));
    Ok(match kind {
        "live" => (None, None),
        "scheduled" => (from, to),
        "previous_meetings" => {
            let to = to.unwrap_or(now);
            (Some(from.unwrap_or(i64::MIN).max(to - WINDOW * DAY_MS)), Some(to))
        }
        _ => {
            let from = from.unwrap_or(now - DAY_MS);
            (Some(from), Some(to.unwrap_or(i64::MAX).min(from + WINDOW * DAY_MS)))
        }
    })
}

fn row(world: &World, meeting: &Meeting, start: Option<i64>) -> Value {
    let mut shown = show::whole(world, meeting, false);
    let agenda = shown.get("agenda").and_then(Value::as_str).map(|text| text.chars().take(250).collect::<String>());
    let keep = ["uuid", "id", "host_id", "topic", "type", "duration", "timezone", "created_at", "join_url", "pmi"];
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| keep.contains(&name.as_str()));
        if let Some(agenda) = agenda {
            fields.insert("agenda".into(), json!(agenda));
        }
        if let Some(start) = start {
            fields.insert("start_time".into(), json!(utc(start)));
        }
        // The document of this list knows no screen sharing.
        if meeting.kind() == 10 {
            fields.insert("type".into(), json!(2));
        }
    }
    shown
}
