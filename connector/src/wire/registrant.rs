//! Zoom's registrants of meetings and webinars, read and written.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use crate::bindings::registrants::{
    AddedRegistrant, BatchPerson, BatchRegistrant, RegisteredOccurrence, Registrant as Public, RegistrantAnswer,
    RegistrantRef, RegistrantStatus, Registration, StatusAction,
};

/// What a person fills in, in Zoom's words.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Person {
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    zip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    comments: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    industry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    job_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    org: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    no_of_employees: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    purchasing_time_frame: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    role_in_purchase_process: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_questions: Vec<Answer>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Answer {
    #[serde(deserialize_with = "lenient::text")]
    title: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    value: Option<String>,
}

impl From<Registration> for Person {
    fn from(public: Registration) -> Self {
        let answer = |answer: RegistrantAnswer| Answer { title: Some(answer.title), value: Some(answer.value) };
        Self {
            email: Some(public.email),
            first_name: Some(public.first_name),
            last_name: public.last_name,
            address: public.address,
            city: public.city,
            state: public.state,
            zip: public.zip,
            country: public.country,
            phone: public.phone,
            comments: public.comments,
            industry: public.industry,
            job_title: public.job_title,
            org: public.organization,
            no_of_employees: public.employees,
            purchasing_time_frame: public.purchasing_time_frame,
            role_in_purchase_process: public.purchase_role,
            custom_questions: public.answers.unwrap_or_default().into_iter().map(answer).collect(),
        }
    }
}

/// One row of a list, or one registrant.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Registrant {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(flatten)]
    person: Person,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    create_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    participant_pin_code: Option<String>,
}

impl Registrant {
    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<Public> {
        let person = self.person;
        let answer = |answer: Answer| RegistrantAnswer {
            title: answer.title.unwrap_or_default(),
            value: answer.value.unwrap_or_default(),
        };
        Some(Public {
            id: self.id?,
            status: match self.status.as_deref() {
                Some("approved") => RegistrantStatus::Approved,
                Some("pending") => RegistrantStatus::Pending,
                Some("denied") => RegistrantStatus::Denied,
                _ => RegistrantStatus::Other,
            },
            registered_at: self.create_time,
            email: person.email,
            first_name: person.first_name,
            last_name: person.last_name,
            address: person.address,
            city: person.city,
            state: person.state,
            zip: person.zip,
            country: person.country,
            phone: person.phone,
            comments: person.comments,
            industry: person.industry,
            job_title: person.job_title,
            organization: person.org,
            employees: person.no_of_employees,
            purchasing_time_frame: person.purchasing_time_frame,
            purchase_role: person.role_in_purchase_process,
            answers: person.custom_questions.into_iter().map(answer).collect(),
            join_url: self.join_url,
            pin: self.participant_pin_code,
        })
    }
}

/// The body of a registration.
#[derive(Serialize)]
pub struct AddBody {
    #[serde(flatten)]
    pub person: Person,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_approve: Option<bool>,
    /// Webinars only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
}

/// Zoom's answer to a registration.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Added {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    registrant_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    occurrences: Vec<Occurrence>,
    #[serde(deserialize_with = "lenient::text")]
    participant_pin_code: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Occurrence {
    #[serde(deserialize_with = "lenient::text")]
    occurrence_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
}

/// Zoom sends a link exactly when the registration is approved.
fn by_link(join_url: Option<&str>) -> RegistrantStatus {
    if join_url.is_some() { RegistrantStatus::Approved } else { RegistrantStatus::Pending }
}

impl Added {
    /// The public form; `None` when Zoom left out the registrant's id.
    pub fn public(self) -> Option<AddedRegistrant> {
        let occurrence = |found: Occurrence| {
            let (start_time, duration) = (found.start_time, small(found.duration));
            Some(RegisteredOccurrence { id: found.occurrence_id?, start_time, duration })
        };
        Some(AddedRegistrant {
            id: self.registrant_id?,
            meeting: self.id,
            webinar: None,
            status: by_link(self.join_url.as_deref()),
            join_url: self.join_url,
            topic: self.topic,
            start_time: self.start_time,
            occurrences: self.occurrences.into_iter().filter_map(occurrence).collect(),
            pin: self.participant_pin_code,
        })
    }

    /// One row of a batch's answer; `None` when Zoom left out the registrant's id.
    pub fn of_batch(self) -> Option<BatchRegistrant> {
        Some(BatchRegistrant {
            id: self.registrant_id?,
            email: self.email,
            status: by_link(self.join_url.as_deref()),
            join_url: self.join_url,
            pin: self.participant_pin_code,
        })
    }
}

/// The body of a batch.
#[derive(Serialize)]
pub struct BatchBody {
    pub registrants: Vec<BatchRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_approve: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registrants_confirmation_email: Option<bool>,
}

#[derive(Serialize)]
pub struct BatchRow {
    email: String,
    first_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
}

impl From<BatchPerson> for BatchRow {
    fn from(person: BatchPerson) -> Self {
        Self { email: person.email, first_name: person.first_name, last_name: person.last_name }
    }
}

/// Zoom's answer to a batch.
#[derive(Deserialize)]
pub struct BatchAnswer {
    #[serde(default)]
    pub registrants: Vec<Added>,
}

/// The body of a decision.
#[derive(Serialize)]
pub struct StatusBody {
    action: &'static str,
    registrants: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

impl StatusBody {
    pub fn new(action: StatusAction, registrants: Vec<RegistrantRef>) -> Self {
        Self {
            action: match action {
                StatusAction::Approve => "approve",
                StatusAction::Deny => "deny",
                StatusAction::Cancel => "cancel",
            },
            registrants: registrants.into_iter().map(|one| Named { id: one.id, email: one.email }).collect(),
        }
    }
}
