//! Delete a meeting or one of its occurrences.

use crate::bindings::meetings::{DeleteMeeting, DeletedMeeting};
use crate::ids::MeetingId;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Delete a meeting or one of its occurrences.
pub fn delete(zoom: &Zoom<'_>, request: DeleteMeeting) -> Outcome<DeletedMeeting> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    zoom.delete(format!("/meetings/{id}"))
        .query("occurrence_id", request.occurrence_id.as_deref())
        .query("schedule_for_reminder", request.notify_host)
        .query("cancel_meeting_reminder", request.notify_registrants)
        .done()?;
    Ok(DeletedMeeting { meeting: request.meeting, occurrence_id: request.occurrence_id })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn an_empty_answer_is_success() {
        let script = script("DELETE /meetings/81234567890?schedule_for_reminder=false", 204, "");
        check(
            "meetings.delete",
            r#"{"meeting":"81234567890","notify_host":false}"#,
            script,
            r#"{"meeting":"81234567890"}"#,
        );
    }

    #[test]
    fn a_uuid_is_refused() {
        fails(
            "meetings.delete",
            r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/meeting"),
        );
    }

    #[test]
    fn the_personal_meeting_cannot_be_deleted() {
        let answer = r#"{"code":3018,"message":"x"}"#;
        fails(
            "meetings.delete",
            r#"{"meeting":"81234567890"}"#,
            script("DELETE /meetings/81234567890", 400, answer),
            "conflict",
            None,
        );
    }
}
