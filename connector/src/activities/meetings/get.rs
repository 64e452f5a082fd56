//! Read one meeting.

use crate::bindings::meetings::{GetMeeting, Meeting};
use crate::ids::MeetingId;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one meeting.
pub fn get(zoom: &Zoom<'_>, request: GetMeeting) -> Outcome<Meeting> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    read(zoom, &id, request.occurrence_id.as_deref(), request.previous_occurrences)
}

/// Read a meeting by its checked id.
pub fn read(zoom: &Zoom<'_>, id: &MeetingId, occurrence: Option<&str>, previous: Option<bool>) -> Outcome<Meeting> {
    let found: wire::meeting::Meeting = zoom
        .get(format!("/meetings/{id}"))
        .query("occurrence_id", occurrence)
        .query("show_previous_occurrences", previous)
        .json(id.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the meeting has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn a_meeting_in_public_words() {
        let wire = r#"{"id":81234567890,"topic":"Weekly sync","type":8,"status":"waiting","duration":45,
            "recurrence":{"type":2,"weekly_days":"2"},"settings":{"approval_type":2,"alternative_hosts":"a@x.org;b@x.org","audio":"thirdParty"},
            "occurrences":[{"occurrence_id":"1648194360000","status":"deleted"}],"start_url":"https://secret"}"#;
        let expected = r#"{"id":"81234567890","topic":"Weekly sync","kind":"recurring","status":"waiting","duration":45,
            "occurrences":[{"id":"1648194360000","available":false}],"recurrence":{"every":"weekly","weekdays":["monday"]},
            "settings":{"audio":"third_party","approval":"no_registration","alternative_hosts":["a@x.org","b@x.org"]}}"#;
        check("meetings.get", r#"{"meeting":"81234567890"}"#, script("GET /meetings/81234567890", 200, wire), expected);
    }

    #[test]
    fn blanks_in_an_id_are_refused() {
        fails("meetings.get", r#"{"meeting":"812 3456 7890"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        let answer = r#"{"code":3001,"message":"Meeting does not exist: 81234567890."}"#;
        fails(
            "meetings.get",
            r#"{"meeting":"81234567890"}"#,
            script("GET /meetings/81234567890", 404, answer),
            "not-found",
            None,
        );
    }
}
