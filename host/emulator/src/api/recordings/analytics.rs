//! Who viewed and downloaded a recording, a month at most.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{date, find, none};
use crate::api::{Caller, paging, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::recordings::{Recording, Visit};
use crate::state::world::World;
use crate::time::{day, month_before, utc};

pub fn summary(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let (from, to) = period(world, call)?;
    let visits = visits(world, caller, segment(stars, 0), from, to)?;
    let mut days: BTreeMap<Date, (i64, i64)> = BTreeMap::new();
    for visit in visits {
        let counts = days.entry(day(visit.at_ms)).or_default();
        if visit.download { counts.1 += 1 } else { counts.0 += 1 }
    }
    let rows: Vec<Value> = days
        .into_iter()
        .map(|(day, (views, downloads))| {
            json!({"date": day.to_string(), "views_total_count": views, "downloads_total_count": downloads})
        })
        .collect();
    Ok(Answer::json(200, &json!({"from": from.to_string(), "to": to.to_string(), "analytics_summary": rows})))
}

pub fn details(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let (from, to) = period(world, call)?;
    let download = match call.query("type").unwrap_or("by_view") {
        "by_view" => false,
        "by_download" => true,
        _ => return Err(Answer::invalid("type", "Invalid parameter: type.")),
    };
    let visits = visits(world, caller, segment(stars, 0), from, to)?;
    let rows: Vec<Value> = visits
        .iter()
        .filter(|visit| visit.download == download)
        .map(|visit| {
            json!({"date_time": utc(visit.at_ms), "name": visit.name, "email": visit.email, "duration": visit.seconds})
        })
        .collect();
    let mut body = paging::page(world, call, "", "analytics_details", &rows)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("from".into(), json!(from.to_string()));
        fields.insert("to".into(), json!(to.to_string()));
    }
    Ok(Answer::json(200, &body))
}

/// Today alone when nothing is asked; longer than a month is cut.
fn period(world: &World, call: &Call) -> Result<(Date, Date), Answer> {
    let today = day(world.now_ms());
    let to = date(call, "to")?.unwrap_or(today);
    let from = date(call, "from")?.unwrap_or(today);
    Ok((from.max(month_before(to)), to))
}

fn visits(world: &mut World, caller: &Caller, segment: &str, from: Date, to: Date) -> Result<Vec<Visit>, Answer> {
    let place = find(world, caller, segment, Recording::is_live)?;
    let row = world.recordings.at(place).ok_or_else(none)?;
    let all = row.more.iter().flat_map(|more| &more.visits);
    Ok(all.filter(|visit| (from..=to).contains(&day(visit.at_ms))).cloned().collect())
}
