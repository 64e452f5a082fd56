//! Read what a meeting's registration page asks for.

use crate::bindings::registrants::{GetQuestions, Questions};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read the registration questions.
pub fn questions_get(zoom: &Zoom<'_>, request: GetQuestions) -> Outcome<Questions> {
    read(zoom, &MeetingId::parse("/meeting", &request.meeting)?)
}

/// Read the questions of a meeting by its checked id.
pub fn read(zoom: &Zoom<'_>, id: &MeetingId) -> Outcome<Questions> {
    let found: wire::question::Questions = zoom
        .get(format!("/meetings/{id}/registrants/questions"))
        .json(Mark::Field(&["questions", "custom_questions"]))?;
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;
    const GET: &str = "GET /meetings/81234567890/registrants/questions";

    #[test]
    fn questions_in_public_words() {
        let wire = r#"{"questions":[{"field_name":"org","required":true},{"field_name":"shoe_size"}],
            "custom_questions":[{"title":"Diet?","type":"single","required":true,"answers":["Vegan","Any"]},{"title":"Why?","type":"short"}]}"#;
        let expected = r#"{"standard":[{"field":"organization","required":true},{"field":"other","required":false}],
            "custom":[{"title":"Diet?","kind":"single","required":true,"answers":["Vegan","Any"]},
                {"title":"Why?","kind":"short","required":false}]}"#;
        check("registrants.questions-get", INPUT, script(GET, 200, wire), expected);
    }

    #[test]
    fn a_meeting_without_questions_has_empty_lists() {
        check(
            "registrants.questions-get",
            INPUT,
            script(GET, 200, r#"{"questions":[]}"#),
            r#"{"standard":[],"custom":[]}"#,
        );
    }

    #[test]
    fn wrong_input_and_a_meeting_that_is_gone() {
        fails("registrants.questions-get", r#"{"meeting":"1"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
        let gone = script(GET, 404, r#"{"code":3001,"message":"x"}"#);
        fails("registrants.questions-get", INPUT, gone, "not-found", None);
    }
}
