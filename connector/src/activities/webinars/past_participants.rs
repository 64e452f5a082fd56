//! List who attended a webinar that is over.

use crate::bindings::attendance::ParticipantList;
use crate::bindings::webinars::ListPastParticipants;
use crate::ids::MeetingRef;
use crate::input;
use crate::participants::participants;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// List who attended. One row per join: nothing is merged.
pub fn past_participants(zoom: &Zoom<'_>, request: ListPastParticipants) -> Outcome<ParticipantList> {
    let webinar = MeetingRef::parse("/webinar", &request.webinar)?;
    let limit = input::limit(request.limit)?;
    participants(limit, zoom, || zoom.get(format!("/past_webinars/{webinar}/participants")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn guests_have_neither_id_nor_address() {
        let wire = r#"{"next_page_token":"","participants":[{"id":"","user_id":"27423744","name":"Guest","user_email":"",
            "join_time":"2026-01-01T10:00:00Z","leave_time":"2026-01-01T10:05:00Z","duration":300,"failover":false,"status":"in_meeting",
            "internal_user":false},{"user_id":1,"status":"on_stage"}]}"#;
        let expected = r#"{"participants":[{"participant_id":"27423744","name":"Guest","join_time":"2026-01-01T10:00:00Z",
            "leave_time":"2026-01-01T10:05:00Z","duration":300,"whereabouts":"in_meeting","internal":false,"failover":false},
            {"participant_id":"1","whereabouts":"unknown"}],"persons":2,"ready":false,"coverage":{"pages":1,"count":2,"complete":true}}"#;
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
