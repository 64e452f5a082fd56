//! End a running meeting for everybody.

use serde_json::json;

use crate::bindings::meetings::{EndMeeting, EndedMeeting};
use crate::ids::MeetingId;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// End a running meeting.
pub fn end(zoom: &Zoom<'_>, request: EndMeeting) -> Outcome<EndedMeeting> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    zoom.put(format!("/meetings/{id}/status")).body(&json!({ "action": "end" }))?.done()?;
    Ok(EndedMeeting { meeting: request.meeting })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "PUT /meetings/81234567890/status";
    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn an_empty_answer_is_success() {
        let script = script(REQUEST, 204, "").with_body(r#"{"action":"end"}"#);
        check("meetings.end", INPUT, script, INPUT);
    }

    #[test]
    fn a_uuid_is_refused() {
        fails(
            "meetings.end",
            r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/meeting"),
        );
    }

    #[test]
    fn meetings_that_cannot_be_ended_are_told_apart_by_code() {
        for (status, code, problem) in
            [(404, 3001, "not-found"), (400, 3063, "conflict"), (400, 3000, "forbidden"), (400, 3161, "forbidden")]
        {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            fails("meetings.end", INPUT, script(REQUEST, status, &answer), problem, None);
        }
    }
}
