//! Zoom's polls, both ways.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use crate::bindings::polls::{Poll as Public, PollKind, PollQuestion, PollStatus, Prompt, QuestionKind};

const KINDS: &[(i64, PollKind)] = &[(1, PollKind::Poll), (2, PollKind::Advanced), (3, PollKind::Quiz)];
const QUESTIONS: &[(&str, QuestionKind)] = &[
    ("single", QuestionKind::Single),
    ("multiple", QuestionKind::Multiple),
    ("matching", QuestionKind::Matching),
    ("rank_order", QuestionKind::RankOrder),
    ("short_answer", QuestionKind::ShortAnswer),
    ("long_answer", QuestionKind::LongAnswer),
    ("fill_in_the_blank", QuestionKind::FillInTheBlank),
    ("rating_scale", QuestionKind::RatingScale),
];

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Poll {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    title: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    poll_type: Option<i64>,
    #[serde(deserialize_with = "lenient::flag")]
    anonymous: Option<bool>,
    questions: Option<Vec<Question>>,
}

impl Poll {
    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<Public> {
        Some(Public {
            id: self.id?,
            title: self.title,
            kind: match self.poll_type {
                None => PollKind::Poll,
                Some(n) => KINDS.iter().find(|(known, _)| *known == n).map_or(PollKind::Other, |(_, kind)| *kind),
            },
            status: match self.status.as_deref() {
                Some("notstart") => PollStatus::NotStarted,
                Some("started") => PollStatus::Started,
                Some("ended") => PollStatus::Ended,
                Some("sharing") => PollStatus::Sharing,
                Some("deactivated") => PollStatus::Deactivated,
                _ => PollStatus::Unknown,
            },
            anonymous: self.anonymous,
            questions: self.questions.into_iter().flatten().map(Question::public).collect(),
        })
    }
}

/// The body of a creation or change.
#[derive(Serialize)]
pub struct Body {
    title: String,
    poll_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous: Option<bool>,
    questions: Vec<Question>,
}

impl Body {
    pub fn new(title: String, kind: PollKind, anonymous: Option<bool>, questions: Vec<PollQuestion>) -> Self {
        Self {
            title,
            poll_type: KINDS.iter().find(|(_, known)| *known == kind).map(|(n, _)| *n),
            anonymous,
            questions: questions.into_iter().map(Question::wire).collect(),
        }
    }
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Question {
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::texts")]
    answers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::texts")]
    right_answers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompts: Option<Vec<WirePrompt>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
    answer_required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    answer_min_character: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    answer_max_character: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
    case_sensitive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::flag")]
    show_as_dropdown: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    rating_min_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    rating_max_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    rating_min_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    rating_max_label: Option<String>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct WirePrompt {
    prompt_question: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::texts")]
    prompt_right_answers: Option<Vec<String>>,
}

impl Question {
    fn public(self) -> PollQuestion {
        let kind = |text: &String| QUESTIONS.iter().find(|(known, _)| known == text);
        let prompt =
            |one: WirePrompt| Prompt { question: one.prompt_question, right_answers: one.prompt_right_answers };
        PollQuestion {
            name: self.name.unwrap_or_default(),
            kind: self.kind.as_ref().map(|text| kind(text).map_or(QuestionKind::Other, |(_, kind)| *kind)),
            answers: self.answers,
            right_answers: self.right_answers,
            prompts: self.prompts.map(|all| all.into_iter().map(prompt).collect()),
            answer_required: self.answer_required,
            answer_min_character: small(self.answer_min_character),
            answer_max_character: small(self.answer_max_character),
            case_sensitive: self.case_sensitive,
            show_as_dropdown: self.show_as_dropdown,
            rating_min_value: small(self.rating_min_value),
            rating_max_value: small(self.rating_max_value),
            rating_min_label: self.rating_min_label,
            rating_max_label: self.rating_max_label,
        }
    }

    fn wire(public: PollQuestion) -> Self {
        let kind = public.kind.unwrap_or(QuestionKind::Single);
        let prompt =
            |one: Prompt| WirePrompt { prompt_question: one.question, prompt_right_answers: one.right_answers };
        Self {
            name: Some(public.name),
            kind: QUESTIONS.iter().find(|(_, known)| *known == kind).map(|(text, _)| (*text).to_owned()),
            answers: public.answers,
            right_answers: public.right_answers,
            prompts: public.prompts.map(|all| all.into_iter().map(prompt).collect()),
            answer_required: public.answer_required,
            answer_min_character: public.answer_min_character.map(i64::from),
            answer_max_character: public.answer_max_character.map(i64::from),
            case_sensitive: public.case_sensitive,
            show_as_dropdown: public.show_as_dropdown,
            rating_min_value: public.rating_min_value.map(i64::from),
            rating_max_value: public.rating_max_value.map(i64::from),
            rating_min_label: public.rating_min_label,
            rating_max_label: public.rating_max_label,
        }
    }
}
