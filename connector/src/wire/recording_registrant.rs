//! Zoom's registrants of an on-demand recording.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::recording_viewers::{AnsweredQuestion, RecordingRegistrant, RegistrantProfile, RegistrantStatus};

/// What a viewer says, the same names in both directions.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Profile {
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    zip: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    industry: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    job_title: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    no_of_employees: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    purchasing_time_frame: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    role_in_purchase_process: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    comments: Option<String>,
}

/// An answered question.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Question {
    pub title: String,
    pub value: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Registrant {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    first_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    last_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    custom_questions: Option<Vec<Question>>,
    #[serde(flatten)]
    profile: Profile,
}

impl From<RegistrantProfile> for Profile {
    fn from(said: RegistrantProfile) -> Self {
        Self {
            address: said.address,
            city: said.city,
            state: said.state,
            zip: said.zip,
            country: said.country,
            phone: said.phone,
            industry: said.industry,
            org: said.org,
            job_title: said.job_title,
            no_of_employees: said.no_of_employees,
            purchasing_time_frame: said.purchasing_time_frame,
            role_in_purchase_process: said.role_in_purchase_process,
            comments: said.comments,
        }
    }
}

impl Registrant {
    /// The public form. Absent id and address become empty texts: the row is never dropped.
    pub fn public(self) -> RecordingRegistrant {
        let said = self.profile;
        RecordingRegistrant {
            id: self.id.unwrap_or_default(),
            email: self.email.unwrap_or_default(),
            first_name: self.first_name,
            last_name: self.last_name,
            status: match self.status.as_deref() {
                Some("approved") => RegistrantStatus::Approved,
                Some("pending") => RegistrantStatus::Pending,
                Some("denied") => RegistrantStatus::Denied,
                _ => RegistrantStatus::Unknown,
            },
            profile: RegistrantProfile {
                address: said.address,
                city: said.city,
                state: said.state,
                zip: said.zip,
                country: said.country,
                phone: said.phone,
                industry: said.industry,
                org: said.org,
                job_title: said.job_title,
                no_of_employees: said.no_of_employees,
                purchasing_time_frame: said.purchasing_time_frame,
                role_in_purchase_process: said.role_in_purchase_process,
                comments: said.comments,
            },
            questions: self
                .custom_questions
                .into_iter()
                .flatten()
                .map(|question| AnsweredQuestion { title: question.title, value: question.value })
                .collect(),
        }
    }
}
