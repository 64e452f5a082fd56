//! The small seed, with answers that Zoom's documents do not allow but clients must survive.

use jiff::civil::date;
use serde_json::{Map, Value, json};

use super::build::id;
use super::recordings;
use crate::state::patches::Patch;
use crate::state::people::User;
use crate::state::recordings::Recording;
use crate::time;

/// Ada's recordings of the small seed.
pub fn recordings(users: &[User], now_ms: i64) -> Vec<Recording> {
    recordings::small(users, now_ms)
}

/// Every row is the same on every start.
pub fn patches(users: &[User]) -> Vec<Patch> {
    let long = "ß".repeat(20_000);
    let mut all = vec![
        // Users: numbers as text and the reverse, states and licences nobody knows, absent and empty fields.
        patch(
            &id("user", 2),
            json!({"type": "2", "role_id": 2, "pmi": "3542471132", "verified": true, "created_at": 1}),
            &[],
        ),
        patch(
            &id("user", 3),
            json!({"status": "hibernating", "type": 77, "timezone": "", "last_login_time": "", "dept": null}),
            &[],
        ),
        patch(
            &id("user", 5),
            json!({"first_name": "Zoë 🎤 \u{0000}\u{202e}", "last_name": "مرحبا", "display_name": long}),
            &[],
        ),
        patch(
            &id("user", 6),
            json!({"zoom_one_type": u64::MAX, "pmi": i64::MAX, "license_info_list": {}, "group_ids": "none"}),
            &[],
        ),
        patch("katherine@managed.test", json!({}), &["id", "type", "status", "created_at", "first_name"]),
    ];
    // Rows of the seed's fullest month.
    let november = time::at(date(2026, 11, 1), 0, 0);
    let rows = recordings::small(users, 0)
        .into_iter()
        .filter(|row| row.start_ms >= november && row.trashed(true).next().is_none());
    let uuids = rows.map(|row| row.uuid).skip(8);
    let rows = recording_changes();
    all.extend(uuids.zip(rows).map(|(uuid, (set, drop))| patch(&uuid, set, drop)));
    all
}

/// Changes to as many recordings.
fn recording_changes() -> Vec<(Value, &'static [&'static str])> {
    let file = |more: Value| {
        let mut file = json!({"meeting_id": "x", "recording_start": "2026-11-02T08:03:00Z", "recording_end": "2026-11-02T08:30:00Z",
            "file_type": "MP4", "file_extension": "MP4", "file_size": 1, "status": "completed", "recording_type": "speaker_view",
            "download_url": ""});
        if let (Some(fields), Some(more)) = (file.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        file
    };
    vec![
        (json!({"recording_files": [file(json!({})), file(json!({})), file(json!({"id": ""}))]}), &[]),
        (json!({"recording_files": null, "recording_count": "3", "total_size": -1}), &[]),
        (json!({}), &["recording_files", "topic", "timezone", "share_url", "total_size"]),
        (json!({"type": "8", "duration": "31", "id": "81200000000", "total_size": 1e19, "auto_delete": "yes"}), &[]),
        (
            json!({"recording_files": [file(json!({"id": "a", "file_type": "HOLOGRAM", "recording_type": "smell_o_vision",
            "status": "pondering"})), file(json!({"id": "b", "file_type": 7, "file_size": "12 MB", "recording_end": ""}))]}),
            &[],
        ),
        (json!({"start_time": "", "topic": "", "timezone": "Mars/Olympus_Mons", "host_email": ""}), &[]),
        (json!({"start_time": "yesterday", "topic": "\u{0007}\u{202e} Größe 🎤", "duration": -5}), &[]),
        (json!({"recording_files": {}, "type": null, "uuid": ""}), &[]),
        (json!({"recording_files": [null, 7, "file", [], file(json!({"id": null}))]}), &[]),
    ]
}

fn patch(key: &str, set: Value, drop: &[&str]) -> Patch {
    Patch {
        key: key.to_owned(),
        set: set.as_object().cloned().unwrap_or_else(Map::new),
        drop: drop.iter().map(|name| (*name).to_owned()).collect(),
    }
}
