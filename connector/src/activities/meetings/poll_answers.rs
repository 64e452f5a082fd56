//! Read what people answered in polls, and their questions and answers, after the meeting.

use crate::bindings::attendance::AnswerSheets;
use crate::bindings::meetings::GetPastMeeting;
use crate::ids::MeetingRef;
use crate::service::Outcome;
use crate::wire::answers::Answers;
use crate::zoom::Zoom;

/// Answers in polls.
pub fn polls_results(zoom: &Zoom<'_>, request: GetPastMeeting) -> Outcome<AnswerSheets> {
    sheets(zoom, "polls", &request)
}

/// Questions and answers.
pub fn qa(zoom: &Zoom<'_>, request: GetPastMeeting) -> Outcome<AnswerSheets> {
    sheets(zoom, "qa", &request)
}

fn sheets(zoom: &Zoom<'_>, what: &str, request: &GetPastMeeting) -> Outcome<AnswerSheets> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let found: Answers = zoom.get(format!("/past_meetings/{meeting}/{what}")).json(meeting.mark())?;
    Ok(found.public())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn answers_by_person_anonymous_ones_without_name() {
        let wire = r#"{"id":81234567890,"uuid":"Ab==abcd","start_time":"2026-07-01T08:00:00Z","questions":[
            {"name":"Grace","email":"grace@x.org","question_details":[{"question":"Tea?","answer":"Yes;No","polling_id":"p1","date_time":"2026-07-01T08:05:00Z"}]},
            {"name":"","email":"","question_details":[{"question":"Tea?","answer":"No","polling_id":"p1"}]}]}"#;
        check(
            "meetings.polls-results",
            INPUT,
            script("GET /past_meetings/81234567890/polls", 200, wire),
            r#"{"meeting_id":"81234567890","meeting_uuid":"Ab==abcd","start_time":"2026-07-01T08:00:00Z","sheets":[
                {"name":"Grace","email":"grace@x.org","questions":[{"question":"Tea?","answer":"Yes;No","poll_id":"p1","answered_at":"2026-07-01T08:05:00Z"}]},
                {"questions":[{"question":"Tea?","answer":"No","poll_id":"p1"}]}]}"#,
        );
    }

    #[test]
    fn nobody_asked_is_an_empty_list() {
        let script = script("GET /past_meetings/81234567890/qa", 200, r#"{"id":81234567890}"#);
        check("meetings.qa", INPUT, script, r#"{"meeting_id":"81234567890","sheets":[]}"#);
    }

    #[test]
    fn blanks_in_an_id_are_refused() {
        for activity in ["meetings.qa", "meetings.polls-results"] {
            fails(activity, r#"{"meeting":"812 3456 7890"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
        }
    }

    #[test]
    fn refusals_are_told_apart_by_code() {
        for (what, status, code, problem) in
            [("polls-results", 400, 12702, "too-old"), ("qa", 404, 3001, "not-found"), ("qa", 401, 1010, "not-found")]
        {
            let path = if what == "qa" { "qa" } else { "polls" };
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            let script = script(&format!("GET /past_meetings/81234567890/{path}"), status, &answer);
            fails(&format!("meetings.{what}"), INPUT, script, problem, None);
        }
    }
}
