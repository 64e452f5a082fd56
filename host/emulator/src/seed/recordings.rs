//! Ada's year: several pages in November, and the shapes that break clients.

use jiff::civil::date;

use crate::media::{self, Media};
use crate::time;
use crate::world::{RecordedFile, Recording, User, hash};

use super::uuid;

const TOPICS: [&str; 6] =
    ["Weekly sync", "Design review", "Kunden-Gespräch: Müller", "Quarter plan / budget", "Interview 🎤", "All hands"];

/// Ada's recordings by month, January to November.
const BY_MONTH: [(i8, i64); 11] =
    [(1, 3), (2, 2), (3, 4), (4, 2), (5, 3), (6, 5), (7, 2), (8, 3), (9, 6), (10, 9), (11, 37)];

pub fn small(users: &[User], now_ms: i64) -> Vec<Recording> {
    let mut out = Vec::new();
    let [Some(ada), Some(grace), Some(alan)] = [users.first(), users.get(1), users.get(2)] else {
        return out;
    };
    let mut n = 0;
    for (month, count) in BY_MONTH {
        for k in 0..count {
            n += 1;
            let day = i8::try_from(1 + k * 21 / count).unwrap_or(1);
            let start = time::at(date(2026, month, day), 8 + i8::try_from(k % 9).unwrap_or(0), 2);
            out.push(recording(ada, n, start));
        }
    }
    for k in 0..4 {
        n += 1;
        out.push(recording(grace, n, time::at(date(2026, 10, 5), 15, 0) + k * 7 * 86_400_000));
    }
    out.push(recording(alan, n + 1, time::at(date(2026, 11, 10), 9, 0)));
    special(&mut out, ada, now_ms);
    out
}

/// The rows that clients stumble over.
fn special(out: &mut Vec<Recording>, ada: &User, now_ms: i64) {
    if let Some(first) = out.get_mut(20) {
        rename(first, "/ajXp112QmuoKj4854875A==");
    }
    if let Some(second) = out.get_mut(41) {
        rename(second, "ab//cdEF0123456789abcQ==");
    }
    if let Some(several) = out.get_mut(42) {
        let later = set(&several.uuid, 1, several.start_ms + 25 * 60_000, 12);
        several.files.extend(later);
        several.minutes = 37;
    }
    for trashed in out.iter_mut().skip(43).take(2) {
        trashed.trashed_ms = Some(now_ms - 2 * 86_400_000);
    }
    let mut live = recording(ada, 9001, now_ms - 10 * 60_000);
    live.topic = "In progress right now".into();
    live.files.clear();
    live.processing = true;
    out.push(live);
}

fn recording(host: &User, n: i64, start_ms: i64) -> Recording {
    let uuid = uuid("recording", n);
    let minutes = 15 + n % 40;
    let topic = TOPICS.get(usize::try_from(n).unwrap_or(0) % TOPICS.len()).copied().unwrap_or("Meeting");
    Recording {
        files: set(&uuid, 0, start_ms + 60_000, minutes - 1),
        uuid,
        // Every fourth row is the same recurring meeting: one id, many instances.
        id: if n % 4 == 0 { 81_200_000_000 } else { 81_200_000_000 + n },
        host: host.id.clone(),
        topic: topic.into(),
        kind: if n % 4 == 0 { 8 } else { 2 },
        start_ms,
        minutes,
        timezone: host.timezone.clone(),
        trashed_ms: None,
        processing: false,
        auto_delete: n % 5 == 0,
    }
}

/// One start/stop cycle: video, sound, transcript, chat and timeline.
fn set(uuid: &str, cycle: i64, start_ms: i64, minutes: i64) -> Vec<RecordedFile> {
    [
        (Media::Mp4, "shared_screen_with_speaker_view"),
        (Media::M4a, "audio_only"),
        (Media::Transcript, "audio_transcript"),
        (Media::Chat, "chat_file"),
        (Media::Timeline, "timeline"),
    ]
    .into_iter()
    .map(|(media, recording_type)| {
        let id = file_id(&format!("{uuid}-{cycle}-{recording_type}"));
        let size = media::content(media, &id).len() as u64;
        let end_ms = start_ms + minutes * 60_000;
        RecordedFile { id, media, recording_type, start_ms, end_ms, size, trashed_ms: None }
    })
    .collect()
}

fn rename(recording: &mut Recording, uuid: &str) {
    recording.uuid = uuid.into();
    recording.files = set(uuid, 0, recording.start_ms + 60_000, recording.minutes - 1);
}

/// A UUID with dashes.
fn file_id(name: &str) -> String {
    let hex = hash(name);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
