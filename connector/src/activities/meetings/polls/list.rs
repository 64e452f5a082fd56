//! List a meeting's polls.

use crate::bindings::meetings::ListPolls;
use crate::bindings::polls::PollList;
use crate::ids::MeetingId;
use crate::paging::{cut, one_page};
use crate::service::Outcome;
use crate::wire::poll::Poll;
use crate::zoom::Zoom;

/// List the polls.
pub fn polls_list(zoom: &Zoom<'_>, request: ListPolls) -> Outcome<PollList> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let call = zoom.get(format!("/meetings/{id}/polls")).query("anonymous", request.anonymous);
    let (polls, coverage) = cut(one_page(call, "polls", |row: Poll| row.public().ok_or("it has no id"))?, None);
    Ok(PollList { polls, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn polls_of_unknown_kind_and_state_are_kept() {
        let wire = r#"{"total_records":2,"polls":[
            {"id":"p1","status":"notstart","anonymous":false,"poll_type":1,"title":"Tea","questions":[{"name":"Tea?","type":"single","answers":["Yes","No"],"answer_required":true}]},
            {"id":"p2","status":"melted","poll_type":9,"questions":[{"name":"?","type":"telepathy"}]}]}"#;
        check(
            "meetings.polls-list",
            r#"{"meeting":"81234567890","anonymous":false}"#,
            script("GET /meetings/81234567890/polls?anonymous=false", 200, wire),
            r#"{"polls":[
                {"id":"p1","title":"Tea","kind":"poll","status":"not_started","anonymous":false,"questions":[{"name":"Tea?","kind":"single","answers":["Yes","No"],"answer_required":true}]},
                {"id":"p2","kind":"other","status":"unknown","questions":[{"name":"?","kind":"other"}]}],
                "coverage":{"pages":1,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn a_uuid_is_refused() {
        let input = r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#;
        fails("meetings.polls-list", input, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn polls_switched_off_are_told_apart_from_no_meeting() {
        for (status, code, problem) in [(400, 4400, "feature-off"), (404, 404, "not-found"), (400, 3161, "forbidden")] {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            let script = script("GET /meetings/81234567890/polls", status, &answer);
            fails("meetings.polls-list", INPUT, script, problem, None);
        }
    }
}
