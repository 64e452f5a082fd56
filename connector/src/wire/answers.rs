//! Zoom's answers of a held meeting: polls, and questions and answers.

use serde::Deserialize;

use super::lenient;
use crate::bindings::attendance::{AnswerSheet, AnswerSheets, AnsweredQuestion};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Answers {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    questions: Option<Vec<Person>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Person {
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    email: Option<String>,
    question_details: Option<Vec<Detail>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Detail {
    #[serde(deserialize_with = "lenient::text")]
    question: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    answer: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    polling_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    date_time: Option<String>,
}

impl Answers {
    pub fn public(self) -> AnswerSheets {
        let question = |detail: Detail| AnsweredQuestion {
            question: detail.question,
            answer: detail.answer,
            poll_id: detail.polling_id,
            answered_at: detail.date_time,
        };
        let sheet = |person: Person| AnswerSheet {
            name: person.name,
            email: person.email,
            questions: person.question_details.into_iter().flatten().map(question).collect(),
        };
        AnswerSheets {
            meeting_id: self.id,
            meeting_uuid: self.uuid,
            start_time: self.start_time,
            sheets: self.questions.into_iter().flatten().map(sheet).collect(),
        }
    }
}
