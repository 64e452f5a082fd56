//! Delete a poll.

use crate::bindings::meetings::{DeletedPoll, GetPoll};
use crate::ids::{MeetingId, PollId};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Delete a poll.
pub fn polls_delete(zoom: &Zoom<'_>, request: GetPoll) -> Outcome<DeletedPoll> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let poll = PollId::parse("/poll", &request.poll)?;
    zoom.delete(format!("/meetings/{id}/polls/{poll}")).done()?;
    Ok(DeletedPoll { meeting: request.meeting, poll: request.poll })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "DELETE /meetings/81234567890/polls/p1";
    const INPUT: &str = r#"{"meeting":"81234567890","poll":"p1"}"#;

    #[test]
    fn an_empty_answer_is_success() {
        check("meetings.polls-delete", INPUT, script(REQUEST, 204, ""), INPUT);
    }

    #[test]
    fn no_id_is_refused() {
        let input = r#"{"meeting":"81234567890","poll":""}"#;
        fails("meetings.polls-delete", input, script("", 0, ""), "input.invalid", Some("/poll"));
    }

    #[test]
    fn a_poll_that_is_gone_is_not_found() {
        fails("meetings.polls-delete", INPUT, script(REQUEST, 404, r#"{"code":404,"message":"x"}"#), "not-found", None);
    }
}
