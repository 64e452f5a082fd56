//! What a poll may hold, checked before Zoom sees it, and what Zoom made of it.

use serde::Serialize;

use super::super::adjusted::differences;
use crate::bindings::polls::{Poll, PollKind, PollQuestion, QuestionKind, SavedPoll};
use crate::input::{at_most, within};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::poll::Body;

/// A poll to write.
#[derive(Serialize)]
pub struct Draft {
    pub title: String,
    pub kind: PollKind,
    pub anonymous: Option<bool>,
    pub questions: Vec<PollQuestion>,
}

impl Draft {
    /// Zoom's form within its limits.
    pub fn checked(&self) -> Outcome<Body> {
        at_most("/title", Some(&self.title), 64)?;
        if self.title.trim().is_empty() {
            return Err(invalid("/title", "the title is empty", "give the poll a title"));
        }
        if self.kind == PollKind::Other {
            return Err(only_read("/kind"));
        }
        if self.questions.is_empty() {
            return Err(invalid("/questions", "the poll asks nothing", "add at least one question"));
        }
        for (n, question) in self.questions.iter().enumerate() {
            check(&format!("/questions/{n}"), self.kind, question)?;
        }
        Ok(Body::new(self.title.clone(), self.kind, self.anonymous, self.questions.clone()))
    }

    /// What Zoom stored, and where it differs.
    pub fn saved(&self, poll: Poll) -> SavedPoll {
        SavedPoll { adjusted: differences(self, &poll), poll }
    }
}

fn check(at: &str, poll: PollKind, question: &PollQuestion) -> Outcome<()> {
    at_most(&format!("{at}/name"), Some(&question.name), 1024)?;
    if question.name.trim().is_empty() {
        return Err(invalid(&format!("{at}/name"), "the question is empty", "write the question"));
    }
    let kind = question.kind.unwrap_or(QuestionKind::Single);
    let (fewest, most) = match kind {
        QuestionKind::Single | QuestionKind::Multiple => (2, 10),
        QuestionKind::Matching => (2, 16),
        QuestionKind::RankOrder => (2, 7),
        QuestionKind::Other => return Err(only_read(&format!("{at}/kind"))),
        _ => (0, usize::MAX),
    };
    if poll == PollKind::Poll && !matches!(kind, QuestionKind::Single | QuestionKind::Multiple) {
        return Err(invalid(
            &format!("{at}/kind"),
            "a plain poll has only `single` and `multiple`",
            "use `kind: advanced` for the poll, or another kind of question",
        ));
    }
    let answers = question.answers.as_ref().map_or(0, Vec::len);
    if answers < fewest || answers > most {
        let fix = format!("give {fewest} to {most} answers");
        return Err(invalid(&format!("{at}/answers"), format!("{answers} answers do not fit"), fix));
    }
    let prompts = question.prompts.as_ref().map_or(0, Vec::len);
    if matches!(kind, QuestionKind::Matching | QuestionKind::RankOrder) && !(2..=10).contains(&prompts) {
        return Err(invalid(&format!("{at}/prompts"), "too few or too many", "give 2 to 10 prompts"));
    }
    let right = question.right_answers.as_ref().map_or(0, Vec::len);
    if poll == PollKind::Quiz && right == 0 && prompts == 0 {
        return Err(invalid(&format!("{at}/right_answers"), "a quiz knows what is right", "add `right_answers`"));
    }
    within(&format!("{at}/answer_min_character"), question.answer_min_character, 1..=2000)?;
    within(&format!("{at}/answer_max_character"), question.answer_max_character, 1..=2000)?;
    within(&format!("{at}/rating_min_value"), question.rating_min_value, 0..=10)?;
    within(&format!("{at}/rating_max_value"), question.rating_max_value, 0..=10)
}

fn only_read(at: &str) -> crate::bindings::contract::Problem {
    invalid(at, "`other` is only read, never written", "choose one of the named values")
}
