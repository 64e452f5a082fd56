//! The resolved manifest that a connector carries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::activity::Activity;
use crate::auth::{Auth, Hosts};
use crate::event::{Deliveries, EventEntry};
use crate::rate::Rate;
use crate::remedy::{AppFacts, Guide, Remedy, RoleCheck, UserCheck};

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
    /// Name of the field of a problem's details that holds the service's own code.
    #[serde(default)]
    pub refusal_field: String,
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
    switchboard_suggest::nearest(bare.unwrap_or(&wrong), names).map(|name| format!("{connector}.{name}"))
}
