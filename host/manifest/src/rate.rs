//! How often each rate class may be called, and what a host reads about one activity at each call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::activity::{Activity, Effect, EffectBy, effect_of};
use crate::manifest::Manifest;

/// How often one rate class may be called on one plan. An absent figure is no limit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rate {
    pub per_second: Option<u32>,
    /// Where the service counts by the minute.
    pub per_minute: Option<u32>,
    /// UTC day.
    pub per_day: Option<u32>,
    /// The class whose day this class counts in; its own when absent.
    pub day_pool: Option<String>,
}

/// The rate limits of every class, by plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rates {
    default_plan: String,
    rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

impl Rates {
    /// The rate limits of a manifest.
    pub fn of(manifest: &Manifest) -> Self {
        Self { default_plan: manifest.default_plan.clone(), rates: manifest.rates.clone() }
    }

    /// The limit of a class on a plan; on the manifest's default plan where the plan is not known.
    pub fn limit(&self, class: &str, plan: Option<&str>) -> Option<&Rate> {
        self.rates.get(class)?.get(plan.unwrap_or(&self.default_plan))
    }
}

/// What an activity's entry says about the pace and the effect of its calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CallTerms {
    /// Rate class.
    pub rate: String,
    /// How often it may be called for one user in a UTC day; only where the input can name that user.
    pub per_user_per_day: Option<u64>,
    one_at_a_time: Option<OneAtATime>,
    effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effect_by: Option<EffectBy>,
    /// Whether it names an activity that undoes it.
    pub reversible: bool,
}

impl CallTerms {
    /// The terms of one activity.
    pub fn of(activity: &Activity) -> Self {
        let field = |key: &str| activity.more.get(key);
        let names_user = activity.input.pointer("/properties/user").is_some();
        let per_user_per_day = field("per_user_per_day").and_then(Value::as_u64);
        Self {
            rate: activity.rate.clone(),
            per_user_per_day: if names_user { per_user_per_day } else { None },
            one_at_a_time: field("one_at_a_time").and_then(|value| OneAtATime::deserialize(value).ok()),
            effect: activity.effect,
            effect_by: activity.effect_by.clone(),
            reversible: field("reversible_by").is_some_and(Value::is_string),
        }
    }

    /// What a call with this input does, like [`Activity::effect_of`].
    pub fn effect_of(&self, input: &Value) -> Effect {
        effect_of(self.effect, self.effect_by.as_ref(), input)
    }

    /// The name of what the account does once at a time in a call with this input; none for an activity without that limit.
    pub fn lock_name(&self, input: &Value) -> Option<String> {
        self.one_at_a_time.as_ref().map(|limit| limit.name(input))
    }
}

/// What the account does once at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OneAtATime {
    what: String,
    /// JSON Pointer into the input, where the limit is for each value of a field.
    of: Option<String>,
}

impl OneAtATime {
    fn name(&self, input: &Value) -> String {
        match self.of.as_deref().and_then(|field| input.pointer(field)?.as_str()) {
            Some(value) => format!("{} {}", self.what, value.to_lowercase()),
            None => self.what.clone(),
        }
    }
}
