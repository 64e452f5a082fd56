//! Ada's year: several pages in November, and the shapes that break clients.

use jiff::civil::date;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::state::media::{self, Media};
use crate::state::recordings::{RecordedFile, Recording};
use crate::state::world::User;
use crate::time;

use super::build::{TOPICS, recording, rename, set, trash_all};
use super::known;

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
    out.extend(known::recordings(ada, now_ms));
    out
}

/// A big account: `count` recordings of all these hosts, evenly over the three years before `now_ms`.
pub fn campus(hosts: &[User], count: usize, now_ms: i64) -> Vec<Recording> {
    let hosts: Vec<&User> = hosts.iter().filter(|user| user.status != "pending").collect();
    if hosts.is_empty() {
        return Vec::new();
    }
    let total = i64::try_from(count).unwrap_or(i64::MAX);
    let step = 3 * 365 * 86_400_000 / total.max(1);
    // Hosts follow one another in an order without pattern, the same on every start.
    let host = |n: u64| hosts.get(usize::try_from(mix(n)).unwrap_or(0) % hosts.len());
    (1..=total)
        .zip(1u64..)
        .filter_map(|(n, seed)| {
            let host = host(seed)?;
            let start_ms = now_ms - n * step;
            let minutes = 15 + n % 40;
            let uuid = STANDARD.encode([mix(seed ^ 0xA5A5).to_be_bytes(), mix(seed ^ 0x5A5A).to_be_bytes()].concat());
            let kinds = [
                (Media::Mp4, "shared_screen_with_speaker_view"),
                (Media::M4a, "audio_only"),
                (Media::Transcript, "audio_transcript"),
            ];
            let files = kinds.into_iter().zip(0u64..).take(if n % 2 == 0 { 3 } else { 2 });
            let files = files.map(|((media, kind), k)| {
                let id = format!("{seed:08x}-{k:04x}-4000-8000-{:012x}", mix(seed * 4 + k) >> 16);
                let end_ms = start_ms + minutes * 60_000;
                let size = media::size(media, &id);
                RecordedFile { id, media, recording_type: kind, start_ms, end_ms, size, ready_ms: end_ms, trash: None }
            });
            Some(Recording {
                files: files.collect(),
                uuid,
                id: 82_000_000_000 + n / 3,
                host: host.id.clone(),
                topic: TOPICS.get(usize::try_from(n).unwrap_or(0) % TOPICS.len()).copied().unwrap_or("Meeting").into(),
                kind: if n % 3 == 0 { 8 } else { 2 },
                start_ms,
                minutes,
                timezone: host.timezone.clone(),
                processing: false,
                auto_delete: n % 5 == 0,
                generation: 0,
                more: None,
            })
        })
        .collect()
}

/// Numbers without pattern, by Steele, Lea and Flood's SplitMix64.
fn mix(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
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
        trash_all(trashed, now_ms - 2 * 86_400_000);
    }
    let mut live = recording(ada, 9001, now_ms - 10 * 60_000);
    live.topic = "In progress right now".into();
    live.files.clear();
    live.processing = true;
    out.push(live);
}
