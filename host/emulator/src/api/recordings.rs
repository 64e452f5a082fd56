//! Cloud recordings: list by month, one meeting's files, trash and recovery.

use serde_json::{Value, json};

use super::operations::{Operation, row};
use super::{Caller, paging, require_admin, segment, target, unknown};
use crate::answer::Answer;
use crate::call::{Call, decode};
use crate::events;
use crate::oauth;
use crate::seed::ACCOUNT;
use crate::time::{day, month_before, next_day, parse_day, utc};
use crate::world::{Access, RecordedFile, Recording, World, hash};

const READ: &[&str] = &["recording:read"];
const WRITE: &[&str] = &["recording:write"];

pub const OPERATIONS: &[Operation] = &[
    row("GET", "users/*/recordings", READ, "cloud_recording:read:list_user_recordings", "Medium", list),
    row("GET", "meetings/*/recordings", READ, "cloud_recording:read:list_recording_files", "Light", get),
    row("DELETE", "meetings/*/recordings", WRITE, "cloud_recording:delete:meeting_recording", "Light", delete),
    row("DELETE", "meetings/*/recordings/*", WRITE, "cloud_recording:delete:recording_file", "Light", delete_file),
    row(
        "PUT",
        "meetings/*/recordings/status",
        WRITE,
        "cloud_recording:update:recover_meeting_recordings",
        "Light",
        recover,
    ),
    row(
        "PUT",
        "meetings/*/recordings/*/status",
        WRITE,
        "cloud_recording:update:recover_single_recording",
        "Light",
        recover_file,
    ),
];

fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.id.clone();
    let today = day(world.now_ms());
    let to = date(call, "to")?.unwrap_or_else(|| next_day(today));
    let asked = date(call, "from")?.unwrap_or(today);
    let from = asked.max(month_before(to));
    let trash = call.query("trash") == Some("true");
    let meeting = call.query("meeting_id");
    let mut found: Vec<&Recording> = world
        .recordings
        .iter()
        .filter(|row| row.host == host && meeting.is_none_or(|id| id == row.id.to_string()))
        .filter(|row| match trash {
            true => row.trashed_ms.is_some(),
            false => row.trashed_ms.is_none() && (from..=to).contains(&day(row.start_ms)),
        })
        .collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.start_ms));
    let rows: Vec<Value> = found.into_iter().map(|row| show(world, row, trash)).collect();
    let mut body = paging::page(world, call, &host, "meetings", &rows)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("from".into(), json!(from.to_string()));
        fields.insert("to".into(), json!(to.to_string()));
    }
    Ok(Answer::json(200, &body))
}

/// The place of the recording a path names, if the caller may touch it.
fn named(world: &World, caller: &Caller, segment: &str, trashed: bool) -> Result<usize, Answer> {
    let at = locate(world, segment, trashed)?;
    let host = world.recordings.get(at).map(|recording| recording.host.as_str());
    if host != Some(&caller.user.id) {
        require_admin(caller)?;
    }
    Ok(at)
}

fn delete(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let at = named(world, caller, segment(stars, 0), false)?;
    let now = world.now_ms();
    match world.recordings.get_mut(at) {
        Some(recording) if call.query("action") != Some("delete") => {
            recording.trashed_ms = Some(now);
            tell(world, caller, at, "recording.trashed");
        }
        _ => {
            tell(world, caller, at, "recording.deleted");
            world.recordings.remove(at);
        }
    }
    Ok(Answer::empty(204))
}

/// Tell about the recording at that place.
fn tell(world: &mut World, caller: &Caller, at: usize, event: &str) {
    if let Some(object) = world.recordings.get(at).map(|row| show(world, row, true)) {
        world.emit_with(event, object, events::operator(&caller.user));
    }
}

fn recover(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let at = named(world, caller, segment(stars, 0), true)?;
    if let Some(recording) = world.recordings.get_mut(at) {
        recording.trashed_ms = None;
        tell(world, caller, at, "recording.recovered");
    }
    Ok(Answer::empty(200))
}

fn delete_file(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let at = named(world, caller, segment(stars, 0), false)?;
    let now = world.now_ms();
    let files = &mut world.recordings.get_mut(at).ok_or_else(none)?.files;
    let position = files.iter().position(|file| file.id == segment(stars, 1)).ok_or_else(none)?;
    match files.get_mut(position) {
        Some(file) if call.query("action") != Some("delete") => file.trashed_ms = Some(now),
        _ => drop(files.remove(position)),
    }
    Ok(Answer::empty(204))
}

fn recover_file(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let at = named(world, caller, segment(stars, 0), true)?;
    let files = &mut world.recordings.get_mut(at).ok_or_else(none)?.files;
    let file = files.iter_mut().find(|file| file.id == segment(stars, 1)).ok_or_else(none)?;
    file.trashed_ms = None;
    Ok(Answer::empty(204))
}

fn get(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let at = named(world, caller, segment(stars, 0), false)?;
    if !caller.user.views_recordings {
        return Ok(Answer::error(200, 200, "You do not have the right permissions."));
    }
    let recording = world.recordings.get(at).ok_or_else(none)?;
    if recording.processing {
        return Err(none());
    }
    let uuid = recording.uuid.clone();
    let mut body = show(world, recording, false);
    let extra = call.query("include_fields").is_some_and(|fields| fields.contains("download_access_token"));
    if let Some(fields) = body.as_object_mut() {
        fields.insert("password".into(), json!(""));
        fields.insert("participant_audio_files".into(), json!([]));
        if extra {
            let ttl = call.query("ttl").and_then(|ttl| ttl.parse::<i64>().ok()).unwrap_or(86_400).clamp(0, 604_800);
            let token = oauth::jwt();
            let access = Access { grant: caller.grant, until_ms: world.now_ms() + ttl * 1000, only_uuid: Some(uuid) };
            world.access.insert(hash(&token), access);
            fields.insert("download_access_token".into(), json!(token));
        }
    }
    Ok(Answer::json(200, &body))
}

/// A meeting number means its latest instance. A UUID that starts with `/` or contains `//` must come encoded twice.
fn locate(world: &World, segment: &str, trashed: bool) -> Result<usize, Answer> {
    let once = decode(segment);
    let rows = world.recordings.iter().enumerate().filter(|(_, row)| row.trashed_ms.is_none() || trashed);
    if let Ok(id) = once.parse::<i64>() {
        return rows
            .filter(|(_, row)| row.id == id)
            .max_by_key(|(_, row)| row.start_ms)
            .map(|(at, _)| at)
            .ok_or_else(none);
    }
    if once.starts_with('/') || once.contains("//") {
        return Err(unknown());
    }
    let twice = decode(&once);
    rows.filter(|(_, row)| row.uuid == once || row.uuid == twice).map(|(at, _)| at).next().ok_or_else(none)
}

pub fn show(world: &World, row: &Recording, trash: bool) -> Value {
    let files: Vec<Value> = match row.processing {
        true => vec![in_progress(row)],
        false => row
            .files
            .iter()
            .filter(|file| trash || file.trashed_ms.is_none())
            .map(|f| file(world, row, f, trash))
            .collect(),
    };
    let size: u64 = row.files.iter().map(|file| file.size).sum();
    let mut body = json!({
        "uuid": row.uuid, "id": row.id, "account_id": ACCOUNT, "host_id": row.host, "topic": row.topic, "type": row.kind,
        "start_time": utc(row.start_ms), "timezone": row.timezone, "duration": row.minutes, "total_size": size,
        "recording_count": files.len(), "share_url": format!("{}/rec/share/{}", world.origin, hash(&row.uuid)),
        "recording_files": files,
    });
    if let Some(fields) = body.as_object_mut().filter(|_| row.auto_delete) {
        fields.insert("auto_delete".into(), json!(true));
        fields.insert("auto_delete_date".into(), json!(day(row.start_ms + 365 * 86_400_000).to_string()));
    }
    body
}

fn file(world: &World, row: &Recording, file: &RecordedFile, trash: bool) -> Value {
    let (file_type, extension) = file.media.names();
    let mut body = json!({
        "id": file.id, "meeting_id": row.uuid, "recording_start": utc(file.start_ms), "recording_end": utc(file.end_ms),
        "file_type": file_type, "file_extension": extension, "file_size": file.size, "status": "completed",
        "recording_type": file.recording_type, "download_url": format!("{}/rec/download/{}", world.origin, file.id),
    });
    if let Some(fields) = body.as_object_mut() {
        if file_type != "TIMELINE" {
            fields.insert("play_url".into(), json!(format!("{}/rec/play/{}", world.origin, file.id)));
        }
        if let Some(at) = file.trashed_ms.or(row.trashed_ms).filter(|_| trash) {
            fields.insert("deleted_time".into(), json!(utc(at)));
        }
    }
    body
}

fn in_progress(row: &Recording) -> Value {
    json!({"id": "", "meeting_id": row.uuid, "recording_start": utc(row.start_ms), "recording_end": "", "file_type": "",
        "file_extension": "", "file_size": 0, "play_url": "", "download_url": "", "status": "processing", "recording_type": ""})
}

fn date(call: &Call, name: &str) -> Result<Option<jiff::civil::Date>, Answer> {
    let Some(text) = call.query(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse_day(text).map(Some).ok_or_else(|| Answer::invalid(name, &format!("Invalid parameter: {name}.")))
}

/// The same answer for "none" and "still being processed".
fn none() -> Answer {
    Answer::error(404, 3301, "There is no recording for this meeting.")
}
