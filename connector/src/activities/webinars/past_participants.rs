//! List who attended a webinar that is over.

use crate::bindings::webinars::{AttendanceList, ListPastParticipants};
use crate::ids::MeetingRef;
use crate::input;
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::webinar::Participant;
use crate::zoom::Zoom;

/// List who attended. One row a stay: nothing is merged.
pub fn past_participants(zoom: &Zoom<'_>, request: ListPastParticipants) -> Outcome<AttendanceList> {
    let webinar = MeetingRef::parse("/webinar", &request.webinar)?;
    let limit = input::limit(request.limit)?;
    let first = || zoom.get(format!("/past_webinars/{webinar}/participants"));
    let public = |row: Participant| Ok(row.into());
    let (participants, coverage) = whole(zoom, "participants", &first, limit, public)?;
    Ok(AttendanceList { participants, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn guests_have_neither_id_nor_address() {
        let wire = r#"{"next_page_token":"","participants":[{"id":"","user_id":"27423744","name":"Guest","user_email":"",
            "join_time":"2026-01-01T10:00:00Z","leave_time":"2026-01-01T10:05:00Z","duration":300,"failover":false,"status":"in_meeting",
            "internal_user":false},{"user_id":1,"status":"on_stage"}]}"#;
        let expected = r#"{"participants":[{"session_id":"27423744","name":"Guest","joined_at":"2026-01-01T10:00:00Z",
            "left_at":"2026-01-01T10:05:00Z","duration":300,"status":"in_meeting","internal":false},
            {"session_id":"1","duration":0,"status":"unknown"}],"coverage":{"pages":1,"count":2,"complete":true}}"#;
        let get = "GET /past_webinars/%252FajXp112QmuoKj4854875%253D%253D/participants?page_size=300";
        let input = r#"{"webinar":"/ajXp112QmuoKj4854875=="}"#;
        check("webinars.past-participants", input, script(get, 200, wire), expected);
    }

    #[test]
    fn wrong_input_and_a_webinar_that_is_gone() {
        fails("webinars.past-participants", r#"{"webinar":"1"}"#, script("", 0, ""), "input.invalid", Some("/webinar"));
        let gone =
            script("GET /past_webinars/91234567890/participants?page_size=300", 404, r#"{"code":3001,"message":"x"}"#);
        fails("webinars.past-participants", r#"{"webinar":"91234567890"}"#, gone, "not-found", None);
    }
}
