//! Playing meetings: `POST /_emulator/meetings/{id}/{what}` starts one, lets people come and go, records, ends it, and
//! finishes Zoom's processing. Every step is told to webhook endpoints and leaves what the past-meeting operations read.

use serde_json::{Map, Value, json};

use crate::api;
use crate::events;
use crate::http::answer::Answer;
use crate::seed;
use crate::state::media::Media;
use crate::state::meeting_instances::{Instance, Participant};
use crate::state::recordings::{RecordedFile, Recording};
use crate::state::world::World;
use crate::time::utc;

/// After the end, durations of participants stay 0 for so long unless `finish` is called.
const PROCESSING_MS: i64 = 30 * 60_000;

/// What went wrong, in words for whoever plays.
type PlayResult = Result<Value, String>;

pub fn answer(world: &mut World, id: &str, what: &str, body: &Value) -> Answer {
    let Ok(id) = id.parse::<i64>() else {
        return Answer::json(400, &json!({"error": "say /_emulator/meetings/{meeting number}/{what}"}));
    };
    let done = match what {
        "start" => start(world, id),
        "join" => join(world, id, body),
        "leave" => leave(world, id, body),
        "record" => record(world, id, body),
        "end" => end(world, id),
        "finish" => finish(world, id, body),
        "transcript" => transcript(world, id),
        "register" => register(world, id, body),
        _ => Err("what to play: start, join, leave, record, end, finish, transcript or register".into()),
    };
    match done {
        Ok(done) => Answer::json(200, &done),
        Err(why) => Answer::json(409, &json!({"error": why})),
    }
}

/// Begin an instance with a UUID of its own.
fn start(world: &mut World, id: i64) -> PlayResult {
    if world.live(id).is_some() {
        return Err(format!("meeting {id} is running"));
    }
    let now = world.now_ms();
    let meeting = world.meetings.get(&id).ok_or(format!("no meeting {id}"))?;
    let text = |name: &str| meeting.fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let count = i64::try_from(world.past.len()).unwrap_or_default();
    let instance = Instance {
        uuid: seed::build::uuid(&format!("instance-{id}"), count),
        meeting_id: id,
        host: meeting.host.clone(),
        topic: text("topic").unwrap_or_else(|| "Zoom Meeting".into()),
        kind: meeting.fields.get("type").and_then(Value::as_i64).unwrap_or(2),
        timezone: text("timezone").unwrap_or_else(|| "UTC".into()),
        start_ms: now,
        end_ms: None,
        processed_ms: i64::MAX,
        participants: Vec::new(),
    };
    let told = object(world, &instance);
    world.past.push(instance);
    world.emit("meeting.started", told.clone());
    Ok(told)
}

/// `{"name", "email"}`: someone comes in. A user's address makes it that user; anyone else is a guest without address.
fn join(world: &mut World, id: i64, body: &Value) -> PlayResult {
    let now = world.now_ms();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let user = world.user(&text("email")).cloned();
    let name = user.as_ref().map_or_else(|| text("name"), crate::state::world::User::name);
    if name.is_empty() {
        return Err("give {\"name\"} of a guest or {\"email\"} of a user".into());
    }
    let instance = running(world, id)?;
    let known = instance.participants.iter().find(|one| one.name == name).map(|one| one.user_id.clone());
    let number = instance.participants.len();
    let participant = Participant {
        id: user.as_ref().map(|user| user.id.clone()).unwrap_or_default(),
        user_id: known.unwrap_or_else(|| (16_778_240 + 1024 * number).to_string()),
        uuid: seed::build::uuid(&format!("{}-participant", instance.uuid), i64::try_from(number).unwrap_or_default()),
        name,
        email: user.map(|user| user.email).unwrap_or_default(),
        registrant_id: text("registrant_id"),
        join_ms: now,
        leave_ms: None,
    };
    instance.participants.push(participant.clone());
    let told = instance.clone();
    let told = stay(world, &told, &participant, ("join_time", now));
    world.emit("meeting.participant_joined", told.clone());
    Ok(told)
}

/// `{"name"}` or `{"email"}`: that one goes.
fn leave(world: &mut World, id: i64, body: &Value) -> PlayResult {
    let now = world.now_ms();
    let who = ["email", "name"].into_iter().find_map(|name| body.get(name).and_then(Value::as_str));
    let who = who.ok_or("give {\"name\"} or {\"email\"} of who leaves")?.to_owned();
    let instance = running(world, id)?;
    let present = instance.participants.iter_mut().rev();
    let gone = present.filter(|one| one.leave_ms.is_none()).find(|one| one.name == who || one.email == who);
    let gone = gone.ok_or(format!("`{who}` is not in the meeting"))?;
    gone.leave_ms = Some(now);
    let gone = gone.clone();
    let instance = instance.clone();
    let mut told = stay(world, &instance, &gone, ("leave_time", now));
    if let Some(participant) = told.get_mut("participant").and_then(Value::as_object_mut) {
        participant.insert("leave_reason".into(), json!(format!("{} left the meeting.", gone.name)));
    }
    world.emit("meeting.participant_left", told.clone());
    Ok(told)
}

/// `{"action": "start" | "stop" | "pause" | "resume"}`: cloud recording. It is listed as in progress from the start on.
fn record(world: &mut World, id: i64, body: &Value) -> PlayResult {
    let now = world.now_ms();
    let action = body.get("action").and_then(Value::as_str).unwrap_or("start").to_owned();
    let instance = running(world, id)?.clone();
    if world.recordings.place(&instance.uuid).is_none() {
        if action != "start" {
            return Err("recording has not been started".into());
        }
        world.recordings.push(Recording {
            uuid: instance.uuid.clone(),
            id,
            host: instance.host.clone(),
            topic: instance.topic.clone(),
            kind: u8::try_from(instance.kind).unwrap_or(2),
            start_ms: now,
            minutes: 0,
            timezone: instance.timezone.clone(),
            files: Vec::new(),
            processing: true,
            auto_delete: false,
            generation: 0,
            more: None,
        });
    }
    let place = world.recordings.place(&instance.uuid).ok_or("the recording is gone")?;
    let cycle = i64::try_from(world.recordings.at(place).map_or(0, |row| row.files.len())).unwrap_or_default();
    let (event, ended) = match action.as_str() {
        "start" => ("recording.started", String::new()),
        "stop" => ("recording.stopped", utc(now)),
        "pause" => ("recording.paused", utc(now)),
        "resume" => ("recording.resumed", String::new()),
        _ => return Err("action: start, stop, pause or resume".into()),
    };
    let began = world.recordings.change(place, |row| match action.as_str() {
        // One set of files for every start.
        "start" => {
            row.files.extend(seed::build::set(&row.uuid, cycle, now, 0));
            now
        }
        _ => row.files.last().map_or(now, |file| file.start_ms),
    });
    world.recordings.change(place, |row| {
        let open = row.files.iter_mut().filter(|file| file.start_ms == began.unwrap_or(now));
        open.for_each(|file| file.end_ms = now.max(file.start_ms + 1000));
    });
    let mut told = object(world, &instance);
    if let Some(fields) = told.as_object_mut() {
        let began = utc(began.unwrap_or(now));
        fields.insert("recording_file".into(), json!({"recording_start": began, "recording_end": ended}));
    }
    world.emit(event, told.clone());
    Ok(told)
}

/// Everyone leaves, recording stops, the meeting is over.
pub fn end(world: &mut World, id: i64) -> PlayResult {
    let now = world.now_ms();
    let instance = running(world, id)?.clone();
    for one in instance.participants.iter().filter(|one| one.leave_ms.is_none()) {
        leave(world, id, &json!({"name": one.name}))?;
    }
    let open = world.recordings.get(&instance.uuid).is_some_and(|row| row.processing);
    if open {
        record(world, id, &json!({"action": "stop"}))?;
    }
    let instance = running(world, id)?;
    instance.end_ms = Some(now);
    instance.processed_ms = now + PROCESSING_MS;
    let instance = instance.clone();
    let mut told = object(world, &instance);
    let host = world.user(&instance.host).cloned();
    if let Some(fields) = told.as_object_mut() {
        fields.insert("end_time".into(), json!(utc(now)));
        fields.insert("host_email".into(), json!(host.as_ref().map(|host| &host.email)));
    }
    let more = host.as_ref().map(events::operator).unwrap_or_default();
    world.emit_with("meeting.ended", told.clone(), more);
    Ok(told)
}

/// Processing of the latest instance is done: durations are known, files appear. With `{"transcript": false}`, or when
/// `transcript_delay_min` is set, the transcript is not among them yet.
fn finish(world: &mut World, id: i64, body: &Value) -> PlayResult {
    let now = world.now_ms();
    let delay = world.settings.transcript_delay_min * 60_000;
    let later = body.get("transcript") == Some(&json!(false));
    let instance = world.past.iter_mut().rev().find(|one| one.meeting_id == id && one.end_ms.is_some());
    let instance = instance.ok_or(format!("meeting {id} has not ended"))?;
    instance.processed_ms = now;
    let (uuid, minutes) = (instance.uuid.clone(), instance.minutes());
    let Some(place) = world.recordings.place(&uuid) else {
        return Ok(json!({"uuid": uuid, "recording": null}));
    };
    world.recordings.change(place, |row| {
        row.processing = false;
        row.minutes = minutes;
        for file in &mut row.files {
            let transcript = file.media == Media::Transcript;
            file.ready_ms = match transcript {
                true if later => i64::MAX,
                true => now + delay,
                false => now,
            };
        }
    });
    let mut told = recorded(world, place, |file| file.ready_ms <= now)?;
    if let Some(fields) = told.as_object_mut() {
        fields.insert("on_prem".into(), json!(false));
        fields.insert("recording_play_passcode".into(), json!(world_passcode(&uuid)));
    }
    world.emit("recording.completed", told.clone());
    Ok(told)
}

/// The transcript of the latest recorded instance is ready now.
fn transcript(world: &mut World, id: i64) -> PlayResult {
    let now = world.now_ms();
    let instance = world.ended(id).last().ok_or(format!("meeting {id} has not ended"))?;
    let place = world.recordings.place(&instance.uuid).ok_or("it was not recorded")?;
    world.recordings.change(place, |row| {
        let transcripts = row.files.iter_mut().filter(|file| file.media == Media::Transcript);
        transcripts.for_each(|file| file.ready_ms = file.ready_ms.min(now));
    });
    let told = recorded(world, place, |file| file.media == Media::Transcript)?;
    world.emit("recording.transcript_completed", told.clone());
    Ok(told)
}

/// `{"first_name", "last_name", "email"}`: someone registers on the meeting's page; told, not kept.
fn register(world: &mut World, id: i64, body: &Value) -> PlayResult {
    let meeting = world.meetings.get(&id).ok_or(format!("no meeting {id}"))?;
    let registrant = body.as_object().filter(|fields| fields.contains_key("email")).ok_or("give {\"email\", …}")?;
    let mut registrant = registrant.clone();
    registrant.entry("id").or_insert_with(|| json!(seed::build::uuid("registrant", id)));
    registrant.entry("status").or_insert(json!("approved"));
    if registrant.get("status") == Some(&json!("approved")) {
        let join = format!("{}/w/{id}?tk={}", world.origin, seed::build::uuid("personal-link", id));
        registrant.entry("join_url").or_insert(json!(join));
    }
    let told = json!({"uuid": meeting.uuid, "id": id, "host_id": meeting.host, "topic": meeting.fields.get("topic"),
        "start_time": meeting.fields.get("start_time"), "type": meeting.fields.get("type"), "duration": meeting.fields.get("duration"),
        "timezone": meeting.fields.get("timezone"), "registrant": registrant});
    world.emit("meeting.registration_created", told.clone());
    Ok(told)
}

fn running(world: &mut World, id: i64) -> Result<&mut Instance, String> {
    let live = world.past.iter_mut().rev().find(|one| one.meeting_id == id && one.end_ms.is_none());
    live.ok_or(format!("meeting {id} is not running; POST …/meetings/{id}/start"))
}

/// The meeting as its events name it.
fn object(world: &World, instance: &Instance) -> Value {
    let fields = world.meetings.get(&instance.meeting_id).map(|meeting| &meeting.fields);
    let planned = fields.and_then(|fields| fields.get("duration")).and_then(Value::as_i64).unwrap_or(60);
    json!({"id": instance.meeting_id, "uuid": instance.uuid, "host_id": instance.host, "topic": instance.topic,
        "type": instance.kind, "start_time": utc(instance.start_ms), "timezone": instance.timezone, "duration": planned})
}

/// The meeting with one participant, with the field names of live deliveries.
fn stay(world: &World, instance: &Instance, one: &Participant, (moment, at): (&str, i64)) -> Value {
    let mut told = object(world, instance);
    let participant = json!({"user_id": one.user_id, "user_name": one.name, "id": one.id, "email": one.email,
        "participant_user_id": one.id, "participant_uuid": one.uuid, "registrant_id": one.registrant_id,
        "public_ip": "203.0.113.8", moment: utc(at)});
    if let Some(fields) = told.as_object_mut() {
        fields.insert("participant".into(), participant);
    }
    told
}

/// The recording as its events show it, with the files chosen.
fn recorded(world: &World, place: usize, chosen: impl Fn(&RecordedFile) -> bool) -> PlayResult {
    let row = world.recordings.at(place).ok_or("the recording is gone")?;
    let mut row = row.clone();
    row.files.retain(chosen);
    let mut told = api::shown_recording(world, &row);
    let email = world.user(&row.host).map(|host| host.email.clone());
    if let Some(fields) = told.as_object_mut() {
        let more = json!({"host_email": email, "password": ""});
        fields.extend(more.as_object().cloned().unwrap_or_else(Map::new));
    }
    Ok(told)
}

fn world_passcode(uuid: &str) -> String {
    crate::state::world::hash(uuid).chars().take(32).collect()
}
