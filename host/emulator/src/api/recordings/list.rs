//! The lists: by month, of a user or of the account, and the trash, which knows no dates.

use serde_json::{Value, json};

use super::date;
use super::show::{Part, show};
use crate::api::{Caller, paging, segment, target};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::seed::ACCOUNT;
use crate::state::world::World;
use crate::time::{at, day, month_before, next_day};

pub fn of_user(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let host = target(world, caller, segment(stars, 0))?.id.clone();
    list(world, call, Some(&host))
}

pub fn of_account(world: &mut World, call: &Call, _: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    match decode(segment(stars, 0)).as_str() {
        "me" | ACCOUNT => list(world, call, None),
        _ => Err(Answer::error(404, 2001, "Account does not exist.")),
    }
}

fn list(world: &mut World, call: &Call, host: Option<&str>) -> Result<Answer, Answer> {
    let now = world.now_ms();
    world.recordings.expire(now);
    let today = day(now);
    let to = date(call, "to")?.unwrap_or_else(|| next_day(today));
    let asked = date(call, "from")?.unwrap_or(today);
    // A longer period is not refused but cut; only the answer's own `from` tells.
    let from = asked.max(month_before(to));
    let trash = call.query("trash") == Some("true") && host.is_some();
    let part = match call.query("trash_type") {
        _ if !trash => Part::Live,
        Some("recording_file") => Part::TrashedFiles,
        _ => Part::TrashedWhole,
    };
    let meeting = call.query("meeting_id");
    let mut places = match part {
        Part::Live => world.recordings.between(host, at(from, 0, 0), at(next_day(to), 0, 0)),
        _ => world.recordings.in_trash().collect(),
    };
    places.retain(|place| {
        world.recordings.at(*place).is_some_and(|row| {
            host.is_none_or(|host| row.host == host)
                && meeting.is_none_or(|id| id == row.id.to_string())
                && match part {
                    Part::Live => row.is_live(),
                    Part::TrashedWhole => row.trashed(true).next().is_some(),
                    Part::TrashedFiles => row.trashed(false).next().is_some(),
                }
        })
    });
    let (page, mut body) = paging::window(world, call, host.unwrap_or(ACCOUNT), places.len())?;
    let shown = places.get(page).unwrap_or_default().iter();
    let rows: Vec<Value> =
        shown.filter_map(|place| world.recordings.at(*place).map(|row| show(world, row, part))).collect();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("from".into(), json!(from.to_string()));
        fields.insert("to".into(), json!(to.to_string()));
        fields.insert("meetings".into(), Value::Array(rows));
    }
    Ok(Answer::json(200, &body))
}
