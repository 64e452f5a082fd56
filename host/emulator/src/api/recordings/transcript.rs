//! A meeting's transcript, wherever it is kept.

use serde_json::json;

use super::find;
use super::show::{auto_delete_date, download_url, topic};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::seed::ACCOUNT;
use crate::state::media::Media;
use crate::state::recordings::{RecordedFile, Recording};
use crate::state::world::World;
use crate::time::utc;

pub fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let absent = || Answer::error(404, 3322, "This meeting transcript does not exist.");
    let place = match find(world, caller, segment(stars, 0), |_| true) {
        Err(refused) if refused.status == 404 => return Err(absent()),
        other => other?,
    };
    let row = world.recordings.at(place).ok_or_else(absent)?;
    let found = words(row, world.now_ms());
    let mut body = json!({"meeting_id": row.uuid, "account_id": ACCOUNT, "meeting_topic": topic(row),
        "host_id": row.host, "can_download": found.is_ok(), "auto_delete": row.auto_delete});
    if let Some(fields) = body.as_object_mut() {
        if row.auto_delete {
            fields.insert("auto_delete_date".into(), json!(auto_delete_date(row)));
        }
        match found {
            Ok(file) => {
                fields.insert("transcript_created_time".into(), json!(utc(file.ready_ms)));
                fields.insert("download_url".into(), json!(download_url(world, row, file)));
            }
            Err(reason) => drop(fields.insert("download_restriction_reason".into(), json!(reason))),
        }
    }
    Ok(Answer::json(200, &body))
}

/// The transcript, or Zoom's word for why not.
fn words(row: &Recording, now_ms: i64) -> Result<&RecordedFile, &'static str> {
    if row.processing {
        return Err("NOT_READY");
    }
    let apart = row.more.as_ref().and_then(|more| more.transcript.as_ref());
    let mut all = row.files.iter().filter(|file| file.media == Media::Transcript).chain(apart);
    match (row.kind, all.next()) {
        // Uploaded videos have no speakers.
        (99, _) => Err("UNSUPPORTED"),
        (_, None) => Err("NO_TRANSCRIPT_DATA"),
        (_, Some(file)) if file.trash.is_some() => Err("DELETED_OR_TRASHED"),
        (_, Some(file)) if file.ready_ms > now_ms => Err("NOT_READY"),
        (_, Some(file)) => Ok(file),
    }
}
