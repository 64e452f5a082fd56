//! One activity: its effect, its scopes, its schemas.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One activity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activity {
    /// Without the connector: `meetings.create`.
    pub name: String,
    pub area: String,
    pub title: String,
    pub summary: String,
    /// The worst it can do.
    pub effect: Effect,
    /// Where the input decides which effect it is.
    #[serde(default)]
    pub effect_by: Option<EffectBy>,
    pub idempotency: Idempotency,
    /// Whether a host runs it without being told to.
    #[serde(default)]
    pub policy: Policy,
    /// The sentence to confirm before a destructive effect.
    #[serde(default)]
    pub confirm: Option<String>,
    #[serde(default)]
    pub scopes: Scopes,
    /// Rate class; a key of [`crate::Manifest::rates`].
    pub rate: String,
    #[serde(default)]
    pub plan: Option<String>,
    #[serde(default)]
    pub errors: Vec<String>,
    #[serde(default)]
    pub examples: Vec<Example>,
    pub input: Value,
    pub output: Value,
    /// Fields this host version does not interpret (hints, paging, …), kept for other surfaces.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// Whether a host runs an activity without being told to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    #[default]
    On,
    /// Only where the caller allows it by name.
    Off,
}

/// An effect that depends on one field of the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EffectBy {
    /// JSON Pointer to the field.
    pub field: String,
    /// The field's value when it is absent.
    pub default: String,
    pub cases: BTreeMap<String, Effect>,
}

impl Activity {
    /// What a call with this input does. A value that the manifest does not name has the worst effect.
    pub fn effect_of(&self, input: &Value) -> Effect {
        effect_of(self.effect, self.effect_by.as_ref(), input)
    }
}

/// What a call with this input does. `worst` is the effect where the manifest does not name the input's value.
pub(crate) fn effect_of(worst: Effect, effect_by: Option<&EffectBy>, input: &Value) -> Effect {
    let Some(effect_by) = effect_by else { return worst };
    let value = match input.pointer(&effect_by.field) {
        None => Some(effect_by.default.as_str()),
        Some(value) => value.as_str(),
    };
    value.and_then(|value| effect_by.cases.get(value)).copied().unwrap_or(worst)
}

/// What an activity does to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Read,
    Write,
    Destructive,
}

/// What a repeat of the same call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idempotency {
    Read,
    Idempotent,
    CheckThenAct,
    Unsafe,
}

/// Sets of scopes, any one of which is enough, in the service's two spellings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Scopes {
    #[serde(default)]
    pub classic: Vec<Vec<String>>,
    #[serde(default)]
    pub granular: Vec<Vec<String>>,
}

/// An input with a title for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Example {
    pub title: String,
    pub input: Value,
    /// The code of the problem that it shows; none for an input that works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
