//! What people do in Zoom itself, without an app: hold meetings, trash many recordings.

pub mod meetings;
pub mod recordings;
