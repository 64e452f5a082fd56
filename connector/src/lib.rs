//! The Zoom connector: public activities over Zoom's REST API.
//!
//! Start at [`activities::ACTIVITIES`], the table of all activities; each lives in `activities/<area>/<verb>.rs`. Public types come
//! from `wit/zoom`; Zoom's own shapes are private, in `wire/`. Nothing here reads a clock, an environment or a socket: the host
//! gives all of that through `wit/connector`.

pub mod activities;
mod any_json;
pub mod auth;
#[allow(unsafe_code, reason = "generated code crosses the component boundary")]
#[allow(clippy::all, clippy::restriction, missing_docs, reason = "generated code")]
pub mod bindings;
mod blank;
mod catalogue;
mod component;
mod dates;
pub mod events;
mod foreign;
#[cfg(target_arch = "wasm32")]
mod heap;
mod ids;
mod input;
mod json;
pub mod manifest;
mod mark;
mod paging;
mod participants;
mod problem;
mod service;
mod wire;
mod zones;
mod zoom;

#[cfg(test)]
mod testing;

pub use service::Service;
pub use zoom::Zoom;
