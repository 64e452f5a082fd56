//! Zoom's live stream of a meeting.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::livestream::{LivestreamSettings, StreamCaptions, StreamLayout};

/// The settings, both ways.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Livestream {
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    pub page_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    pub stream_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    pub stream_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    pub resolution: Option<String>,
}

impl Livestream {
    /// The public form.
    pub fn of(self, meeting: String) -> LivestreamSettings {
        LivestreamSettings {
            meeting,
            configured: self.stream_url.is_some() && self.stream_key.is_some(),
            page_url: self.page_url,
            stream_url: self.stream_url,
            stream_key: self.stream_key,
            resolution: self.resolution,
        }
    }
}

/// The body of a command.
#[derive(Serialize)]
pub struct Command {
    pub action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Choices>,
}

/// How to start.
#[derive(Serialize, PartialEq, Default)]
pub struct Choices {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_speaker_name: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_caption: Option<&'static str>,
}

/// Zoom's word.
pub fn layout(layout: StreamLayout) -> &'static str {
    match layout {
        StreamLayout::FollowHost => "follow_host",
        StreamLayout::GalleryView => "gallery_view",
        StreamLayout::SpeakerView => "speaker_view",
    }
}

/// Zoom's word.
pub fn captions(captions: StreamCaptions) -> &'static str {
    match captions {
        StreamCaptions::BurntIn => "burnt-in",
        StreamCaptions::Embedded => "embedded",
        StreamCaptions::Off => "off",
    }
}
