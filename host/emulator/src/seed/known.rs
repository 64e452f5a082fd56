//! Recordings that examples and tests name: each with one peculiarity, all of December 2025.

use jiff::civil::date;
use serde_json::{Map, Value, json};

use super::build::{file, recording, rename, set, trash_all};
use crate::state::media::Media;
use crate::state::recordings::{Recording, RecordingExtras, Trash, Visit};
use crate::state::world::User;
use crate::time;

const DAY_MS: i64 = 86_400_000;

pub fn recordings(ada: &User, now_ms: i64) -> Vec<Recording> {
    let mut out: Vec<Recording> = [
        (1, "Board meeting", "FilesInTwoSets000000001==", full as fn(&mut Recording, i64)),
        (2, "Interview", "TranscriptElsewhere0002==", transcript_elsewhere),
        (3, "Simulive source", "InUseBySimulive00000003==", |row, _| row.more().in_use = true),
        (4, "Course, lesson 1", "OnDemandRecording000004==", on_demand),
        (5, "Old stand-up", "TrashedWhole00000000005==", |row, now| trash_all(row, now - 3 * DAY_MS)),
        (6, "Too big to come back", "TrashedNoRoom0000000006==", no_room),
        (7, "Without its chat", "OneFileTrashed000000007==", one_trashed),
        (8, "Of a host who left", "HostLeftTheAccount00008==", |row, _| row.host = "GoneUserOfThisAccount0".into()),
        (10, "Words come later", "TranscriptComesLater010==", later),
        (11, "/Begins with a slash", "/SlashFirst000000000011==", |_, _| {}),
    ]
    .into_iter()
    .map(|(n, topic, uuid, peculiar)| {
        let mut row = recording(ada, 1, time::at(date(2025, 12, 1), 10, 0) + n * DAY_MS);
        row.id = 81_250_000_000 + n;
        row.topic = topic.into();
        rename(&mut row, uuid);
        peculiar(&mut row, now_ms);
        row
    })
    .collect();
    // The second meeting was held once more, later.
    let mut again = recording(ada, 1, time::at(date(2025, 12, 20), 10, 0));
    again.id = 81_250_000_002;
    rename(&mut again, "HeldAgainLater000000012==");
    out.push(again);
    out
}

/// Recording was stopped and started again, and everything that Zoom can make was on.
fn full(row: &mut Recording, _: i64) {
    let (uuid, start) = (row.uuid.clone(), row.start_ms + 20 * 60_000);
    row.files.extend(set(&uuid, 1, start, 10));
    for (media, kind) in [
        (Media::Captions, "closed_caption"),
        (Media::ChatMessage, "chat_file"),
        (Media::Csv, "poll"),
        (Media::Summary, "summary"),
        (Media::Thumbnail, "thumbnail"),
        (Media::Mp4, "gallery_view"),
    ] {
        row.files.push(file(&uuid, 2, media, kind, start, 10));
    }
    row.more().voices = vec![file(&uuid, 2, Media::M4a, "audio_only_each_participant", start, 10)];
}

/// No cloud recording had the transcript; the meeting has.
fn transcript_elsewhere(row: &mut Recording, _: i64) {
    row.files.retain(|file| file.media != Media::Transcript);
    let words = file(&row.uuid, 9, Media::Transcript, "audio_transcript", row.start_ms, row.minutes);
    row.more().transcript = Some(words);
}

fn no_room(row: &mut Recording, now_ms: i64) {
    trash_all(row, now_ms - 4 * DAY_MS);
    row.more().no_room = true;
}

fn one_trashed(row: &mut Recording, now_ms: i64) {
    for file in row.files.iter_mut().filter(|file| file.media == Media::Chat) {
        file.trash = Some(Trash { at_ms: now_ms - 5 * DAY_MS, whole: false });
    }
}

/// Made half an hour ago; its transcript is ready in twenty minutes.
fn later(row: &mut Recording, now_ms: i64) {
    row.start_ms = now_ms - 30 * 60_000;
    row.minutes = 12;
    row.files = set(&row.uuid, 0, row.start_ms, 12);
    for file in row.files.iter_mut().filter(|file| file.media == Media::Transcript) {
        file.ready_ms = now_ms + 20 * 60_000;
    }
}

/// Viewers register; three have, and some have watched.
fn on_demand(row: &mut Recording, _: i64) {
    let registrant = |n: i64, first: &str, status: &str| -> Map<String, Value> {
        let fields = json!({"id": format!("RecordingRegistrant{n:03}"), "first_name": first, "last_name": "Example",
            "email": format!("{}@example.com", first.to_lowercase()), "status": status});
        fields.as_object().cloned().unwrap_or_default()
    };
    let visit = |day: i8, minute: i64, name: &str, download| Visit {
        at_ms: time::at(date(2025, 12, day), 9, 0) + minute * 60_000,
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase()),
        seconds: if download { 0 } else { 60 * minute },
        download,
    };
    let settings = json!({"on_demand": true, "approval_type": 1});
    row.more = Some(Box::new(RecordingExtras {
        settings: settings.as_object().cloned().unwrap_or_default(),
        registrants: vec![
            registrant(1, "Mary", "approved"),
            registrant(2, "Katherine", "pending"),
            registrant(3, "Charles", "denied"),
        ],
        visits: vec![visit(10, 3, "Mary", false), visit(10, 40, "Mary", true), visit(12, 5, "Katherine", false)],
        ..RecordingExtras::default()
    }));
}
