//! Replace a poll, and read it back: Zoom answers with nothing.

use super::super::update::unconfirmed;
use super::check::Draft;
use super::get::read;
use crate::bindings::meetings::UpdatePoll;
use crate::bindings::polls::{PollKind, SavedPoll};
use crate::ids::{MeetingId, PollId};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Replace a poll.
pub fn polls_update(zoom: &Zoom<'_>, request: UpdatePoll) -> Outcome<SavedPoll> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let poll = PollId::parse("/poll", &request.poll)?;
    let kind = request.kind.unwrap_or(PollKind::Poll);
    let draft = Draft { title: request.title, kind, anonymous: request.anonymous, questions: request.questions };
    zoom.put(format!("/meetings/{id}/polls/{poll}")).body(&draft.checked()?)?.done()?;
    read(zoom, &id, &poll).map(|poll| draft.saved(poll)).map_err(unconfirmed)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const PUT: &str = "PUT /meetings/81234567890/polls/p1";
    const GET: &str = "GET /meetings/81234567890/polls/p1";
    const INPUT: &str = r#"{"meeting":"81234567890","poll":"p1","title":"Tea","anonymous":true,"questions":[{"name":"Tea?","answers":["Yes","No"]}]}"#;

    #[test]
    fn the_whole_poll_is_sent_and_read_back() {
        let body = r#"{"title":"Tea","poll_type":1,"anonymous":true,"questions":[{"name":"Tea?","type":"single","answers":["Yes","No"]}]}"#;
        let stored = r#"{"id":"p1","status":"notstart","title":"Tea","anonymous":true,"poll_type":1,"questions":[{"name":"Tea?","type":"single","answers":["Yes","No"]}]}"#;
        check(
            "meetings.polls-update",
            INPUT,
            script(PUT, 204, "").with_body(body).then(GET, 200, stored),
            r#"{"poll":{"id":"p1","title":"Tea","kind":"poll","status":"not_started","anonymous":true,
                "questions":[{"name":"Tea?","kind":"single","answers":["Yes","No"]}]},"adjusted":[]}"#,
        );
    }

    #[test]
    fn a_change_without_proof_is_not_called_unsent() {
        let script = script(PUT, 204, "").then(GET, 500, "");
        assert!(!fails("meetings.polls-update", INPUT, script, "unavailable", None).not_sent);
    }

    #[test]
    fn a_poll_without_questions_is_refused() {
        let input = r#"{"meeting":"81234567890","poll":"p1","title":"Tea","questions":[]}"#;
        fails("meetings.polls-update", input, script("", 0, ""), "input.invalid", Some("/questions"));
    }

    #[test]
    fn a_poll_that_is_gone_is_not_found() {
        fails("meetings.polls-update", INPUT, script(PUT, 404, r#"{"code":404,"message":"x"}"#), "not-found", None);
    }
}
