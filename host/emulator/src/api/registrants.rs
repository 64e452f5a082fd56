//! Registrants of meetings and of webinars: list, get, add, batch, decide, remove, questions.

use serde_json::{Map, Value, json};

use super::operations::{Operation, row};
use super::{Caller, meetings, paging, segment, webinars};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::limits::{registrant_add, registrant_status};
use crate::state::registrations::Registrant;
use crate::state::schedule;
use crate::state::world::World;
use crate::time::utc;

const READ: &[&str] = &["meeting:read"];
const WRITE: &[&str] = &["meeting:write"];

pub const OPERATIONS: &[Operation] = &[
    row("GET", "meetings/*/registrants", READ, "meeting:read:list_registrants", "Medium", list),
    row("POST", "meetings/*/registrants", WRITE, "meeting:write:registrant", "Light", add),
    row("PUT", "meetings/*/registrants/status", WRITE, "meeting:update:registrant_status", "Medium", decide),
    row("GET", "meetings/*/registrants/*", READ, "meeting:read:registrant", "Light", get),
    row("DELETE", "meetings/*/registrants/*", WRITE, "meeting:delete:registrant", "Light", remove),
    row("POST", "meetings/*/batch_registrants", WRITE, "meeting:write:batch_registrants", "Heavy", batch),
    row(
        "GET",
        "meetings/*/registrants/questions",
        READ,
        "meeting:read:list_registration_questions",
        "Light",
        questions,
    ),
    row(
        "PATCH",
        "meetings/*/registrants/questions",
        WRITE,
        "meeting:update:registration_question",
        "Light",
        set_questions,
    ),
];

/// Most registrants of one request.
const BATCH: usize = 30;

/// A meeting or webinar as far as registration goes.
pub struct Event {
    pub id: i64,
    pub uuid: String,
    pub host: String,
    pub start_ms: Option<i64>,
    pub fields: Map<String, Value>,
    /// Ids and times of the occurrences.
    pub occurrences: Vec<Value>,
    pub webinar: bool,
}

impl Event {
    fn number(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Value::as_i64)
    }

    pub fn setting(&self, name: &str) -> Option<i64> {
        self.fields.get("settings").and_then(|settings| settings.get(name)).and_then(Value::as_i64)
    }

    pub fn registration(&self) -> bool {
        matches!(self.setting("approval_type"), Some(0 | 1))
    }

    /// Whether its last minute has passed.
    pub fn over(&self, now_ms: i64) -> bool {
        let last = self.occurrences.last().and_then(|last| last.get("occurrence_id")?.as_str()?.parse::<i64>().ok());
        let start = last.or(self.start_ms);
        start.is_some_and(|start| start + schedule::minutes(&self.fields) * 60_000 < now_ms)
    }
}

/// The meeting a path names, for its registration.
fn meeting(world: &mut World, caller: &Caller, stars: &[&str]) -> Result<Event, Answer> {
    let name = decode(segment(stars, 0));
    if name.parse::<i64>().is_ok_and(|id| world.webinars.rows.contains_key(&id)) {
        return Err(Answer::error(400, 3000, "Cannot access webinar info."));
    }
    let id = meetings::named(world, caller, segment(stars, 0))?;
    let found = world.meetings.get(&id).ok_or_else(super::unknown)?;
    let minutes = schedule::minutes(&found.fields);
    let left = found.occurrences.iter().filter(|one| !one.deleted);
    let occurrences = left.map(|one| occurrence(&one.id, one.start_ms, minutes)).collect();
    Ok(Event {
        id,
        uuid: found.uuid.clone(),
        host: found.host.clone(),
        start_ms: found.start_ms,
        fields: found.fields.clone(),
        occurrences,
        webinar: false,
    })
}

/// An occurrence as Zoom shows it.
pub fn occurrence(id: &str, start_ms: i64, minutes: i64) -> Value {
    json!({"occurrence_id": id, "start_time": utc(start_ms), "duration": minutes, "status": "available"})
}

/// The same, when the host may ask for registration and does.
fn open(world: &mut World, caller: &Caller, stars: &[&str]) -> Result<Event, Answer> {
    let event = meeting(world, caller, stars)?;
    if world.user(&event.host).is_some_and(|host| host.kind != 2) {
        return Err(Answer::error(400, 200, format!("Only available for paid users: {}.", event.host)));
    }
    if !event.registration() {
        return Err(Answer::error(
            400,
            300,
            format!("Registration has not been enabled for this meeting: {}.", event.id),
        ));
    }
    Ok(event)
}

fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    listed(world, call, &event)
}

/// One state at a time, approved when none is asked for.
pub fn listed(world: &mut World, call: &Call, event: &Event) -> Result<Answer, Answer> {
    let status = call.query("status").unwrap_or("approved");
    if !matches!(status, "approved" | "pending" | "denied") {
        return Err(Answer::invalid("status", "Invalid parameter: status."));
    }
    let rows = world.registrants(event.id, status, call.query("occurrence_id"));
    paging::page(world, call, &event.host, "registrants", &rows).map(|body| Answer::json(200, &body))
}

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    let id = decode(segment(stars, 1));
    let found = world.registrations.of(event.id).iter().find(|one| one.id == id);
    let missing = || Answer::error(404, 3001, format!("Registrant does not exist: {id}."));
    Ok(Answer::json(200, &found.ok_or_else(missing)?.show(&world.origin, event.id)))
}

fn add(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let name = decode(segment(stars, 0));
    let known = |id: i64| world.meetings.contains_key(&id) || world.webinars.rows.contains_key(&id);
    if name.parse::<i64>().is_ok_and(|id| !known(id)) {
        // Here, and only here, a missing meeting has the code of a missing user.
        return Err(Answer::error(404, 1001, format!("Meeting does not exist: {name}.")));
    }
    let event = open(world, caller, stars)?;
    if event.over(world.now_ms()) {
        return Err(over());
    }
    added(world, call, &event).map(|body| Answer::json(201, &body))
}

fn over() -> Answer {
    let text = "Meeting is over, you can not register now. If you have any questions, please contact the Meeting host.";
    Answer::error(400, 3038, text)
}

/// Register the person of the request's body.
pub fn added(world: &mut World, call: &Call, event: &Event) -> Result<Value, Answer> {
    let mut sent = meetings::body(call)?;
    person(&sent)?;
    let chosen: Vec<String> = call
        .query("occurrence_ids")
        .map(|ids| ids.split(',').map(str::to_owned).filter(|id| !id.is_empty()).collect())
        .unwrap_or_default();
    let exists = |id: &String| event.occurrences.iter().any(|row| row.get("occurrence_id") == Some(&json!(id)));
    if !chosen.iter().all(exists) {
        return Err(Answer::invalid("occurrence_ids", "Invalid parameter: occurrence_ids."));
    }
    let email = sent.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
    registrant_add(world, event.id, &email)?;
    let auto = sent.remove("auto_approve").and_then(|flag| flag.as_bool()).unwrap_or(false);
    sent.remove("language");
    sent.remove("source_id");
    let one = register(world, event, sent, auto, chosen.clone())?;
    let mut body = json!({"id": event.id, "registrant_id": one.id, "topic": event.fields.get("topic")});
    if let Some(fields) = body.as_object_mut() {
        if let Some(start) = event.start_ms {
            fields.insert("start_time".into(), json!(utc(start)));
        }
        if !event.webinar {
            fields.insert("participant_pin_code".into(), json!(one.pin()));
        }
        if let Some(url) = one.join_url(&world.origin, event.id) {
            fields.insert("join_url".into(), json!(url));
        }
        if !event.occurrences.is_empty() {
            let mine = |row: &&Value| {
                chosen.is_empty() || row.get("occurrence_id").is_some_and(|id| chosen.iter().any(|own| id == own))
            };
            let rows: Vec<&Value> = event.occurrences.iter().filter(mine).collect();
            fields.insert("occurrences".into(), json!(rows));
        }
    }
    Ok(body)
}

/// The same address keeps its registration; who was denied is considered anew.
fn register(
    world: &mut World,
    event: &Event,
    fields: Map<String, Value>,
    auto: bool,
    occurrences: Vec<String>,
) -> Result<Registrant, Answer> {
    let status = if auto || event.setting("approval_type") == Some(0) { "approved" } else { "pending" };
    let now = world.now_ms();
    let mut fresh = Registrant::new(event.id, fields, status, now);
    fresh.occurrences = occurrences;
    let room = world.registrations.has_room(event.id);
    let kept = match world.registrations.find_mut(event.id, &fresh.id, "") {
        Some(old) => {
            old.fields.extend(fresh.fields);
            if old.status == "denied" || status == "approved" {
                old.status = status.to_owned();
            }
            old.clone()
        }
        None if !room => return Err(full(event)),
        None => {
            world.registrations.add(event.id, fresh.clone());
            fresh
        }
    };
    tell(world, event, "created", &kept);
    Ok(kept)
}

fn full(event: &Event) -> Answer {
    if event.webinar {
        let text = "You have reached the limit for the number of attendees you can add. Contact Zoom Support for more information.";
        return Answer::error(400, 3000, text);
    }
    Answer::error(400, 3043, "Meeting has reached maximum attendee capacity.")
}

/// `meeting.registration_…` or `webinar.registration_…`
fn tell(world: &mut World, event: &Event, what: &str, registrant: &Registrant) {
    let area = if event.webinar { "webinar" } else { "meeting" };
    let mut shown = registrant.show(&world.origin, event.id);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("create_time");
    }
    let mut object = json!({
        "uuid": event.uuid, "id": event.id, "host_id": event.host, "topic": event.fields.get("topic"),
        "type": event.number("type"), "duration": schedule::minutes(&event.fields),
        "timezone": event.fields.get("timezone"), "registrant": shown,
    });
    if let (Some(fields), Some(start)) = (object.as_object_mut(), event.start_ms) {
        fields.insert("start_time".into(), json!(utc(start)));
    }
    world.emit(&format!("{area}.registration_{what}"), object);
}

/// Refuse with every wrong field at once.
fn person(sent: &Map<String, Value>) -> Result<(), Answer> {
    let text = |name: &str, most: usize| {
        sent.get(name).is_none_or(|v| v.as_str().is_some_and(|text| text.chars().count() <= most))
    };
    let given = |name: &str| sent.get(name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    let address = sent.get("email").and_then(Value::as_str).unwrap_or_default();
    let answers = sent.get("custom_questions").is_none_or(|list| {
        list.as_array().is_some_and(|rows| {
            rows.iter().all(|row| row.get("value").and_then(Value::as_str).is_none_or(|v| v.chars().count() <= 128))
        })
    });
    let checks = [
        ("email", address.split_once('@').is_some_and(|(_, domain)| domain.contains('.')) && text("email", 128)),
        ("first_name", given("first_name") && text("first_name", 64)),
        ("last_name", text("last_name", 64)),
        ("custom_questions", answers),
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

fn batch(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = meeting(world, caller, stars)?;
    if event.number("type") != Some(2) {
        let text = "This API can only be used for scheduled meeting(meeting type: 2). Batch registration is not supported \
                    for other meeting types.";
        return Err(Answer::error(400, 303, text));
    }
    if !event.registration() {
        // Not found, although the status is 400.
        return Err(Answer::error(
            400,
            404,
            format!("Registration has not been enabled for this meeting: {}.", event.id),
        ));
    }
    open(world, caller, stars)?;
    if event.over(world.now_ms()) {
        return Err(over());
    }
    let sent = meetings::body(call)?;
    let people: Vec<Map<String, Value>> = match sent.get("registrants") {
        Some(Value::Array(rows)) => rows.iter().filter_map(|row| row.as_object().cloned()).collect(),
        _ => Vec::new(),
    };
    if people.is_empty() || people.len() > BATCH {
        return Err(Answer::invalid("registrants", "Invalid parameter: registrants."));
    }
    people.iter().try_for_each(person)?;
    let auto = sent.get("auto_approve").and_then(Value::as_bool).unwrap_or(false);
    let mut rows = Vec::new();
    for fields in people {
        let one = register(world, &event, fields, auto, Vec::new())?;
        let mut row = json!({"email": one.email(), "registrant_id": one.id, "participant_pin_code": one.pin()});
        if let (Some(url), Some(fields)) = (one.join_url(&world.origin, event.id), row.as_object_mut()) {
            fields.insert("join_url".into(), json!(url));
        }
        rows.push(row);
    }
    Ok(Answer::json(201, &json!({"registrants": rows})))
}

fn decide(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    decided(world, call, &event)
}

/// Approve, deny or cancel. Who is not registered is passed over without a word.
pub fn decided(world: &mut World, call: &Call, event: &Event) -> Result<Answer, Answer> {
    let sent = meetings::body(call)?;
    let action = sent.get("action").and_then(Value::as_str).unwrap_or_default();
    let (status, what) = match action {
        "approve" => ("approved", "approved"),
        "deny" => ("denied", "denied"),
        "cancel" => ("denied", "cancelled"),
        _ => return Err(Answer::invalid("action", "Invalid parameter: action.")),
    };
    let named: Vec<(String, String)> = match sent.get("registrants") {
        Some(Value::Array(rows)) => rows.iter().map(|row| (text(row, "id"), text(row, "email"))).collect(),
        _ => Vec::new(),
    };
    if named.is_empty() || named.len() > BATCH {
        return Err(Answer::invalid("registrants", "Invalid parameter: registrants."));
    }
    for (id, email) in named {
        let Some(found) = world.registrations.find_mut(event.id, &id, &email).map(|one| one.clone()) else {
            continue;
        };
        registrant_status(world, &found.id)?;
        let changes = found.status != status && (action != "cancel" || found.status == "approved");
        if let Some(one) = world.registrations.find_mut(event.id, &found.id, "").filter(|_| changes) {
            one.status = status.to_owned();
            let one = one.clone();
            tell(world, event, what, &one);
        }
    }
    Ok(Answer::empty(204))
}

fn text(row: &Value, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn remove(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    let single = !event.occurrences.is_empty() && matches!(event.setting("registration_type"), Some(2 | 3));
    if single && call.query("occurrence_id").is_none() {
        return Err(Answer::invalid("occurrence_id", "Invalid parameter: occurrence_id."));
    }
    let text = "The value that you entered for the Registrant ID field is invalid. Enter a valid value and try again.";
    let removed = world.registrations.remove(event.id, &decode(segment(stars, 1)));
    removed.map(|_| Answer::empty(204)).ok_or_else(|| Answer::error(400, 300, text))
}

fn questions(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    Ok(Answer::json(200, &world.registrations.questions(event.id)))
}

const FIELDS: [&str; 14] = [
    "last_name",
    "address",
    "city",
    "country",
    "zip",
    "state",
    "phone",
    "industry",
    "org",
    "job_title",
    "purchasing_time_frame",
    "role_in_purchase_process",
    "no_of_employees",
    "comments",
];

fn set_questions(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let event = open(world, caller, stars)?;
    let mut sent = meetings::body(call)?;
    let field = |row: &Value| row.get("field_name").and_then(Value::as_str).is_some_and(|name| FIELDS.contains(&name));
    let custom = |row: &Value| {
        let choices = row.get("answers").and_then(Value::as_array).is_some_and(|answers| !answers.is_empty());
        !text(row, "title").is_empty()
            && match row.get("type").and_then(Value::as_str) {
                Some("short") => true,
                Some("single") => choices,
                _ => false,
            }
    };
    let all = |name: &str, fine: &dyn Fn(&Value) -> bool| match sent.get(name) {
        None => true,
        Some(Value::Array(rows)) => rows.iter().all(fine),
        Some(_) => false,
    };
    for (name, fine) in
        [("questions", all("questions", &field)), ("custom_questions", all("custom_questions", &custom))]
    {
        if !fine {
            return Err(Answer::invalid(name, &format!("Invalid parameter: {name}.")));
        }
    }
    // A field asked for twice is kept once, without a word.
    if let Some(Value::Array(rows)) = sent.get_mut("questions") {
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|row| seen.insert(text(row, "field_name")));
    }
    world.registrations.set_questions(event.id, &sent);
    Ok(Answer::empty(204))
}

/// The webinar a path names, for its registration.
pub fn webinar(world: &World, caller: &Caller, stars: &[&str]) -> Result<Event, Answer> {
    let id = webinars::named(world, caller, segment(stars, 0))?;
    let found = world.webinars.rows.get(&id).ok_or_else(super::unknown)?;
    Ok(Event {
        id,
        uuid: found.uuid.clone(),
        host: found.host.clone(),
        start_ms: found.start_ms,
        fields: found.fields.clone(),
        occurrences: webinars::occurrences(found),
        webinar: true,
    })
}
