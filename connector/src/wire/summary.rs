//! Zoom's summary of a meeting.

use serde::Deserialize;

use super::lenient;
use crate::bindings::attendance::{MeetingSummary, SummaryPart};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Summary {
    #[serde(deserialize_with = "lenient::text")]
    meeting_uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_topic: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_host_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_host_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_start_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_end_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_created_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_last_modified_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_last_modified_user_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_title: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_content: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_overview: Option<String>,
    summary_details: Option<Vec<Part>>,
    #[serde(deserialize_with = "lenient::texts")]
    next_steps: Option<Vec<String>>,
    edited_summary: Option<Edited>,
    #[serde(deserialize_with = "lenient::text")]
    summary_doc_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Part {
    #[serde(deserialize_with = "lenient::text")]
    label: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary: Option<String>,
}

/// What somebody made of it; its details are one text.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Edited {
    #[serde(deserialize_with = "lenient::text")]
    summary_overview: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    summary_details: Option<String>,
    #[serde(deserialize_with = "lenient::texts")]
    next_steps: Option<Vec<String>>,
}

impl Summary {
    /// Edits take the place of what the assistant wrote.
    pub fn public(self) -> MeetingSummary {
        let edited = self.edited_summary.unwrap_or_default();
        let part = |part: Part| Some(SummaryPart { label: part.label, text: part.summary? });
        MeetingSummary {
            meeting_uuid: self.meeting_uuid,
            meeting_id: self.meeting_id,
            topic: self.meeting_topic,
            host_id: self.meeting_host_id,
            host_email: self.meeting_host_email,
            meeting_start_time: self.meeting_start_time,
            meeting_end_time: self.meeting_end_time,
            created_at: self.summary_created_time,
            modified_at: self.summary_last_modified_time,
            modified_by: self.summary_last_modified_user_email,
            title: self.summary_title,
            text: self.summary_content,
            overview: edited.summary_overview.or(self.summary_overview),
            parts: match edited.summary_details {
                Some(text) => vec![SummaryPart { label: None, text }],
                None => self.summary_details.into_iter().flatten().filter_map(part).collect(),
            },
            next_steps: edited.next_steps.filter(|steps| !steps.is_empty()).or(self.next_steps).unwrap_or_default(),
            document_url: self.summary_doc_url,
        }
    }
}
