//! The budget that the requests of one call take from, as the manifest declares it.

use std::time::Duration;

use serde_json::Value;
use switchboard_egress::{Ask, Connection};
use switchboard_manifest::{CallTerms, Rates};

/// Requests a second of a class for which the manifest has no limit.
const DEFAULT_LIMIT: u32 = 10;

/// Read once for a call.
#[derive(Debug, Clone)]
pub(crate) struct CallBudget {
    pub(crate) ask: Ask,
    /// Name of what the account does once at a time.
    pub(crate) lock: Option<String>,
}

impl CallBudget {
    /// The budget of a call of one activity.
    pub(crate) fn of(rates: &Rates, terms: &CallTerms, input: &Value, connection: &dyn Connection) -> Self {
        let mut budget = Self::class(rates, &terms.rate, connection);
        if let Some(limit) = terms.per_user_per_day {
            budget.ask.daily.push((format!("user {}", named_user(input, connection)), limit));
        }
        budget.lock = terms.lock_name(input);
        budget
    }

    /// The budget of a rate class.
    pub(crate) fn class(rates: &Rates, class: &str, connection: &dyn Connection) -> Self {
        let rate = rates.limit(class, connection.plan());
        let per_second = rate.and_then(|rate| rate.per_second);
        let per_minute = rate.and_then(|rate| rate.per_minute);
        let (limit, seconds) = match (per_second, per_minute) {
            (Some(limit), _) => (limit, 1),
            (None, Some(limit)) => (limit, 60),
            (None, None) => (DEFAULT_LIMIT, 1),
        };
        let mut daily = Vec::new();
        if let Some(rate) = rate
            && let Some(limit) = rate.per_day
        {
            let pool = rate.day_pool.as_deref().unwrap_or(class);
            daily.push((format!("{pool} requests"), u64::from(limit)));
        }
        let window = Duration::from_secs(seconds);
        let ask = Ask { class: class.to_owned(), limit, window, daily, patience: Duration::ZERO };
        Self { ask, lock: None }
    }
}

/// The user that a write is for: the input's `user`, or the connected one where the input could have named another.
fn named_user(input: &Value, connection: &dyn Connection) -> String {
    match input.get("user").and_then(Value::as_str) {
        // The account's budget is shared by the connections of several users, each of whom is `me`.
        None | Some("me") => connection.id().to_owned(),
        Some(user) => user.to_lowercase(),
    }
}
