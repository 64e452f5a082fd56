//! Reports on hosts and on operations: a month at a time, six months back. What is asked beyond is cut without an error.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::operations::{Operation, admin};
use super::users::need;
use super::{Caller, paging};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::plan::{Plan, require_plan};
use crate::state::world::{User, World};
use crate::time::{at, day, month_before, next_day, parse_day, utc};

const READ: &[&str] = &["report:read"];
const MONTHS_KEPT: usize = 6;

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "report/users", READ, "report:read:list_users", "Heavy", hosts),
    admin("GET", "report/operationlogs", READ, "report:read:operation_logs", "Heavy", operations),
];

#[derive(Default)]
struct Activity {
    meetings: i64,
    participants: i64,
    minutes: i64,
}

fn hosts(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    let (from, to) = period(world, call, caller)?;
    let active = activity(world, from, to);
    let inactive = call.query("type") == Some("inactive");
    let group = call.query("group_id").unwrap_or_default().to_owned();
    let wanted = |user: &&User| {
        user.status == "active"
            && active.contains_key(&user.id) != inactive
            && (group.is_empty() || user.groups.contains(&group))
    };
    let nothing = Activity::default();
    let rows: Vec<Value> = world
        .users
        .iter()
        .filter(wanted)
        .map(|user| {
            let done = active.get(&user.id).unwrap_or(&nothing);
            json!({"id": user.id, "email": user.email, "user_name": user.name(), "type": user.kind,
                "dept": user.profile.get("dept").cloned().unwrap_or(json!("")), "meetings": done.meetings,
                "participants": done.participants, "meeting_minutes": done.minutes})
        })
        .collect();
    let total = |name: &str| rows.iter().filter_map(|row| row.get(name)).filter_map(Value::as_i64).sum::<i64>();
    let totals = [
        ("total_meetings", "meetings"),
        ("total_participants", "participants"),
        ("total_meeting_minutes", "meeting_minutes"),
    ]
    .map(|(name, of)| (name.to_owned(), json!(total(of))));
    let mut body = paging::page(world, call, "report", "users", &rows)?;
    if let Some(fields) = body.as_object_mut() {
        fields.extend(totals);
        fields.insert("from".into(), json!(from.to_string()));
        fields.insert("to".into(), json!(to.to_string()));
    }
    Ok(Answer::json(200, &body))
}

/// Held meetings, and recordings of meetings that nobody played.
fn activity(world: &World, from: Date, to: Date) -> BTreeMap<String, Activity> {
    let inside = |ms: i64| (from..=to).contains(&day(ms));
    let mut found = BTreeMap::<String, Activity>::new();
    let mut seen = BTreeSet::new();
    for held in world.past.iter().filter(|held| inside(held.start_ms)) {
        let done = found.entry(held.host.clone()).or_default();
        done.meetings += 1;
        done.minutes += held.minutes();
        done.participants += i64::try_from(held.participants.len()).unwrap_or_default();
        seen.insert(held.uuid.clone());
    }
    let (first, last) = (at(from, 0, 0), at(next_day(to), 0, 0));
    for place in world.recordings.between(None, first, last) {
        if let Some(recording) = world.recordings.at(place).filter(|recording| !seen.contains(&recording.uuid)) {
            let done = found.entry(recording.host.clone()).or_default();
            done.meetings += 1;
            done.minutes += recording.minutes;
            done.participants += 1;
        }
    }
    found
}

fn operations(world: &mut World, call: &Call, caller: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    let (from, to) = period(world, call, caller)?;
    let category = call.query("category_type").filter(|category| *category != "all");
    let mut rows: Vec<Value> = world
        .directory
        .operations
        .iter()
        .filter(|one| (from..=to).contains(&day(one.at_ms)) && category.is_none_or(|category| category == one.category))
        .map(|one| {
            json!({"time": utc(one.at_ms), "operator": one.operator, "category_type": one.category, "action": one.action,
                "operation_detail": one.detail})
        })
        .collect();
    rows.reverse();
    let mut body = paging::page(world, call, "log", "operation_logs", &rows)?;
    if let Some(fields) = body.as_object_mut() {
        // This report has neither totals nor an echo of the period.
        fields.retain(|name, _| matches!(name.as_str(), "next_page_token" | "page_size" | "operation_logs"));
    }
    Ok(Answer::json(200, &body))
}

/// Both days are needed; the period is cut to a month, and to what is kept.
fn period(world: &World, call: &Call, caller: &Caller) -> Result<(Date, Date), Answer> {
    require_plan(world, Plan::Pro)?;
    need(world, caller, "UsageReport:Read")?;
    let read = |name: &str| {
        call.query(name)
            .and_then(parse_day)
            .ok_or_else(|| Answer::invalid(name, &format!("Invalid parameter: {name}.")))
    };
    let (from, to) = (read("from")?, read("to")?);
    let kept = (0..MONTHS_KEPT).fold(day(world.now_ms()), |date, _| month_before(date));
    Ok((from.max(month_before(to)).max(kept), to))
}
