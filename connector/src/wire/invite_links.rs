//! Zoom's invite links.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::meetings::{Attendee, InviteLink};

#[derive(Serialize)]
pub struct Body {
    attendees: Vec<WireAttendee>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
}

#[derive(Serialize)]
struct WireAttendee {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_audio: Option<bool>,
}

impl Body {
    pub fn new(attendees: Vec<Attendee>, ttl: Option<u32>) -> Self {
        let wire = |one: Attendee| WireAttendee {
            name: one.name,
            disable_video: one.disable_video,
            disable_audio: one.disable_audio,
        };
        Self { attendees: attendees.into_iter().map(wire).collect(), ttl }
    }
}

#[derive(Deserialize)]
pub struct Links {
    attendees: Vec<Link>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_url: Option<String>,
}

impl Links {
    /// A row without link is no link.
    pub fn public(self, expires_at: Option<&str>) -> Vec<InviteLink> {
        let link = |row: Link| {
            Some(InviteLink {
                name: row.name.unwrap_or_default(),
                join_url: row.join_url?,
                expires_at: expires_at.map(str::to_owned),
            })
        };
        self.attendees.into_iter().filter_map(link).collect()
    }
}
