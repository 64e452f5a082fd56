//! What every part of a seed is built of: ids, and recordings with their files.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::state::media::{self, Media};
use crate::state::recordings::{RecordedFile, Recording, Trash};
use crate::state::world::{User, hash};

pub const TOPICS: [&str; 6] =
    ["Weekly sync", "Design review", "Kunden-Gespräch: Müller", "Quarter plan / budget", "Interview 🎤", "All hands"];

/// A 22-character id, the same for the same name and number.
pub fn id(kind: &str, n: i64) -> String {
    URL_SAFE_NO_PAD.encode(digest(kind, n))
}

/// A meeting UUID: 16 bytes in base64, which may contain `/`, `+` and `=`.
pub fn uuid(kind: &str, n: i64) -> String {
    STANDARD.encode(digest(kind, n))
}

fn digest(kind: &str, n: i64) -> [u8; 16] {
    let full = Sha256::digest(format!("{kind}-{n}").as_bytes());
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(full) {
        *to = from;
    }
    out
}

pub fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Everything of it into the trash.
pub fn trash_all(recording: &mut Recording, at_ms: i64) {
    for file in &mut recording.files {
        file.trash = Some(Trash { at_ms, whole: true });
    }
}

pub fn recording(host: &User, n: i64, start_ms: i64) -> Recording {
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
        processing: false,
        auto_delete: n % 5 == 0,
        generation: 0,
        more: None,
    }
}

/// One start/stop cycle: video, sound, transcript, chat and timeline.
pub fn set(uuid: &str, cycle: i64, start_ms: i64, minutes: i64) -> Vec<RecordedFile> {
    [
        (Media::Mp4, "shared_screen_with_speaker_view"),
        (Media::M4a, "audio_only"),
        (Media::Transcript, "audio_transcript"),
        (Media::Chat, "chat_file"),
        (Media::Timeline, "timeline"),
    ]
    .into_iter()
    .map(|(media, recording_type)| file(uuid, cycle, media, recording_type, start_ms, minutes))
    .collect()
}

/// One file, ready when the recording ends.
pub fn file(
    uuid: &str,
    cycle: i64,
    media: Media,
    recording_type: &'static str,
    start_ms: i64,
    minutes: i64,
) -> RecordedFile {
    let id = file_id(&format!("{uuid}-{cycle}-{recording_type}"));
    let size = media::size(media, &id);
    let end_ms = start_ms + minutes * 60_000;
    RecordedFile { id, media, recording_type, start_ms, end_ms, size, ready_ms: end_ms, trash: None }
}

pub fn rename(recording: &mut Recording, uuid: &str) {
    recording.uuid = uuid.into();
    recording.files = set(uuid, 0, recording.start_ms + 60_000, recording.minutes - 1);
}

/// A UUID with dashes.
pub fn file_id(name: &str) -> String {
    let hex = hash(name);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
