//! Zoom's invitation to a meeting.

use serde::Deserialize;

use super::lenient;
use crate::bindings::meetings::MeetingInvitation as Public;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Invitation {
    #[serde(deserialize_with = "lenient::text")]
    invitation: Option<String>,
    sip_links: Option<Vec<String>>,
}

impl Invitation {
    /// The public form; `None` when Zoom left out the text.
    pub fn public(self) -> Option<Public> {
        Some(Public { text: self.invitation?, sip_links: self.sip_links.unwrap_or_default() })
    }
}
