//! Webinars: create, list, get, change, delete, registrants, participants.

use rand::Rng;
use serde_json::{Map, Value, json};

use super::operations::{Operation, row};
use super::registrants::{added, decided, listed, webinar};
use super::{Caller, meetings, paging, registrants, require_admin, segment, target, unknown};
use crate::events;
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::seed;
use crate::state::limits::meeting_write;
use crate::state::meeting_instances::Instance;
use crate::state::schedule;
use crate::state::webinars::Webinar;
use crate::state::world::World;
use crate::time::{is_zone, utc};

const READ: &[&str] = &["webinar:read"];
const WRITE: &[&str] = &["webinar:write"];

pub const OPERATIONS: &[Operation] = &[
    row("POST", "users/*/webinars", WRITE, "webinar:write:webinar", "Light", create),
    row("GET", "users/*/webinars", READ, "webinar:read:list_webinars", "Medium", list),
    row("GET", "webinars/*", READ, "webinar:read:webinar", "Light", get),
    row("PATCH", "webinars/*", WRITE, "webinar:update:webinar", "Light", update),
    row("DELETE", "webinars/*", WRITE, "webinar:delete:webinar", "Light", delete),
    row("GET", "webinars/*/registrants", READ, "webinar:read:list_registrants", "Medium", registered),
    row("POST", "webinars/*/registrants", WRITE, "webinar:write:registrant", "Light", register),
    row("PUT", "webinars/*/registrants/status", WRITE, "webinar:update:registrant_status", "Medium", decide),
    row("GET", "past_webinars/*/participants", READ, "webinar:read:list_past_participants", "Medium", participants),
];

fn planned(world: &World, user: &str) -> Result<(), Answer> {
    if world.webinars.plans.contains(user) {
        return Ok(());
    }
    let text = "Webinar plan is missing. You must subscribe to the webinar plan and enable webinars for this user in order \
                to perform this action.";
    Err(Answer::error(400, 200, text))
}

/// The webinar a path names, if the caller may touch it and its host has the plan.
pub fn named(world: &World, caller: &Caller, segment: &str) -> Result<i64, Answer> {
    let name = decode(segment);
    let id = name.parse::<i64>().map_err(|_| Answer::error(400, 300, "Invalid webinar ID."))?;
    let missing = || Answer::error(404, 3001, format!("Webinar does not exist: {name}."));
    let found = world.webinars.rows.get(&id).ok_or_else(missing)?;
    if found.host != caller.user.id {
        require_admin(caller)?;
    }
    planned(world, &found.host)?;
    Ok(id)
}

fn create(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.clone();
    planned(world, &host.id)?;
    let mut sent = meetings::body(call)?;
    check(&sent)?;
    meeting_write(world, &host.id)?;
    let now = world.now_ms();
    sent.entry("topic").or_insert_with(|| json!("Zoom Webinar"));
    sent.entry("type").or_insert(json!(5));
    sent.entry("duration").or_insert(json!(60));
    sent.entry("timezone").or_insert_with(|| json!(host.timezone));
    let fixed = matches!(sent.get("type").and_then(Value::as_i64), Some(5 | 9));
    let start_ms = fixed.then(|| schedule::start(&sent).unwrap_or(now).max(now));
    let mut settings = default_settings();
    schedule::merge_settings(&mut settings, sent.get("settings"), true);
    sent.insert("settings".into(), settings);
    let id = loop {
        let id = rand::rng().random_range(92_000_000_000_i64..98_999_999_999);
        if !world.webinars.rows.contains_key(&id) {
            break id;
        }
    };
    let uuid = seed::build::uuid("webinar", id);
    let made =
        Webinar { id, uuid, host: host.id, created_ms: now, start_ms, fields: sent, deleted: Default::default() };
    let shown = show(world, &made);
    world.webinars.rows.insert(id, made);
    tell(world, caller, "created", &shown);
    Ok(Answer::json(201, &shown))
}

fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.id.clone();
    planned(world, &host)?;
    let now = world.now_ms();
    let current = |one: &&Webinar| {
        let last = occurrences(one).last().and_then(|row| row.get("occurrence_id")?.as_str()?.parse::<i64>().ok());
        let end = last.or(one.start_ms).map(|start| start + schedule::minutes(&one.fields) * 60_000);
        one.host == host && end.is_none_or(|end| end >= now)
    };
    let mut found: Vec<&Webinar> = world.webinars.rows.values().filter(current).collect();
    found.sort_by_key(|one| (one.start_ms, one.id));
    let rows: Vec<Value> = found.into_iter().map(|one| in_list(world, one)).collect();
    paging::page(world, call, &host, "webinars", &rows).map(|body| Answer::json(200, &body))
}

fn get(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let found = world.webinars.rows.get(&id).ok_or_else(unknown)?;
    occurrence(found, call)?;
    Ok(Answer::json(200, &show(world, found)))
}

/// The occurrence a request names, if the webinar has it.
fn occurrence(webinar: &Webinar, call: &Call) -> Result<Option<String>, Answer> {
    let Some(id) = call.query("occurrence_id") else {
        return Ok(None);
    };
    if occurrences(webinar).iter().any(|row| row.get("occurrence_id") == Some(&json!(id))) {
        return Ok(Some(id.to_owned()));
    }
    Err(Answer::error(400, 3000, "Webinar occurrence does not exist."))
}

fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let sent = meetings::body(call)?;
    check(&sent)?;
    let found = world.webinars.rows.get(&id).ok_or_else(unknown)?;
    occurrence(found, call)?;
    let host = found.host.clone();
    meeting_write(world, &host)?;
    let now = world.now_ms();
    let found = world.webinars.rows.get_mut(&id).ok_or_else(unknown)?;
    for (name, value) in sent {
        match name.as_str() {
            "settings" => {
                if let Some(settings) = found.fields.get_mut("settings") {
                    schedule::merge_settings(settings, Some(&value), true);
                }
            }
            "start_time" => {
                let old = found.fields.insert(name.clone(), value);
                match schedule::start(&found.fields).filter(|start| *start >= now) {
                    Some(start) => found.start_ms = Some(start),
                    None => drop(found.fields.insert(name, old.unwrap_or_default())),
                }
            }
            _ => drop(found.fields.insert(name, value)),
        }
    }
    let shown = world.webinars.rows.get(&id).map(|found| show(world, found)).ok_or_else(unknown)?;
    tell(world, caller, "updated", &shown);
    Ok(Answer::empty(204))
}

fn delete(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = named(world, caller, segment(stars, 0))?;
    let found = world.webinars.rows.get(&id).ok_or_else(unknown)?;
    let (one, shown) = (occurrence(found, call)?, show(world, found));
    match (one, world.webinars.rows.get_mut(&id)) {
        (Some(one), Some(found)) => drop(found.deleted.insert(one)),
        _ => {
            world.webinars.rows.remove(&id);
            world.registrations.forget(id);
        }
    }
    tell(world, caller, "deleted", &shown);
    Ok(Answer::empty(204))
}

fn tell(world: &mut World, caller: &Caller, what: &str, shown: &Value) {
    let mut object = shown.clone();
    if let Some(fields) = object.as_object_mut() {
        let keep = ["uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "occurrences"];
        fields.retain(|name, _| keep.contains(&name.as_str()));
    }
    let mut more = events::operator(&caller.user);
    more.insert("operation".into(), json!("all"));
    world.emit_with(&format!("webinar.{what}"), object, more);
}

fn check(sent: &Map<String, Value>) -> Result<(), Answer> {
    let setting = |name: &str| sent.get("settings").and_then(|settings| settings.get(name));
    let most = |name: &str, most: usize| {
        sent.get(name).is_none_or(|v| v.as_str().is_some_and(|text| text.chars().count() <= most))
    };
    let whole = |value: Option<&Value>, range: std::ops::RangeInclusive<i64>| {
        value.is_none_or(|value| value.as_i64().is_some_and(|number| range.contains(&number)))
    };
    let zone = sent.get("timezone").is_none_or(|v| v.as_str().is_some_and(|name| name.is_empty() || is_zone(name)));
    let checks = [
        ("topic", most("topic", 200)),
        ("password", most("password", 10)),
        ("type", sent.get("type").is_none_or(|kind| matches!(kind.as_i64(), Some(5 | 6 | 9)))),
        ("duration", whole(sent.get("duration"), 1..=1440)),
        ("timezone", zone),
        ("start_time", sent.get("start_time").is_none_or(|_| schedule::start(sent).is_some())),
        ("recurrence.type", whole(sent.get("recurrence").and_then(|rule| rule.get("type")), 1..=3)),
        ("settings.approval_type", whole(setting("approval_type"), 0..=2)),
        ("settings.registration_type", whole(setting("registration_type"), 1..=3)),
        ("settings.registrants_restrict_number", whole(setting("registrants_restrict_number"), 0..=20_000)),
    ];
    let errors: Vec<Value> = checks
        .iter()
        .filter(|(_, fine)| !fine)
        .map(|(field, _)| json!({"field": field, "message": format!("Invalid parameter: {field}.")}))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Answer::json(400, &json!({"code": 300, "message": "Validation Failed.", "errors": errors})))
}

pub fn default_settings() -> Value {
    json!({"host_video": false, "panelists_video": false, "practice_session": false, "hd_video": false, "approval_type": 2,
        "registration_type": 1, "audio": "both", "auto_recording": "none", "alternative_hosts": "", "close_registration": false,
        "show_share_button": true, "allow_multiple_devices": true, "on_demand": false, "meeting_authentication": false,
        "registrants_confirmation_email": true, "registrants_email_notification": true, "registrants_restrict_number": 0,
        "contact_name": "", "contact_email": "", "post_webinar_survey": false, "email_language": "en-US"})
}

/// The occurrences that are left.
pub fn occurrences(webinar: &Webinar) -> Vec<Value> {
    let recurring = webinar.fields.get("type").and_then(Value::as_i64) == Some(9);
    let Some(start) = webinar.start_ms.filter(|_| recurring) else {
        return Vec::new();
    };
    let minutes = schedule::minutes(&webinar.fields);
    let starts = schedule::starts(&webinar.fields, start).into_iter().map(|at| (at.to_string(), at));
    let left = starts.filter(|(id, _)| !webinar.deleted.contains(id));
    left.map(|(id, at)| registrants::occurrence(&id, at, minutes)).collect()
}

fn in_list(world: &World, webinar: &Webinar) -> Value {
    let mut shown = show(world, webinar);
    let keep = [
        "uuid",
        "id",
        "host_id",
        "topic",
        "type",
        "start_time",
        "duration",
        "timezone",
        "created_at",
        "join_url",
        "agenda",
    ];
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| keep.contains(&name.as_str()));
        fields.insert("is_simulive".into(), json!(false));
        if let Some(Value::String(agenda)) = fields.get_mut("agenda") {
            *agenda = agenda.chars().take(250).collect();
        }
    }
    shown
}

fn show(world: &World, webinar: &Webinar) -> Value {
    let mut shown = webinar.fields.clone();
    for secret in ["default_passcode", "schedule_for", "start_time", "template_id"] {
        shown.remove(secret);
    }
    let email = world.user(&webinar.host).map(|user| user.email.clone()).unwrap_or_default();
    let own = json!({
        "uuid": webinar.uuid, "id": webinar.id, "host_id": webinar.host, "host_email": email, "is_simulive": false,
        "created_at": utc(webinar.created_ms), "join_url": format!("{}/j/{}", world.origin, webinar.id),
        "start_url": format!("{}/s/{}?zak={}", world.origin, webinar.id, crate::state::world::random(24)),
        "creation_source": "open_api",
    });
    if let Value::Object(own) = own {
        shown.extend(own);
    }
    let approval = shown.get("settings").and_then(|settings| settings.get("approval_type")).and_then(Value::as_i64);
    if matches!(approval, Some(0 | 1)) {
        let url = format!("{}/webinar/register/WN_{}", world.origin, webinar.id);
        shown.insert("registration_url".into(), json!(url));
    }
    if let Some(start) = webinar.start_ms {
        shown.insert("start_time".into(), json!(utc(start)));
    }
    let rows = occurrences(webinar);
    if !rows.is_empty() {
        shown.insert("occurrences".into(), json!(rows));
    }
    Value::Object(shown)
}

fn registered(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = webinar(world, caller, stars)?;
    listed(world, call, &event)
}

fn register(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = webinar(world, caller, stars)?;
    if !event.registration() {
        let text = format!("This webinar does not have registration as required: {}.", event.id);
        return Err(Answer::error(400, 3000, text));
    }
    if event.over(world.now_ms()) {
        let text = "Webinar is over, you cannot register now. If you have any questions, contact the webinar host.";
        return Err(Answer::error(400, 3038, text));
    }
    let sent = meetings::body(call)?;
    let address = sent.get("email").and_then(Value::as_str);
    if world.user(&event.host).is_some_and(|host| address.is_some_and(|own| own.eq_ignore_ascii_case(&host.email))) {
        return Err(Answer::error(400, 3027, "Host cannot register."));
    }
    if let Some(most) = event.setting("registrants_restrict_number").filter(|most| *most > 0) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        world.registrations.capacity.insert(event.id, most);
    }
    added(world, call, &event).map(|body| Answer::json(201, &body))
}

fn decide(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = webinar(world, caller, stars)?;
    if !event.registration() {
        let text = format!("Registration has not been enabled for this meeting: {}.", event.id);
        return Err(Answer::error(400, 300, text));
    }
    decided(world, call, &event)
}

fn participants(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let once = decode(segment(stars, 0));
    // As everywhere, a UUID with slashes must come encoded twice.
    if once.starts_with('/') || once.contains("//") {
        return Err(unknown());
    }
    let found = world.webinars.ended(&once).or_else(|| world.webinars.ended(&decode(&once)));
    let found = found.ok_or_else(|| Answer::error(404, 3001, "Webinar does not exist."))?.clone();
    if found.host != caller.user.id {
        require_admin(caller)?;
    }
    planned(world, &found.host)?;
    let now = world.now_ms();
    let rows: Vec<Value> = found.participants.iter().map(|one| attended(&found, one, now)).collect();
    paging::page(world, call, &found.uuid, "participants", &rows).map(|body| Answer::json(200, &body))
}

fn attended(held: &Instance, one: &crate::state::meeting_instances::Participant, now: i64) -> Value {
    json!({
        "id": one.id, "user_id": one.user_id, "name": one.name, "user_email": one.email, "registrant_id": one.registrant_id,
        "join_time": utc(one.join_ms), "leave_time": utc(one.leave_ms.unwrap_or(now)), "duration": one.seconds(held, now),
        "failover": false, "status": "in_meeting", "internal_user": !one.id.is_empty(),
    })
}
