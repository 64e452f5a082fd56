//! Into the trash, out of it, and gone for good; a whole recording or one file.

use serde_json::Value;

use super::show::{Part, show};
use super::{find, none};
use crate::api::{Caller, segment};
use crate::events;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::recordings::{Recording, Trash};
use crate::state::world::World;

pub fn delete(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let forever = forever(call)?;
    let place = find(world, caller, segment(stars, 0), |row| forever || row.is_live())?;
    deletable(world, place, false)?;
    if forever {
        tell(world, caller, place, "recording.deleted", Part::Live);
        world.recordings.remove(place);
    } else {
        let trash = Trash { at_ms: world.now_ms(), whole: true };
        world.recordings.change(place, |row| {
            row.generation += 1;
            for file in row.files.iter_mut().filter(|file| file.trash.is_none()) {
                file.trash = Some(trash);
            }
        });
        tell(world, caller, place, "recording.trashed", Part::TrashedWhole);
    }
    Ok(Answer::empty(204))
}

pub fn delete_file(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let forever = forever(call)?;
    let id = segment(stars, 1);
    let has = |row: &Recording| {
        row.processing || row.files.iter().any(|file| file.id == id && (forever || file.trash.is_none()))
    };
    let place = find(world, caller, segment(stars, 0), has)?;
    deletable(world, place, true)?;
    let trash = Trash { at_ms: world.now_ms(), whole: false };
    let empty = world.recordings.change(place, |row| {
        row.generation += 1;
        if forever {
            row.files.retain(|file| file.id != id);
        }
        for file in row.files.iter_mut().filter(|file| file.id == id) {
            file.trash = Some(trash);
        }
        row.files.is_empty()
    });
    if empty == Some(true) {
        world.recordings.remove(place);
    }
    Ok(Answer::empty(204))
}

/// Takes a UUID alone.
pub fn recover(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    recovers(call)?;
    let named = segment(stars, 0);
    if named.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(none());
    }
    let place = find(world, caller, named, |row| row.files.iter().any(|file| file.trash.is_some()))?;
    room(world, place)?;
    world.recordings.change(place, |row| row.files.iter_mut().for_each(|file| file.trash = None));
    tell(world, caller, place, "recording.recovered", Part::Live);
    Ok(Answer::empty(200))
}

pub fn recover_file(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    recovers(call)?;
    let id = segment(stars, 1);
    let has = |row: &Recording| row.files.iter().any(|file| file.id == id && file.trash.is_some());
    let place = find(world, caller, segment(stars, 0), has)?;
    room(world, place)?;
    world.recordings.change(place, |row| {
        row.files.iter_mut().filter(|file| file.id == id).for_each(|file| file.trash = None);
    });
    Ok(Answer::empty(204))
}

/// Tell about the recording at that place.
fn tell(world: &mut World, caller: &Caller, place: usize, event: &str, part: Part) {
    if let Some(mut object) = world.recordings.at(place).map(|row| show(world, row, part)) {
        // Lists of the trash say when; the event does not.
        let files = object.get_mut("recording_files").and_then(Value::as_array_mut);
        for file in files.into_iter().flatten().filter_map(Value::as_object_mut) {
            file.remove("deleted_time");
        }
        world.emit_with(event, object, events::operator(&caller.user));
    }
}

fn forever(call: &Call) -> Result<bool, Answer> {
    match call.query("action").unwrap_or("trash") {
        "trash" => Ok(false),
        "delete" => Ok(true),
        _ => Err(Answer::invalid("action", "Invalid parameter: action.")),
    }
}

fn recovers(call: &Call) -> Result<(), Answer> {
    let action = call.json().and_then(|body| body.get("action").and_then(Value::as_str).map(str::to_owned));
    match action.as_deref() {
        Some("recover") => Ok(()),
        _ => Err(Answer::invalid("action", "Invalid field.")),
    }
}

fn deletable(world: &World, place: usize, one_file: bool) -> Result<(), Answer> {
    let row = world.recordings.at(place).ok_or_else(none)?;
    if row.processing {
        let uncompleted = || Answer::error(400, 3303, "You can not delete an uncompleted meeting.");
        return Err(if one_file { uncompleted() } else { none() });
    }
    if row.more.as_ref().is_some_and(|more| more.in_use) {
        return Err(Answer::error(400, 3310, "This recording is used by a simulive webinar."));
    }
    Ok(())
}

fn room(world: &World, place: usize) -> Result<(), Answer> {
    let row = world.recordings.at(place).ok_or_else(none)?;
    if row.more.as_ref().is_some_and(|more| more.no_room) {
        return Err(Answer::error(400, 3309, "Not enough cloud storage available."));
    }
    Ok(())
}
