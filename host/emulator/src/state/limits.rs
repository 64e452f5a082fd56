//! Limits by account, host and object, counted on the virtual clock.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::fault;
use crate::http::answer::Answer;
use crate::state::plan::Plan;
use crate::state::world::World;

const DAY_MS: i64 = 86_400_000;
/// Meeting and webinar creates and updates of one host in one UTC day.
const MEETING_WRITES: u32 = 100;
/// Additions of the same registrant to the same meeting in one UTC day.
const REGISTRANT_ADDS: u32 = 3;
/// Status changes of one registrant in one UTC day.
const REGISTRANT_STATUS: u32 = 10;

/// What was used in the current UTC day, minute and second.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    day: Window,
    minute: Window,
    second: Window,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Window {
    /// Which day, minute or second the figures belong to.
    at: i64,
    used: HashMap<String, u32>,
}

impl Window {
    /// What is used so far; figures of an earlier window are forgotten.
    fn used(&mut self, at: i64, what: &str) -> u32 {
        if self.at != at {
            *self = Self { at, used: HashMap::new() };
        }
        self.used.get(what).copied().unwrap_or_default()
    }

    fn add(&mut self, what: &str) {
        *self.used.entry(what.to_owned()).or_default() += 1;
    }
}

/// The figures of a label on a plan: requests in a second (for Resource-intensive, a minute) and in a UTC day.
fn figures(plan: Plan, label: &str) -> (u32, Option<u32>) {
    match (label, plan) {
        ("Light", Plan::Free) => (4, Some(6_000)),
        ("Light", Plan::Pro) => (30, None),
        ("Light", Plan::Business) => (80, None),
        ("Medium", Plan::Free) => (2, Some(2_000)),
        ("Medium", Plan::Pro) => (20, None),
        ("Medium", Plan::Business) => (60, None),
        ("Heavy", Plan::Free) => (1, Some(1_000)),
        ("Heavy", Plan::Pro) => (10, Some(30_000)),
        ("Heavy", Plan::Business) => (40, Some(60_000)),
        (_, Plan::Free | Plan::Pro) => (10, Some(30_000)),
        (_, Plan::Business) => (20, Some(60_000)),
    }
}

const LABELS: [&str; 4] = ["Light", "Medium", "Heavy", "Resource-intensive"];

/// From Pro on, Heavy and Resource-intensive share the daily figure.
fn pool(plan: Plan, label: &str) -> String {
    match label {
        "Heavy" | "Resource-intensive" if plan != Plan::Free => "label Heavy and Resource-intensive".to_owned(),
        label => format!("label {label}"),
    }
}

/// What `/_emulator/limits` says: the figures of the plan and what of today's is used.
pub fn show(world: &mut World) -> Value {
    let (plan, today) = (world.settings.plan, world.now_ms().div_euclid(DAY_MS));
    let mut body = json!({"plan": plan, "per_second": {}, "per_minute": {}, "today": {}});
    for label in LABELS {
        let (short, daily) = figures(plan, label);
        let window = if label == "Resource-intensive" { "per_minute" } else { "per_second" };
        let used = world.counters.day.used(today, &pool(plan, label));
        for (group, value) in [(window, json!(short)), ("today", json!({"limit": daily, "used": used}))] {
            if let Some(group) = body.get_mut(group).and_then(Value::as_object_mut) {
                group.insert(label.to_owned(), value);
            }
        }
    }
    body
}

/// `{"used_today": {"Light": 5990}}`: say that so much of a day's figure is used, to meet its end without sending it all.
pub fn set(world: &mut World, body: &Value) -> Result<(), String> {
    let used = body.get("used_today").and_then(Value::as_object).ok_or("give {\"used_today\": {label: number}}")?;
    let (plan, today) = (world.settings.plan, world.now_ms().div_euclid(DAY_MS));
    for (label, number) in used {
        let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|_| LABELS.contains(&label.as_str())).ok_or(format!("labels are {LABELS:?}"))?;
        world.counters.day.used(today, "");
        world.counters.day.used.insert(pool(plan, label), number);
    }
    Ok(())
}

/// Count one request of this label, whichever app sends it: the figure of its short window and what is left of it.
pub fn count(world: &mut World, label: &'static str) -> Result<Option<(u32, u32)>, Answer> {
    if !world.settings.rate_limits {
        return Ok(None);
    }
    let now = world.now_ms();
    let (plan, style) = (world.settings.plan, world.settings.retry_after);
    let (short, daily) = figures(plan, label);
    let pool = pool(plan, label);
    let counters = &mut world.counters;
    if let Some(most) = daily.filter(|most| counters.day.used(now.div_euclid(DAY_MS), &pool) >= *most) {
        return Err(fault::daily(label, most, now, style));
    }
    let (window, length) = match label {
        "Resource-intensive" => (&mut counters.minute, 60_000),
        _ => (&mut counters.second, 1000),
    };
    let used = window.used(now.div_euclid(length), label);
    if used >= short {
        return Err(fault::per_second(label, short));
    }
    window.add(label);
    counters.day.used(now.div_euclid(DAY_MS), &pool);
    counters.day.add(&pool);
    Ok(Some((short, short - used - 1)))
}

impl World {
    /// Count one use of `what` in this UTC day; false, and not counted, when `most` are used already.
    pub fn count_today(&mut self, what: &str, most: u32) -> bool {
        let today = self.now_ms().div_euclid(DAY_MS);
        let within = self.counters.day.used(today, what) < most;
        if within {
            self.counters.day.add(what);
        }
        within
    }
}

/// A create or update of a meeting or webinar of this host.
pub fn meeting_write(world: &mut World, host: &str) -> Result<(), Answer> {
    if world.count_today(&format!("meeting writes {host}"), MEETING_WRITES) { Ok(()) } else { Err(fault::user_limit()) }
}

/// An addition of the registrant with this e-mail to this meeting.
pub fn registrant_add(world: &mut World, meeting: i64, email: &str) -> Result<(), Answer> {
    let within = world.count_today(&format!("registrant {meeting} {}", email.to_lowercase()), REGISTRANT_ADDS);
    let text = format!(
        "You have exceeded the daily rate limit of ({REGISTRANT_ADDS}) for Add meeting registrant API requests for the \
         registrant ({email})."
    );
    if within { Ok(()) } else { Err(Answer::error(429, 429, text)) }
}

/// A change of this registrant's status.
pub fn registrant_status(world: &mut World, registrant: &str) -> Result<(), Answer> {
    let within = world.count_today(&format!("registrant status {registrant}"), REGISTRANT_STATUS);
    let text = format!(
        "You have exceeded the daily rate limit of ({REGISTRANT_STATUS}) for Update meeting registrant status API \
         requests for the registrant."
    );
    if within { Ok(()) } else { Err(Answer::error(429, 429, text)) }
}
