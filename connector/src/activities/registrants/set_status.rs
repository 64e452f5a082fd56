//! Approve, deny or cancel registrations.

use super::checked;
use crate::bindings::registrants::{ChangeStatus, ChangedStatus};
use crate::ids::MeetingId;
use crate::service::Outcome;
use crate::wire::lenient::small;
use crate::wire::registrant::StatusBody;
use crate::zoom::Zoom;

/// Approve, deny or cancel registrations.
pub fn set_status(zoom: &Zoom<'_>, request: ChangeStatus) -> Outcome<ChangedStatus> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    checked::named(&request.registrants)?;
    let count = small(i64::try_from(request.registrants.len()).ok()).unwrap_or(u32::MAX);
    zoom.put(format!("/meetings/{id}/registrants/status"))
        .query("occurrence_id", request.occurrence_id.as_deref())
        .body(&StatusBody::new(request.action, request.registrants))?
        .done()?;
    Ok(ChangedStatus { meeting: request.meeting, action: request.action, count })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const PUT: &str = "PUT /meetings/81234567890/registrants/status";

    #[test]
    fn an_empty_answer_is_success() {
        let input = r#"{"meeting":"81234567890","action":"cancel","registrants":[{"id":"r1"},{"email":"b@x.org"}]}"#;
        let body = r#"{"action":"cancel","registrants":[{"id":"r1"},{"email":"b@x.org"}]}"#;
        let expected = r#"{"meeting":"81234567890","action":"cancel","count":2}"#;
        check("registrants.set-status", input, script(PUT, 204, "").with_body(body), expected);
    }

    #[test]
    fn nobody_and_an_unknown_action_are_refused() {
        for (input, pointer) in [
            (r#"{"meeting":"81234567890","action":"deny","registrants":[]}"#, "/registrants"),
            (r#"{"meeting":"81234567890","action":"deny","registrants":[{"id":"r1"},{}]}"#, "/registrants/1"),
            (r#"{"meeting":"81234567890","action":"deny","registrants":[{"email":"x"}]}"#, "/registrants/0/email"),
            (r#"{"meeting":"81234567890","action":"admit","registrants":[{"id":"r1"}]}"#, "/action"),
        ] {
            fails("registrants.set-status", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn the_daily_limit_of_a_registrant_is_rate_limited() {
        let input = r#"{"meeting":"81234567890","action":"deny","registrants":[{"id":"r1"}]}"#;
        fails("registrants.set-status", input, script(PUT, 429, r#"{"code":429,"message":"x"}"#), "rate-limited", None);
    }
}
