//! Read what a meeting that is over was.

use crate::bindings::attendance::PastMeeting;
use crate::bindings::meetings::GetPastMeeting;
use crate::ids::MeetingRef;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire::past;
use crate::zoom::Zoom;

/// Read a held meeting.
pub fn past(zoom: &Zoom<'_>, request: GetPastMeeting) -> Outcome<PastMeeting> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let found: past::Meeting = zoom.get(format!("/past_meetings/{meeting}")).json(meeting.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the meeting has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn an_odd_uuid_is_encoded_twice_and_an_unknown_kind_is_kept() {
        let wire = r#"{"id":81234567890,"uuid":"/ajXp112QmuoKj4854875==","type":42,"duration":55,"participants_count":4,
            "total_minutes":180,"user_name":"Ada Lovelace","dept":"","has_meeting_summary":true}"#;
        check(
            "meetings.past",
            r#"{"meeting":"/ajXp112QmuoKj4854875=="}"#,
            script("GET /past_meetings/%252FajXp112QmuoKj4854875%253D%253D", 200, wire),
            r#"{"id":"81234567890","uuid":"/ajXp112QmuoKj4854875==","kind":"other","duration":55,"participants":4,
                "total_minutes":180,"host_name":"Ada Lovelace","has_summary":true}"#,
        );
    }

    #[test]
    fn an_encoded_uuid_is_refused() {
        fails("meetings.past", r#"{"meeting":"Ab%2F%3D%3D"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn too_old_and_not_over_are_told_apart() {
        for (status, code, problem) in [(400, 12702, "too-old"), (404, 3001, "not-found")] {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            let script = script("GET /past_meetings/81234567890", status, &answer);
            fails("meetings.past", r#"{"meeting":"81234567890"}"#, script, problem, None);
        }
    }
}
