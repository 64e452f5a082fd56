//! Cloud recordings: the operations, and how a path finds its recording.

mod analytics;
mod list;
mod registrants;
mod settings;
mod show;
mod transcript;
mod trash;

use serde_json::Value;

use super::operations::{Operation, admin, row};
use super::{Caller, require_admin, unknown};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::recordings::Recording;
use crate::state::world::World;
use crate::time::parse_day;

const READ: &[&str] = &["recording:read"];
const WRITE: &[&str] = &["recording:write"];
/// Classic scopes do not open it.
const NONE: &[&str] = &[];

/// One meeting's recordings.
const MEETING: &str = "meetings/*/recordings";
/// One file.
const FILE: &str = "meetings/*/recordings/*";
const SETTINGS: &str = "meetings/*/recordings/settings";
const REGISTRANTS: &str = "meetings/*/recordings/registrants";
const REGISTRANT_STATUS: &str = "meetings/*/recordings/registrants/status";
const RECOVER: &str = "cloud_recording:update:recover_meeting_recordings";
const RECOVER_FILE: &str = "cloud_recording:update:recover_single_recording";
const LIST_REGISTRANTS: &str = "cloud_recording:read:list_recording_registrants";
const SUMMARY: &str = "cloud_recording:read:recording_analytics_summary";
const DETAILS: &str = "cloud_recording:read:recording_analytics_details";

#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    row("GET", "users/*/recordings", READ, "cloud_recording:read:list_user_recordings", "Medium", list::of_user),
    admin("GET", "accounts/*/recordings", NONE, "cloud_recording:read:list_account_recordings", "Medium", list::of_account),
    row("GET", MEETING, READ, "cloud_recording:read:list_recording_files", "Light", show::get),
    row("DELETE", MEETING, WRITE, "cloud_recording:delete:meeting_recording", "Light", trash::delete),
    row("DELETE", FILE, WRITE, "cloud_recording:delete:recording_file", "Light", trash::delete_file),
    row("PUT", "meetings/*/recordings/status", WRITE, RECOVER, "Light", trash::recover),
    row("PUT", "meetings/*/recordings/*/status", WRITE, RECOVER_FILE, "Light", trash::recover_file),
    row("GET", SETTINGS, READ, "cloud_recording:read:recording_settings", "Light", settings::get),
    row("PATCH", SETTINGS, WRITE, "cloud_recording:update:recording_settings", "Light", settings::set),
    row("GET", REGISTRANTS, READ, LIST_REGISTRANTS, "Medium", registrants::list),
    row("POST", REGISTRANTS, WRITE, "cloud_recording:write:recording_registrant", "Light", registrants::add),
    row("PUT", REGISTRANT_STATUS, WRITE, "cloud_recording:update:registrant_status", "Medium", registrants::status),
    row("GET", "meetings/*/recordings/analytics_summary", NONE, SUMMARY, "Light", analytics::summary),
    row("GET", "meetings/*/recordings/analytics_details", NONE, DETAILS, "Light", analytics::details),
    row("GET", "meetings/*/transcript", READ, "cloud_recording:read:meeting_transcript", "Medium", transcript::get),
];

/// A recording outside the trash as lists and webhooks show it.
pub fn shown(world: &World, row: &Recording) -> Value {
    show::show(world, row, show::Part::Live)
}

/// The place of the recording a path names, among those that fit, if the caller may touch it.
///
/// A meeting number means its latest instance. A UUID that starts with `/` or contains `//` must come encoded twice.
fn find(world: &mut World, caller: &Caller, segment: &str, fits: impl Fn(&Recording) -> bool) -> Result<usize, Answer> {
    let now = world.now_ms();
    world.recordings.expire(now);
    let once = decode(segment);
    let fits = |place: &usize| world.recordings.at(*place).is_some_and(&fits);
    let place = if let Ok(id) = once.parse::<i64>() {
        let start = |place: &usize| world.recordings.at(*place).map(|row| row.start_ms);
        world.recordings.of_meeting(id).iter().copied().filter(fits).max_by_key(start)
    } else if once.starts_with('/') || once.contains("//") {
        return Err(unknown());
    } else {
        let found = world.recordings.place(&once).or_else(|| world.recordings.place(&decode(&once)));
        found.filter(fits)
    };
    let place = place.ok_or_else(none)?;
    let host = world.recordings.at(place).map(|row| row.host.clone()).unwrap_or_default();
    if host != caller.user.id {
        require_admin(caller)?;
        if world.user(&host).is_none() {
            return Err(Answer::error(400, 1010, "User does not belong to this account."));
        }
    }
    Ok(place)
}

/// The same answer for "none" and "still being processed".
fn none() -> Answer {
    Answer::error(404, 3301, "There is no recording for this meeting.")
}

/// A refusal of a role's right comes inside HTTP 200.
fn no_right() -> Answer {
    Answer::error(200, 200, "You do not have the right permissions.")
}

fn date(call: &Call, name: &str) -> Result<Option<jiff::civil::Date>, Answer> {
    let Some(text) = call.query(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse_day(text).map(Some).ok_or_else(|| Answer::invalid(name, &format!("Invalid parameter: {name}.")))
}
