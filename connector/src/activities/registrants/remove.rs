//! Remove a registrant.

use crate::bindings::registrants::{RemoveRegistrant, RemovedRegistrant};
use crate::ids::{MeetingId, RegistrantId};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Remove a registrant.
pub fn remove(zoom: &Zoom<'_>, request: RemoveRegistrant) -> Outcome<RemovedRegistrant> {
    let meeting = MeetingId::parse("/meeting", &request.meeting)?;
    let id = RegistrantId::parse("/registrant", &request.registrant)?;
    zoom.delete(format!("/meetings/{meeting}/registrants/{id}"))
        .query("occurrence_id", request.occurrence_id.as_deref())
        .done()?;
    Ok(RemovedRegistrant { meeting: request.meeting, registrant: request.registrant })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890","registrant":"r1","occurrence_id":"1648194360000"}"#;
    const DELETE: &str = "DELETE /meetings/81234567890/registrants/r1?occurrence_id=1648194360000";

    #[test]
    fn an_empty_answer_is_success() {
        check("registrants.remove", INPUT, script(DELETE, 204, ""), r#"{"meeting":"81234567890","registrant":"r1"}"#);
    }

    #[test]
    fn an_id_that_zoom_refuses_and_a_meeting_that_is_gone() {
        let refused = |status, code| script(DELETE, status, &format!(r#"{{"code":{code},"message":"x"}}"#));
        fails("registrants.remove", INPUT, refused(400, 300), "input.invalid", None);
        fails("registrants.remove", INPUT, refused(404, 3001), "not-found", None);
        let input = r#"{"meeting":"81234567890","registrant":"a/b"}"#;
        fails("registrants.remove", input, script("", 0, ""), "input.invalid", Some("/registrant"));
    }
}
