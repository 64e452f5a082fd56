//! Zoom's registration questions, both ways.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::bindings::registrants::{
    CustomQuestion, QuestionField, QuestionKind, Questions as Public, StandardQuestion,
};

const FIELDS: [(&str, QuestionField); 14] = [
    ("last_name", QuestionField::LastName),
    ("address", QuestionField::Address),
    ("city", QuestionField::City),
    ("country", QuestionField::Country),
    ("zip", QuestionField::Zip),
    ("state", QuestionField::State),
    ("phone", QuestionField::Phone),
    ("industry", QuestionField::Industry),
    ("org", QuestionField::Organization),
    ("job_title", QuestionField::JobTitle),
    ("purchasing_time_frame", QuestionField::PurchasingTimeFrame),
    ("role_in_purchase_process", QuestionField::PurchaseRole),
    ("no_of_employees", QuestionField::Employees),
    ("comments", QuestionField::Comments),
];

/// A list that is absent stays as it is.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Questions {
    #[serde(skip_serializing_if = "Option::is_none")]
    questions: Option<Vec<Standard>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_questions: Option<Vec<Custom>>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Standard {
    #[serde(deserialize_with = "lenient::text")]
    field_name: Option<String>,
    required: Option<bool>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Custom {
    #[serde(deserialize_with = "lenient::text")]
    title: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: Option<String>,
    required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<String>>,
}

impl From<Questions> for Public {
    fn from(wire: Questions) -> Self {
        let field = |name: Option<&str>| FIELDS.iter().find(|(known, _)| Some(*known) == name).map(|(_, field)| *field);
        Self {
            standard: wire
                .questions
                .unwrap_or_default()
                .into_iter()
                .map(|one| StandardQuestion {
                    field: field(one.field_name.as_deref()).unwrap_or(QuestionField::Other),
                    required: one.required.unwrap_or(false),
                })
                .collect(),
            custom: wire
                .custom_questions
                .unwrap_or_default()
                .into_iter()
                .map(|one| CustomQuestion {
                    title: one.title.unwrap_or_default(),
                    kind: match one.kind.as_deref() {
                        Some("short") => QuestionKind::Short,
                        Some("single") => QuestionKind::Single,
                        _ => QuestionKind::Other,
                    },
                    required: one.required.unwrap_or(false),
                    answers: one.answers.filter(|answers| !answers.is_empty()),
                })
                .collect(),
        }
    }
}

impl Questions {
    /// Zoom's form; the pointer of the first value that has no spelling at Zoom.
    pub fn of(standard: Option<&[StandardQuestion]>, custom: Option<&[CustomQuestion]>) -> Result<Self, String> {
        let questions = standard.map(|list| list.iter().enumerate().map(|(n, one)| Standard::of(n, one)).collect());
        let custom_questions = custom.map(|list| list.iter().enumerate().map(|(n, one)| Custom::of(n, one)).collect());
        Ok(Self { questions: questions.transpose()?, custom_questions: custom_questions.transpose()? })
    }
}

impl Standard {
    fn of(n: usize, public: &StandardQuestion) -> Result<Self, String> {
        let known = FIELDS.iter().find(|(_, field)| *field == public.field);
        let (name, _) = known.ok_or_else(|| format!("/standard/{n}/field"))?;
        Ok(Self { field_name: Some((*name).to_owned()), required: Some(public.required) })
    }
}

impl Custom {
    fn of(n: usize, public: &CustomQuestion) -> Result<Self, String> {
        let kind = match public.kind {
            QuestionKind::Short => "short",
            QuestionKind::Single => "single",
            QuestionKind::Other => return Err(format!("/custom/{n}/kind")),
        };
        Ok(Self {
            title: Some(public.title.clone()),
            kind: Some(kind.to_owned()),
            required: Some(public.required),
            answers: public.answers.clone(),
        })
    }
}
