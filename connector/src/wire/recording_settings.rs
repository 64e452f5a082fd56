//! Zoom's settings of one recording.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::recordings::{RecordingSettings, Registration, SetSettings, Sharing};

/// The same names in both directions; absent fields are left out of a request.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Settings {
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    share_recording: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewer_download: Option<bool>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_authentication: Option<bool>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    authentication_option: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing)]
    authentication_name: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    authentication_domains: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand: Option<bool>,
    #[serde(deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    approval_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_email_to_host: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    show_social_share_buttons: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_delete: Option<bool>,
    #[serde(deserialize_with = "lenient::text", skip_serializing)]
    auto_delete_date: Option<String>,
}

impl Settings {
    /// What was asked, in Zoom's words.
    pub fn asked(request: SetSettings) -> Self {
        Self {
            topic: request.topic,
            share_recording: request.sharing.and_then(sharing_word).map(str::to_owned),
            viewer_download: request.viewer_download,
            password: request.passcode,
            recording_authentication: request.authentication,
            authentication_option: request.authentication_option,
            authentication_domains: request.authentication_domains,
            on_demand: request.on_demand,
            approval_type: request.registration.and_then(registration_number),
            send_email_to_host: request.email_host,
            show_social_share_buttons: request.social_share_buttons,
            auto_delete: request.auto_delete,
            ..Self::default()
        }
    }

    /// The public form.
    pub fn public(self) -> RecordingSettings {
        RecordingSettings {
            topic: self.topic,
            sharing: self.share_recording.map(|word| match word.as_str() {
                "publicly" => Sharing::Publicly,
                "internally" => Sharing::Internally,
                "none" => Sharing::None,
                _ => Sharing::Unknown,
            }),
            viewer_download: self.viewer_download,
            passcode: self.password,
            authentication: self.recording_authentication,
            authentication_option: self.authentication_option,
            authentication_name: self.authentication_name,
            authentication_domains: self.authentication_domains,
            on_demand: self.on_demand,
            registration: self.approval_type.map(|number| match number {
                0 => Registration::Automatic,
                1 => Registration::Manual,
                2 => Registration::None,
                _ => Registration::Unknown,
            }),
            email_host: self.send_email_to_host,
            social_share_buttons: self.show_social_share_buttons,
            auto_delete: self.auto_delete,
            auto_delete_date: self.auto_delete_date,
        }
    }
}

fn sharing_word(sharing: Sharing) -> Option<&'static str> {
    match sharing {
        Sharing::Publicly => Some("publicly"),
        Sharing::Internally => Some("internally"),
        Sharing::None => Some("none"),
        Sharing::Unknown => None,
    }
}

fn registration_number(registration: Registration) -> Option<i64> {
    match registration {
        Registration::Automatic => Some(0),
        Registration::Manual => Some(1),
        Registration::None => Some(2),
        Registration::Unknown => None,
    }
}
