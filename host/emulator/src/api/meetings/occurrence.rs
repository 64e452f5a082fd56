//! One time of a repeating meeting.

use serde_json::{Map, Value, json};

use super::super::unknown;
use super::show;
use crate::http::answer::Answer;
use crate::state::meetings::Occurrence;
use crate::state::schedule;
use crate::state::world::World;

fn find<'a>(world: &'a mut World, id: i64, occurrence: &str) -> Result<&'a mut Occurrence, Answer> {
    let meeting = world.meetings.get_mut(&id).ok_or_else(unknown)?;
    let found = meeting.occurrences.iter_mut().find(|one| one.id == occurrence && !one.deleted);
    found.ok_or_else(|| Answer::invalid("occurrence_id", "Invalid parameter: occurrence_id."))
}

/// Put what is special about this time over the meeting's answer.
pub fn show(world: &mut World, id: i64, occurrence: &str, body: &mut Value) -> Result<(), Answer> {
    let one = find(world, id, occurrence)?.clone();
    let meeting = world.meetings.get(&id).ok_or_else(unknown)?;
    let row = show::occurrence(meeting, &one);
    if let Some(fields) = body.as_object_mut() {
        for name in ["start_time", "duration"] {
            fields.insert(name.to_owned(), row.get(name).cloned().unwrap_or_default());
        }
        fields.insert("occurrences".into(), json!([row]));
        fields.extend(one.fields.into_iter().filter(|(name, _)| name != "start_time"));
    }
    Ok(())
}

/// Take times, agenda and settings; drop the rest, and a start in the past, without a word.
pub fn change(
    world: &mut World,
    id: i64,
    occurrence: &str,
    sent: &Map<String, Value>,
    licensed: bool,
) -> Result<(), Answer> {
    let now = world.now_ms();
    let meeting = world.meetings.get(&id).ok_or_else(unknown)?;
    let mut timed = sent.clone();
    if !timed.contains_key("timezone") {
        timed.insert("timezone".into(), meeting.fields.get("timezone").cloned().unwrap_or_default());
    }
    let start = schedule::start(&timed).filter(|start| *start >= now);
    let mut settings = meeting.fields.get("settings").cloned().unwrap_or_default();
    let one = find(world, id, occurrence)?;
    if let Some(start) = start {
        one.start_ms = start;
    }
    for name in ["duration", "agenda"] {
        if let Some(value) = sent.get(name) {
            one.fields.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(sent) = sent.get("settings") {
        if let Some(stored) = one.fields.remove("settings") {
            settings = stored;
        }
        schedule::merge_settings(&mut settings, Some(sent), licensed);
        one.fields.insert("settings".into(), settings);
    }
    Ok(())
}

/// Whether no time is left.
pub fn delete(world: &mut World, id: i64, occurrence: &str) -> Result<bool, Answer> {
    find(world, id, occurrence)?.deleted = true;
    let meeting = world.meetings.get(&id).ok_or_else(unknown)?;
    Ok(meeting.occurrences.iter().all(|one| one.deleted))
}
