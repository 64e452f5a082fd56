//! Add a poll to a meeting.

use super::check::Draft;
use crate::bindings::meetings::CreatePoll;
use crate::bindings::polls::{PollKind, SavedPoll};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Add a poll.
pub fn polls_create(zoom: &Zoom<'_>, request: CreatePoll) -> Outcome<SavedPoll> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let kind = request.kind.unwrap_or(PollKind::Poll);
    let draft = Draft { title: request.title, kind, anonymous: request.anonymous, questions: request.questions };
    let answer: wire::poll::Poll =
        zoom.post(format!("/meetings/{id}/polls")).body(&draft.checked()?)?.json(Mark::Id(&["id"]))?;
    let poll = answer.public().ok_or_else(|| broken("Zoom's answer about the new poll has no id"))?;
    Ok(draft.saved(poll))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "POST /meetings/81234567890/polls";

    #[test]
    fn what_zoom_changed_is_said() {
        let body = r#"{"title":"Tea","poll_type":1,"questions":[{"name":"Tea?","type":"single","answers":["Yes","No"],"answer_required":false}]}"#;
        let answer = r#"{"id":"p1","status":"notstart","title":"Tea","poll_type":1,"questions":[{"name":"Tea?","type":"single","answers":["Yes","No"],"answer_required":true}]}"#;
        check(
            "meetings.polls-create",
            r#"{"meeting":"81234567890","title":"Tea","questions":[{"name":"Tea?","answers":["Yes","No"],"answer_required":false}]}"#,
            script(REQUEST, 201, answer).with_body(body),
            r#"{"poll":{"id":"p1","title":"Tea","kind":"poll","status":"not_started","questions":[{"name":"Tea?","kind":"single","answers":["Yes","No"],"answer_required":true}]},
                "adjusted":[{"field":"/questions/0/answer_required","asked":"false","stored":"true"}]}"#,
        );
    }

    #[test]
    fn wrong_polls_never_reach_zoom() {
        for (poll, pointer) in [
            (r#""title":"","questions":[{"name":"x","answers":["a","b"]}]"#, "/title"),
            (r#""title":"t","questions":[]"#, "/questions"),
            (r#""title":"t","questions":[{"name":"","answers":["a","b"]}]"#, "/questions/0/name"),
            (r#""title":"t","questions":[{"name":"x","answers":["a"]}]"#, "/questions/0/answers"),
            (r#""title":"t","questions":[{"name":"x","kind":"long_answer"}]"#, "/questions/0/kind"),
            (
                r#""title":"t","kind":"quiz","questions":[{"name":"x","answers":["a","b"]}]"#,
                "/questions/0/right_answers",
            ),
            (r#""title":"t","kind":"other","questions":[{"name":"x","answers":["a","b"]}]"#, "/kind"),
            (
                r#""title":"t","kind":"advanced","questions":[{"name":"x","kind":"matching","answers":["a","b"]}]"#,
                "/questions/0/prompts",
            ),
            (
                r#""title":"t","kind":"advanced","questions":[{"name":"x","kind":"rating_scale","rating_max_value":11}]"#,
                "/questions/0/rating_max_value",
            ),
        ] {
            let input = format!(r#"{{"meeting":"81234567890",{poll}}}"#);
            fails("meetings.polls-create", &input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn polls_that_are_off_are_said_to_be() {
        let input = r#"{"meeting":"81234567890","title":"t","questions":[{"name":"x","answers":["a","b"]}]}"#;
        let answer = r#"{"code":4400,"message":"x"}"#;
        fails("meetings.polls-create", input, script(REQUEST, 400, answer), "feature-off", None);
    }
}
