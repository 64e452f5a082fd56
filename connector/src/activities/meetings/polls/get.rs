//! Read one poll.

use crate::bindings::meetings::GetPoll;
use crate::bindings::polls::Poll;
use crate::ids::{MeetingId, PollId};
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read a poll.
pub fn polls_get(zoom: &Zoom<'_>, request: GetPoll) -> Outcome<Poll> {
    read(zoom, &MeetingId::parse("/meeting", &request.meeting)?, &PollId::parse("/poll", &request.poll)?)
}

/// Read a poll by its checked ids.
pub fn read(zoom: &Zoom<'_>, id: &MeetingId, poll: &PollId) -> Outcome<Poll> {
    let found: wire::poll::Poll = zoom.get(format!("/meetings/{id}/polls/{poll}")).json(poll.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the poll has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "GET /meetings/81234567890/polls/QalIoKWLTJehBJ8e1xRrbQ";
    const INPUT: &str = r#"{"meeting":"81234567890","poll":"QalIoKWLTJehBJ8e1xRrbQ"}"#;

    #[test]
    fn a_poll_in_public_words() {
        let wire = r#"{"id":"QalIoKWLTJehBJ8e1xRrbQ","title":"Quiz","poll_type":3,"status":"ended","questions":[
            {"name":"Order","type":"rank_order","answers":["1","2"],"prompts":[{"prompt_question":"A","prompt_right_answers":["1"]}],"rating_min_label":""}]}"#;
        check(
            "meetings.polls-get",
            INPUT,
            script(REQUEST, 200, wire),
            r#"{"id":"QalIoKWLTJehBJ8e1xRrbQ","title":"Quiz","kind":"quiz","status":"ended","questions":[
                {"name":"Order","kind":"rank_order","answers":["1","2"],"prompts":[{"question":"A","right_answers":["1"]}]}]}"#,
        );
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        let input = r#"{"meeting":"81234567890","poll":"../x"}"#;
        fails("meetings.polls-get", input, script("", 0, ""), "input.invalid", Some("/poll"));
    }

    #[test]
    fn a_poll_that_is_gone_is_not_found() {
        fails("meetings.polls-get", INPUT, script(REQUEST, 404, r#"{"code":404,"message":"x"}"#), "not-found", None);
    }
}
