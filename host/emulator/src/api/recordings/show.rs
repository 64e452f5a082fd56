//! A recording as Zoom writes it, and one meeting's files.

use serde_json::{Map, Value, json};

use super::{find, no_right, none};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::oauth;
use crate::seed::ACCOUNT;
use crate::state::recordings::{RecordedFile, Recording};
use crate::state::world::{Access, World, hash};
use crate::time::{day, utc};

/// Which files of a recording a list shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Live,
    TrashedWhole,
    TrashedFiles,
}

pub fn get(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let place = find(world, caller, segment(stars, 0), Recording::is_live)?;
    if !caller.user.views_recordings {
        return Ok(no_right());
    }
    let row = world.recordings.at(place).filter(|row| !row.processing).ok_or_else(none)?;
    let uuid = row.uuid.clone();
    let mut fields = fields(world, row, Part::Live);
    let voices = row.more.iter().flat_map(|more| &more.voices);
    let voices: Vec<Value> = voices.map(|voice| participant(world, row, voice)).collect();
    fields.insert("password".into(), json!(""));
    fields.insert("participant_audio_files".into(), json!(voices));
    if call.query("include_fields").is_some_and(|fields| fields.contains("download_access_token")) {
        let ttl = call.query("ttl").and_then(|ttl| ttl.parse::<i64>().ok()).unwrap_or(86_400).clamp(0, 604_800);
        let token = oauth::jwt();
        let access = Access { grant: caller.grant, until_ms: world.now_ms() + ttl * 1000, only_uuid: Some(uuid) };
        world.access.insert(hash(&token), access);
        fields.insert("download_access_token".into(), json!(token));
    }
    Ok(Answer::json(200, &Value::Object(fields)))
}

pub fn show(world: &World, row: &Recording, part: Part) -> Value {
    Value::Object(fields(world, row, part))
}

fn fields(world: &World, row: &Recording, part: Part) -> Map<String, Value> {
    let now = world.now_ms();
    let shown: Vec<&RecordedFile> = match part {
        Part::Live => row.live(now).collect(),
        Part::TrashedWhole => row.trashed(true).collect(),
        Part::TrashedFiles => row.trashed(false).collect(),
    };
    let files: Vec<Value> = match row.processing && part == Part::Live {
        true => vec![in_progress(row)],
        false => shown.iter().map(|f| file(world, row, f)).collect(),
    };
    let voices = row.more.iter().flat_map(|more| &more.voices);
    let size: u64 = shown.iter().copied().chain(voices).map(|file| file.size).sum();
    let body = json!({
        "uuid": row.uuid, "id": row.id, "account_id": ACCOUNT, "host_id": row.host, "topic": topic(row), "type": row.kind,
        "start_time": utc(row.start_ms), "timezone": row.timezone, "duration": row.minutes, "total_size": size,
        "recording_count": files.len(), "share_url": share_url(world, row), "recording_files": files,
    });
    let Value::Object(mut fields) = body else {
        return Map::new();
    };
    if row.auto_delete {
        fields.insert("auto_delete".into(), json!(true));
        fields.insert("auto_delete_date".into(), json!(auto_delete_date(row)));
    }
    fields
}

/// The topic as it was changed in the recording's settings.
pub fn topic(row: &Recording) -> &str {
    let set = row.more.as_ref().and_then(|more| more.settings.get("topic")?.as_str());
    set.unwrap_or(&row.topic)
}

pub fn share_url(world: &World, row: &Recording) -> String {
    format!("{}/rec/share/{}", world.origin, hash(&row.uuid))
}

pub fn auto_delete_date(row: &Recording) -> String {
    day(row.start_ms + 365 * 86_400_000).to_string()
}

fn file(world: &World, row: &Recording, file: &RecordedFile) -> Value {
    let (file_type, extension) = file.media.names();
    let mut body = json!({
        "id": file.id, "meeting_id": row.uuid, "recording_start": utc(file.start_ms), "recording_end": utc(file.end_ms),
        "file_type": file_type, "file_extension": extension, "file_size": file.size, "status": "completed",
        "recording_type": file.recording_type, "download_url": download_url(world, row, file),
    });
    if let Some(fields) = body.as_object_mut() {
        if file_type != "TIMELINE" {
            fields.insert("play_url".into(), json!(format!("{}/rec/play/{}", world.origin, file.id)));
        }
        if let Some(trash) = file.trash {
            fields.insert("deleted_time".into(), json!(utc(trash.at_ms)));
        }
    }
    body
}

fn participant(world: &World, row: &Recording, voice: &RecordedFile) -> Value {
    json!({"id": voice.id, "file_name": "Audio only - Grace Hopper", "file_type": "M4A", "file_extension": "M4A",
        "file_size": voice.size, "recording_start": utc(voice.start_ms), "recording_end": utc(voice.end_ms),
        "status": "completed", "recording_type": voice.recording_type,
        "download_url": download_url(world, row, voice), "play_url": format!("{}/rec/play/{}", world.origin, voice.id)})
}

/// The address of a file; dead once another file of the recording is gone.
pub fn download_url(world: &World, row: &Recording, file: &RecordedFile) -> String {
    let place = world.recordings.place(&row.uuid).unwrap_or_default();
    format!("{}/rec/download/{place}.{}.{}", world.origin, row.generation, file.id)
}

fn in_progress(row: &Recording) -> Value {
    json!({"id": "", "meeting_id": row.uuid, "recording_start": utc(row.start_ms), "recording_end": "", "file_type": "",
        "file_extension": "", "file_size": 0, "play_url": "", "download_url": "", "status": "processing", "recording_type": ""})
}
