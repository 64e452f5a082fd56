//! Types and traits generated from `wit/`.
//!
//! JSON spelling is decided by rule, in `build.rs`: enums are snake_case, records that a person writes refuse unknown fields.

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));

pub use exports::switchboard::connector::{
    activities as activities_export, auth as auth_export, events as events_export,
};
pub use exports::switchboard::zoom::{
    account, api, apps, attendance, events, groups, livestream, meeting_options, meetings, polls, recording_viewers,
    recordings, registrants, reports, roles, types, users, webinars,
};
pub use switchboard::connector::{context, http, log, types as contract};
