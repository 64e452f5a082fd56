//! What the requests of one call take from the account's budget, and what they may do, by the manifest's word.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_egress::{Ask, Connection};

use crate::manifest::{Activity, Effect, Manifest, Rate};

/// How often each class may be called, by plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Rates {
    default_plan: String,
    pub(crate) rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

impl Rates {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self { default_plan: manifest.default_plan.clone(), rates: manifest.rates.clone() }
    }
}

/// What an activity's entry says about the pace of its calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// Rate class.
    pub(crate) rate: String,
    /// Limit of one user's day.
    per_user_per_day: Option<u64>,
    one_at_a_time: Option<Alone>,
    /// Whether the input can name a user.
    names_user: bool,
    /// Whether all it does is read, whatever the input.
    pub(crate) reads: bool,
}

/// What the account does once at a time, and for whom where each may have its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Alone {
    what: String,
    /// JSON Pointer into the input.
    of: Option<String>,
}

impl Alone {
    fn name(&self, input: &Value) -> String {
        let of = self.of.as_deref().and_then(|field| input.pointer(field)?.as_str());
        of.map_or_else(|| self.what.clone(), |of| format!("{} {}", self.what, of.to_lowercase()))
    }
}

impl Terms {
    pub(crate) fn of(activity: &Activity) -> Self {
        let more = |key: &str| activity.more.get(key);
        Self {
            rate: activity.rate.clone(),
            per_user_per_day: more("per_user_per_day").and_then(Value::as_u64),
            one_at_a_time: more("one_at_a_time").and_then(|alone| Alone::deserialize(alone).ok()),
            names_user: activity.input.pointer("/properties/user").is_some(),
            reads: activity.effect == Effect::Read && activity.effect_by.is_none(),
        }
    }
}

/// Read once for a call.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    pub(crate) ask: Ask,
    /// What nobody else in the account may do at the same time.
    pub(crate) alone: Option<String>,
    /// Whether the manifest says that nothing but reading is done.
    pub(crate) reads: bool,
}

impl Pace {
    /// A manifest without the class, or without the plan, gives ten requests a second.
    pub(crate) fn of(rates: &Rates, terms: &Terms, input: &Value, connection: &dyn Connection) -> Self {
        let mut pace = Self::class(rates, &terms.rate, connection);
        // A limit of one user counts where the input says whose it is.
        if let Some(limit) = terms.per_user_per_day.filter(|_| terms.names_user) {
            pace.ask.daily.push((format!("user {}", named_user(input, connection)), limit));
        }
        pace.reads = terms.reads;
        pace.alone = terms.one_at_a_time.as_ref().map(|alone| alone.name(input));
        pace
    }

    /// The budget of a rate class alone, for what reads.
    pub(crate) fn class(rates: &Rates, class: &str, connection: &dyn Connection) -> Self {
        let plan = connection.plan().unwrap_or(&rates.default_plan);
        let rate = rates.rates.get(class).and_then(|plans| plans.get(plan));
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
        let (class, daily) = (class.to_owned(), daily.into_iter().collect());
        let ask = Ask { class, limit, window, daily, patience: Duration::ZERO };
        Self { ask, alone: None, reads: true }
    }
}

/// The user a write is for: the input's `user`, or the connected one where the input could have named another.
fn named_user(input: &Value, connection: &dyn Connection) -> String {
    match input.get("user").and_then(Value::as_str) {
        // The account's budget is shared by the connections of several users, each of whom is `me`.
        None | Some("me") => connection.id().to_owned(),
        Some(user) => user.to_lowercase(),
    }
}
