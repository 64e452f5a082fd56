//! Cloud recordings. Links to files stay inside, as in the activities: `recordings.download` opens them with the connection's rights.

use super::delivery::Delivery;
use super::fields::Fields;
use super::meetings::meeting;
use crate::bindings::events::{RecordingEvent, RecordingProgress};
use crate::bindings::recordings::{Recording, RecordingKind};
use crate::json;
use crate::wire;

/// Fields of a file that the public record has, or that are links.
const OF_FILES: [&str; 12] = [
    "id",
    "recording_start",
    "recording_end",
    "recording_type",
    "file_type",
    "file_size",
    "file_extension",
    "file_name",
    "status",
    "deleted_time",
    "play_url",
    "download_url",
];

/// Started or stopped.
pub fn progress(delivery: Delivery) -> Option<RecordingProgress> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let mut object = std::mem::take(&mut payload.object);
    let mut file = object.object("recording_file").unwrap_or_default();
    let (recording_start, recording_end) = (file.time("recording_start"), file.time("recording_end"));
    if let Some(rest) = file.rest() {
        payload.fields.put_back("recording_file", rest.into());
    }
    Some(RecordingProgress {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        meeting: meeting(object)?,
        recording_start,
        recording_end,
        more: payload.more(),
    })
}

/// Completed, trashed, deleted, recovered.
pub fn changed(delivery: Delivery) -> Option<RecordingEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let mut object = std::mem::take(&mut payload.object);
    let recording = recording(&mut object)?;
    match object.text("account_id") {
        Some(account) if payload.account_id.as_ref() != Some(&account) => {
            object.put_back("account_id", account.into());
        }
        _ => {}
    }
    payload.fields.absorb(object);
    Some(RecordingEvent {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        recording,
        more: payload.more(),
    })
}

/// Takes what the public record has.
fn recording(object: &mut Fields) -> Option<Recording> {
    const KNOWN: [&str; 12] = [
        "uuid",
        "id",
        "host_id",
        "host_email",
        "topic",
        "start_time",
        "timezone",
        "duration",
        "total_size",
        "share_url",
        "recording_play_passcode",
        "auto_delete_date",
    ];
    let text = object.whole().to_string();
    let (read, left_out) = json::read::<wire::recording::Recording>(text.as_bytes()).ok()?;
    let public = read.public(&left_out)?;
    object.forget(&KNOWN);
    if public.kind != RecordingKind::Unknown {
        object.forget(&["type"]);
    }
    for list in ["recording_files", "participant_audio_files"] {
        let rests = object.list(list, |mut file| {
            let id = file.clone().text("id");
            file.forget(&OF_FILES);
            // It repeats the recording's, as a rule.
            if file.clone().text("meeting_id").as_ref() == Some(&public.meeting_uuid) {
                file.forget(&["meeting_id"]);
            }
            Some((id, file.rest()))
        });
        let rests: Vec<serde_json::Value> = rests
            .into_iter()
            .flatten()
            .filter_map(|(id, rest)| {
                let mut rest: serde_json::Value = rest?.into();
                rest.as_object_mut()?.insert("id".to_owned(), id.into());
                Some(rest)
            })
            .collect();
        if !rests.is_empty() {
            object.put_back(list, rests.into());
        }
    }
    Some(public)
}
