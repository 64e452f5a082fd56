//! What the requests of one call take from the account's budget, by the manifest's word.

use std::time::Duration;

use serde_json::Value;
use switchboard_egress::{Ask, Connection};

use crate::manifest::{Activity, Manifest};

/// Read once for a call.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    pub(crate) ask: Ask,
    /// What nobody else in the account may do at the same time.
    pub(crate) alone: Option<String>,
}

impl Pace {
    /// A manifest without the class, or without the plan, gives ten requests a second.
    pub(crate) fn of(manifest: &Manifest, activity: &Activity, input: &Value, connection: &dyn Connection) -> Self {
        let mut pace = Self::class(manifest, &activity.rate, connection);
        // A limit of one user counts where the input says whose it is.
        if let (Some(limit), Some(user)) =
            (activity.more.get("per_user_per_day").and_then(Value::as_u64), named_user(activity, input))
        {
            pace.ask.daily.push((format!("user {user}"), limit));
        }
        pace.alone = activity.more.get("one_at_a_time").and_then(|alone| {
            let what = alone.get("what")?.as_str()?;
            let of = alone.get("of").and_then(Value::as_str).and_then(|field| input.pointer(field)?.as_str());
            Some(of.map_or_else(|| what.to_owned(), |of| format!("{what} {}", of.to_lowercase())))
        });
        pace
    }

    /// The budget of a rate class alone.
    pub(crate) fn class(manifest: &Manifest, class: &str, connection: &dyn Connection) -> Self {
        let plan = connection.plan().unwrap_or(&manifest.default_plan);
        let rate = manifest.rates.get(class).and_then(|plans| plans.get(plan));
        let (limit, window) = match rate {
            Some(rate) => match (rate.per_second, rate.per_minute) {
                (Some(limit), _) => (limit, Duration::from_secs(1)),
                (None, Some(limit)) => (limit, Duration::from_secs(60)),
                (None, None) => (10, Duration::from_secs(1)),
            },
            None => (10, Duration::from_secs(1)),
        };
        let pool = rate.and_then(|rate| rate.day_pool.as_deref()).unwrap_or(class);
        let daily = rate.and_then(|rate| rate.per_day).map(|limit| (format!("{pool} requests"), u64::from(limit)));
        let ask = Ask { class: class.to_owned(), limit, window, daily: daily.into_iter().collect() };
        Self { ask, alone: None }
    }
}

/// The user a write is for: the input's `user`, or the connected one where the input could have named another.
fn named_user(activity: &Activity, input: &Value) -> Option<String> {
    activity.input.pointer("/properties/user")?;
    Some(input.get("user").and_then(Value::as_str).unwrap_or("me").to_lowercase())
}
