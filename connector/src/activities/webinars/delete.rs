//! Delete a webinar or one of its occurrences.

use crate::bindings::webinars::{DeleteWebinar, DeletedWebinar};
use crate::ids::MeetingId;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Delete a webinar or one of its occurrences.
pub fn delete(zoom: &Zoom<'_>, request: DeleteWebinar) -> Outcome<DeletedWebinar> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    zoom.delete(format!("/webinars/{id}"))
        .query("occurrence_id", request.occurrence_id.as_deref())
        .query("cancel_webinar_reminder", request.notify_registrants)
        .done()?;
    Ok(DeletedWebinar { webinar: request.webinar, occurrence_id: request.occurrence_id })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn an_empty_answer_is_success() {
        let script = script("DELETE /webinars/91234567890?cancel_webinar_reminder=true", 204, "");
        check(
            "webinars.delete",
            r#"{"webinar":"91234567890","notify_registrants":true}"#,
            script,
            r#"{"webinar":"91234567890"}"#,
        );
    }

    #[test]
    fn wrong_input_and_a_webinar_that_is_gone() {
        fails("webinars.delete", r#"{"webinar":"a"}"#, script("", 0, ""), "input.invalid", Some("/webinar"));
        let gone = script("DELETE /webinars/91234567890", 404, r#"{"code":3001,"message":"x"}"#);
        fails("webinars.delete", r#"{"webinar":"91234567890"}"#, gone, "not-found", None);
    }
}
