//! Meetings: create, read, change, delete, end, and what surrounds them.

mod held;
mod links;
mod list;
mod occurrence;
mod polls;
mod show;

use rand::Rng;
use serde_json::{Map, Value, json};

use super::operations::{Operation, admin, row};
use super::{Caller, require_admin, segment, target, unknown};
use crate::events;
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::play::meetings;
use crate::seed;
use crate::state::limits::meeting_write;
use crate::state::schedule;
use crate::state::world::{Meeting, User, World};

const READ: &[&str] = &["meeting:read"];
const WRITE: &[&str] = &["meeting:write"];
const SUMMARY: &[&str] = &["meeting_summary:read"];
const REPORT: &[&str] = &["report:read"];

pub const OPERATIONS: &[Operation] = &[
    row("POST", "users/*/meetings", WRITE, "meeting:write:meeting", "Light", create),
    row("GET", "users/*/meetings", READ, "meeting:read:list_meetings", "Medium", list::list),
    row("GET", "users/*/upcoming_meetings", READ, "meeting:read:list_upcoming_meetings", "Medium", list::upcoming),
    row("GET", "meetings/*", READ, "meeting:read:meeting", "Light", get),
    row("PATCH", "meetings/*", WRITE, "meeting:update:meeting", "Light", update),
    row("DELETE", "meetings/*", WRITE, "meeting:delete:meeting", "Light", delete),
    row("PUT", "meetings/*/status", WRITE, "meeting:update:status", "Light", status),
    row("GET", "meetings/*/invitation", READ, "meeting:read:invitation", "Light", links::invitation),
    row("POST", "meetings/*/invite_links", WRITE, "meeting:write:invite_links", "Light", links::invite_links),
    row("GET", "meetings/*/polls", READ, "meeting:read:list_polls", "Light", polls::list),
    row("POST", "meetings/*/polls", WRITE, "meeting:write:poll", "Light", polls::create),
    row("GET", "meetings/*/polls/*", READ, "meeting:read:poll", "Light", polls::get),
    row("PUT", "meetings/*/polls/*", WRITE, "meeting:update:poll", "Light", polls::update),
    row("DELETE", "meetings/*/polls/*", WRITE, "meeting:delete:poll", "Light", polls::delete),
    row("GET", "meetings/*/meeting_summary", SUMMARY, "meeting:read:summary", "Light", held::summary),
    row("GET", "past_meetings/*", READ, "meeting:read:past_meeting", "Light", held::past),
    row("GET", "past_meetings/*/instances", READ, "meeting:read:list_past_instances", "Medium", held::instances),
    row(
        "GET",
        "past_meetings/*/participants",
        READ,
        "meeting:read:list_past_participants",
        "Medium",
        held::participants,
    ),
    row("GET", "past_meetings/*/polls", READ, "meeting:read:list_poll_results", "Medium", held::poll_results),
    row("GET", "past_meetings/*/qa", READ, "meeting:read:past_qa", "Medium", held::questions),
    admin(
        "GET",
        "report/meetings/*/participants",
        REPORT,
        "report:read:list_meeting_participants",
        "Heavy",
        held::report,
    ),
];

/// What a request may set; Zoom drops the rest without a word.
const FIELDS: [&str; 13] = [
    "topic",
    "type",
    "start_time",
    "duration",
    "timezone",
    "password",
    "default_password",
    "agenda",
    "tracking_fields",
    "recurrence",
    "settings",
    "template_id",
    "pre_schedule",
];
/// Labels of the account's tracking fields; others are dropped.
const TRACKED: [&str; 2] = ["Cost centre", "Project"];

fn create(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let asked = target(world, caller, segment(stars, 0))?.clone();
    let mut sent = body(call)?;
    schedule::check(&sent)?;
    let host = scheduled_for(world, &asked, &sent)?;
    may_host(world, &host)?;
    meeting_write(world, &host.id)?;
    let now = world.now_ms();
    keep_known(&mut sent);
    sent.entry("topic").or_insert_with(|| json!("Zoom Meeting"));
    sent.entry("type").or_insert(json!(2));
    sent.entry("duration").or_insert(json!(60));
    sent.entry("timezone").or_insert_with(|| json!(host.timezone));
    let fixed = matches!(sent.get("type").and_then(Value::as_i64), Some(2 | 8 | 10));
    // A start in the past counts as now.
    let start_ms = fixed.then(|| schedule::start(&sent).unwrap_or(now).max(now));
    if sent.get("type") != Some(&json!(8)) {
        sent.remove("recurrence");
    }
    let mut settings = schedule::default_settings();
    schedule::merge_settings(&mut settings, sent.get("settings"), host.kind == 2);
    sent.insert("settings".into(), settings);
    if sent.remove("default_password") != Some(json!(false)) {
        sent.entry("password").or_insert_with(|| json!(format!("{:06}", rand::rng().random_range(0..1_000_000))));
    }
    let id = loop {
        let id = rand::rng().random_range(82_000_000_000_i64..89_999_999_999);
        if !world.meetings.contains_key(&id) {
            break id;
        }
    };
    let uuid = seed::build::uuid("meeting", id);
    let mut meeting =
        Meeting { id, uuid, host: host.id, created_ms: now, start_ms, fields: sent, occurrences: Vec::new() };
    meeting.plan();
    let shown = show::whole(world, &meeting, false);
    world.meetings.insert(id, meeting);
    let mut created = told(&shown);
    if let Some(fields) = created.as_object_mut() {
        const TOLD: [&str; 4] = ["use_pmi", "alternative_hosts", "join_before_host", "jbh_time"];
        let mut settings = shown.get("settings").and_then(Value::as_object).cloned().unwrap_or_default();
        settings.retain(|name, _| TOLD.contains(&name.as_str()));
        fields.insert("settings".to_owned(), settings.into());
    }
    world.emit_with("meeting.created", created, operation(caller, false));
    Ok(Answer::json(201, &shown))
}

/// The host whom `schedule_for` names, who must have allowed it; else the user of the path.
fn scheduled_for(world: &World, asked: &User, sent: &Map<String, Value>) -> Result<User, Answer> {
    let Some(name) = sent.get("schedule_for").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return Ok(asked.clone());
    };
    let text = "The value that you entered in the schedule_for field is invalid. Enter a valid value and try again.";
    let host = world.user(name).filter(|user| !user.pending()).ok_or_else(|| Answer::error(400, 300, text))?;
    if host.id != asked.id && !host.assistants.contains(&asked.id) {
        return Err(Answer::error(400, 3000, "You cannot schedule a meeting for this user."));
    }
    Ok(host.clone())
}

fn may_host(world: &World, host: &User) -> Result<(), Answer> {
    let barred = &world.settings.no_meetings;
    if barred.iter().any(|name| *name == host.id || name.eq_ignore_ascii_case(&host.email)) {
        let text = "Your user account is not allowed meeting hosting and scheduling capabilities.";
        return Err(Answer::error(400, 3161, text));
    }
    Ok(())
}

/// The meeting a path names, if the caller may touch it. A user's personal meeting exists as soon as somebody asks.
pub fn named(world: &mut World, caller: &Caller, segment: &str) -> Result<i64, Answer> {
    let name = decode(segment);
    let id = name.parse::<i64>().map_err(|_| Answer::error(400, 300, "Invalid meeting id."))?;
    if world.webinars.rows.contains_key(&id) {
        return Err(Answer::error(400, 3000, "Cannot access webinar info."));
    }
    personal(world, id);
    let now = world.now_ms();
    let missing = || Answer::error(404, 3001, format!("Meeting does not exist: {name}."));
    let meeting = world.meetings.get(&id).filter(|meeting| !meeting.expired(now)).ok_or_else(missing)?;
    if meeting.host != caller.user.id {
        require_admin(caller)?;
    }
    if let Some(host) = world.user(&meeting.host) {
        may_host(world, host)?;
    }
    Ok(id)
}

fn personal(world: &mut World, id: i64) {
    if world.meetings.contains_key(&id) {
        return;
    }
    let Some(user) = world.users.iter().find(|user| user.pmi == id && user.status == "active") else {
        return;
    };
    let fields = json!({"topic": format!("{}'s Personal Meeting Room", user.name()), "type": 4, "duration": 60,
        "timezone": user.timezone, "settings": schedule::default_settings()});
    let meeting = Meeting {
        id,
        uuid: seed::build::uuid("personal", id),
        host: user.id.clone(),
        created_ms: user.created_ms,
        start_ms: None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        occurrences: Vec::new(),
    };
    world.meetings.insert(id, meeting);
}

fn shown(world: &mut World, caller: &Caller, stars: &[&str], previous: bool) -> Result<Value, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    world.meetings.get(&id).map(|meeting| show::whole(world, meeting, previous)).ok_or_else(unknown)
}

fn get(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let previous = call.query("show_previous_occurrences") == Some("true");
    let mut body = shown(world, caller, stars, previous)?;
    if let Some(occurrence) = call.query("occurrence_id") {
        let id = named(world, caller, segment(stars, 0))?;
        occurrence::show(world, id, occurrence, &mut body)?;
    }
    Ok(Answer::json(200, &body))
}

fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let mut sent = body(call)?;
    schedule::check(&sent)?;
    let host = world.meetings.get(&id).map(|meeting| meeting.host.clone()).unwrap_or_default();
    let licensed = world.user(&host).is_some_and(|host| host.kind == 2);
    if let Some(host) = world.user(&host).cloned() {
        scheduled_for(world, &host, &sent)?;
    }
    meeting_write(world, &host)?;
    let before = shown(world, caller, stars, true)?;
    keep_known(&mut sent);
    let fields: Vec<String> = sent.keys().cloned().collect();
    let occurrence = call.query("occurrence_id");
    match occurrence {
        Some(occurrence) => occurrence::change(world, id, occurrence, &sent, licensed)?,
        None => change(world, id, sent, licensed),
    }
    let after = shown(world, caller, stars, true)?;
    let mut more = operation(caller, occurrence.is_some());
    more.insert("scope".into(), json!(if occurrence.is_some() { "single" } else { "all" }));
    more.insert("time_stamp".into(), json!(world.now_ms()));
    more.insert("old_object".into(), changed(&before, &fields));
    world.emit_with("meeting.updated", changed(&after, &fields), more);
    Ok(Answer::empty(204))
}

fn delete(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    for name in ["schedule_for_reminder", "cancel_meeting_reminder"] {
        if call.query(name).is_some_and(|value| !matches!(value, "true" | "false")) {
            return Err(Answer::invalid(name, &format!("Invalid parameter: {name}.")));
        }
    }
    if world.meetings.get(&id).is_some_and(|meeting| meeting.kind() == 4) {
        return Err(Answer::error(400, 3018, "Not allowed to delete PMI."));
    }
    if world.meeting_extras.audio_conferences.contains(&id) {
        return Err(Answer::error(400, 3037, "Not allowed to delete PAC."));
    }
    let gone = shown(world, caller, stars, true)?;
    match call.query("occurrence_id") {
        Some(occurrence) => {
            let last = occurrence::delete(world, id, occurrence)?;
            let mut told = told(&gone);
            if let Some(all) = told.get_mut("occurrences").and_then(Value::as_array_mut) {
                all.retain(|one| one.get("occurrence_id").and_then(Value::as_str) == Some(occurrence));
            }
            if last {
                remove(world, id);
            }
            world.emit_with("meeting.deleted", told, operation(caller, true));
        }
        None => {
            remove(world, id);
            world.emit_with("meeting.deleted", told(&gone), operation(caller, false));
        }
    }
    Ok(Answer::empty(204))
}

fn remove(world: &mut World, id: i64) {
    if let Some(meeting) = world.meetings.remove(&id) {
        world.meeting_extras.deleted.insert(id, meeting);
    }
}

/// End a running meeting, or bring back a deleted one.
fn status(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let action = body(call)?.get("action").and_then(Value::as_str).map(str::to_owned);
    match action.as_deref() {
        Some("end") => {
            let id = named(world, caller, segment(stars, 0))?;
            if world.meeting_extras.on_premises.contains(&id) {
                return Err(Answer::error(400, 3063, format!("Can not end on-premise user's meeting: {id}.")));
            }
            // One that does not run stays as it is.
            meetings::end(world, id).ok();
        }
        Some("recover") => {
            let name = decode(segment(stars, 0));
            let missing = || Answer::error(404, 3001, format!("Meeting does not exist: {name}."));
            let id = name.parse::<i64>().map_err(|_| missing())?;
            let host = world.meeting_extras.deleted.get(&id).map(|meeting| meeting.host.clone()).ok_or_else(missing)?;
            if host != caller.user.id {
                require_admin(caller)?;
            }
            if let Some(meeting) = world.meeting_extras.deleted.remove(&id) {
                world.meetings.insert(id, meeting);
            }
        }
        _ => return Err(Answer::invalid("action", "Invalid parameter: action.")),
    }
    Ok(Answer::empty(204))
}

/// Take what is acceptable and say nothing about the rest, as Zoom does.
fn change(world: &mut World, id: i64, sent: Map<String, Value>, licensed: bool) {
    let now = world.now_ms();
    let Some(meeting) = world.meetings.get_mut(&id) else {
        return;
    };
    let planned = |meeting: &Meeting| {
        (
            meeting.start_ms,
            meeting.kind(),
            meeting.fields.get("timezone").cloned(),
            meeting.fields.get("recurrence").cloned(),
        )
    };
    let before = planned(meeting);
    let start = sent.get("start_time").cloned();
    for (name, value) in sent {
        match name.as_str() {
            "settings" => {
                if let Some(settings) = meeting.fields.get_mut("settings") {
                    schedule::merge_settings(settings, Some(&value), licensed);
                }
            }
            "start_time" | "default_password" => {}
            _ => drop(meeting.fields.insert(name, value)),
        }
    }
    if let Some(start) = start {
        let old = meeting.fields.insert("start_time".into(), start);
        match schedule::start(&meeting.fields).filter(|start| *start >= now) {
            Some(start) => meeting.start_ms = Some(start),
            None => drop(meeting.fields.insert("start_time".into(), old.unwrap_or_default())),
        }
    }
    if planned(meeting) != before {
        meeting.plan();
    }
}

fn keep_known(sent: &mut Map<String, Value>) {
    sent.retain(|name, value| FIELDS.contains(&name.as_str()) && !value.is_null());
    if let Some(fields) = sent.get_mut("tracking_fields").and_then(Value::as_array_mut) {
        fields.retain(|one| one.get("field").and_then(Value::as_str).is_some_and(|label| TRACKED.contains(&label)));
    }
}

/// Who did it, and whether to all occurrences.
fn operation(caller: &Caller, single: bool) -> Map<String, Value> {
    let mut more = events::operator(&caller.user);
    more.insert("operation".into(), json!(if single { "single" } else { "all" }));
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

/// The request's JSON object.
pub fn body(call: &Call) -> Result<Map<String, Value>, Answer> {
    match call.json() {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(Answer::error(400, 300, "Request Body should be a valid JSON object.")),
    }
}
