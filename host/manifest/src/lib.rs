//! The manifest of a connector as data: activities, scopes, remedies, rate limits and events.
//!
//! Start at [`Manifest`]. [`ManifestIndex`] reads one activity out of a large manifest without reading the rest. Nothing here
//! runs a component, sends a request or opens a database, so every crate of the host may use it.

mod activity;
mod auth;
mod event;
mod fill;
mod index;
mod manifest;
mod rate;
pub mod remedy;
pub mod scopes;

pub use activity::{Activity, Effect, EffectBy, Example, Idempotency, Policy, Scopes};
pub use auth::{AllScopes, Auth, Hosts, PackagedApp, Profile};
pub use event::{Deliveries, EventEntry, EventExample};
pub use fill::fill;
pub use index::{IndexEntry, ManifestError, ManifestIndex};
pub use manifest::{ErrorEntry, Manifest, RefusalEntry};
pub use rate::{CallTerms, Rate, Rates};
pub use remedy::{AppFacts, Guide, PlanCheck, Remedy, RoleCheck, UserCheck};
