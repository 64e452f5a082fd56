//! The resolved manifest a connector carries: what every surface knows about its activities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::deliveries::{Deliveries, EventEntry, EventExample};
pub use crate::remedy::{AppFacts, Guide, PlanCheck, Remedy, RoleCheck, UserCheck};

/// Everything a host may know about a connector without running it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format; `1`.
    pub manifest: String,
    /// First part of every activity id, for example `zoom`.
    pub connector: String,
    pub version: String,
    pub title: String,
    /// What it does, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// A picture for lists, as SVG without scripts.
    #[serde(default)]
    pub icon: String,
    pub auth: Auth,
    /// Of all clouds together; [`Profile::hosts`] says which are of one.
    pub hosts: Hosts,
    /// How often each rate class may be called, by the account's plan.
    #[serde(default)]
    pub rates: BTreeMap<String, BTreeMap<String, Rate>>,
    /// The plan of accounts whose plan is not known.
    #[serde(default)]
    pub default_plan: String,
    /// What each problem code means and what to do.
    #[serde(default)]
    pub errors: Vec<ErrorEntry>,
    /// What each of the service's own codes means.
    #[serde(default)]
    pub refusals: Vec<RefusalEntry>,
    /// What keeps people from connecting or calling, and the steps that mend it.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
    /// How to make an app of each kind, and what an administrator prepares.
    #[serde(default)]
    pub guides: Vec<Guide>,
    /// What an app is registered with, besides scopes.
    #[serde(default)]
    pub app: AppFacts,
    /// How the rights of the connected user's role are found out.
    #[serde(default)]
    pub role_check: Option<RoleCheck>,
    /// How it is found out whether the connected user may still sign in.
    #[serde(default)]
    pub user_check: Option<UserCheck>,
    /// How deliveries of the service are treated.
    #[serde(default)]
    pub deliveries: Deliveries,
    pub activities: Vec<Activity>,
    /// What the service tells by itself.
    #[serde(default)]
    pub events: Vec<EventEntry>,
}

/// How to sign in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Auth {
    #[serde(default)]
    pub methods: Vec<Value>,
    /// Cloud addresses by name.
    pub profiles: BTreeMap<String, Profile>,
    pub authorize_path: String,
    pub token_path: String,
    pub revoke_path: String,
    /// Codes of the token service that say more than the standard does: the state each puts a connection in, or `app`.
    #[serde(default)]
    pub token_errors: BTreeMap<String, String>,
    /// Where the event of a removed app says what; read by whoever receives events.
    #[serde(default)]
    pub deauthorization: Option<Value>,
    /// Where a code for the device flow is asked for, when the service has that flow.
    #[serde(default)]
    pub device_path: Option<String>,
    /// What the scopes end with that act for a whole account.
    #[serde(default)]
    pub admin_suffix: String,
    /// Scopes that are part of others, each with those it is part of: an app needs one or the other.
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<String>>,
    /// All scopes of all activities, by style.
    #[serde(default)]
    pub scopes: AllScopes,
}

/// All scopes of all activities, by style.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AllScopes {
    #[serde(default)]
    pub classic: Vec<String>,
    #[serde(default)]
    pub granular: Vec<String>,
}

/// Addresses of one cloud.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    /// For people.
    #[serde(default)]
    pub title: String,
    pub api_base: String,
    pub oauth_base: String,
    /// The hosts of this cloud alone; the connector's own list where a cloud has none.
    #[serde(default)]
    pub hosts: Option<Hosts>,
    /// The packaged app of this cloud, where there is one.
    #[serde(default)]
    pub app: Option<PackagedApp>,
}

/// An app that comes with the connector. Its secret is no secret: everybody has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackagedApp {
    pub client_id: String,
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// Hosts the connector may reach, by purpose; `*.example.com` means any name below it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hosts {
    #[serde(default)]
    pub api: Vec<String>,
    /// Hosts that may see the credential.
    #[serde(default)]
    pub credential: Vec<String>,
    #[serde(default)]
    pub download: Vec<String>,
}

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

/// One problem code for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorEntry {
    pub code: String,
    pub cause: String,
    #[serde(default)]
    pub fix: Option<String>,
    /// `never`, `after` or `after-user-action`.
    #[serde(default)]
    pub retry: String,
}

/// One of the service's own codes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefusalEntry {
    pub code: i64,
    /// The HTTP statuses under which it has this meaning; none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// The problem code that it becomes.
    pub problem: String,
    pub cause: String,
    /// What to do, where it is more than the problem's own `fix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

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
    /// Rate class; a key of [`Manifest::rates`].
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
    /// Only where [`crate::CallOptions::allow`] names it.
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
        let Some(by) = &self.effect_by else { return self.effect };
        let value = match input.pointer(&by.field) {
            None => Some(by.default.as_str()),
            Some(value) => value.as_str(),
        };
        value.and_then(|value| by.cases.get(value)).copied().unwrap_or(self.effect)
    }
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

impl Manifest {
    /// The activity behind a full id such as `zoom.meetings.create`.
    pub fn activity(&self, id: &str) -> Option<&Activity> {
        let name = id.strip_prefix(&self.connector)?.strip_prefix('.')?;
        self.activities.iter().find(|activity| activity.name == name)
    }

    /// The event behind a full id such as `zoom.meeting.created`, or behind the service's own name.
    pub fn event(&self, id: &str) -> Option<&EventEntry> {
        let full = id.strip_prefix(&self.connector).and_then(|rest| rest.strip_prefix('.'));
        self.events.iter().find(|event| event.name == id || Some(event.name.as_str()) == full)
    }

    /// The hosts that a connection to this cloud may reach: those of other clouds are not among them.
    pub fn hosts_of(&self, profile: &str) -> &Hosts {
        self.auth.profiles.get(profile).and_then(|found| found.hosts.as_ref()).unwrap_or(&self.hosts)
    }

    /// Full ids of activities in manifest order.
    pub fn ids(&self) -> impl Iterator<Item = String> + '_ {
        self.activities.iter().map(|activity| format!("{}.{}", self.connector, activity.name))
    }

    /// The full id most like `wrong`, when one is close.
    pub fn nearest(&self, wrong: &str) -> Option<String> {
        near(&self.connector, self.activities.iter().map(|activity| &*activity.name), wrong)
    }

    /// The full id of an event most like `wrong`, when one is close.
    pub fn nearest_event(&self, wrong: &str) -> Option<String> {
        near(&self.connector, self.events.iter().map(|event| &*event.name), wrong)
    }
}

/// Names are compared without the connector's, which all begin with and many leave out.
fn near<'a>(connector: &str, names: impl Iterator<Item = &'a str>, wrong: &str) -> Option<String> {
    let wrong = wrong.to_lowercase();
    let bare = wrong.strip_prefix(connector).and_then(|rest| rest.strip_prefix('.'));
    switchboard_near::nearest(bare.unwrap_or(&wrong), names).map(|name| format!("{connector}.{name}"))
}
