//! Approve, deny or cancel registrations.

use super::checked;
use super::decision::{Decision, decide};
use crate::bindings::registrants::{ChangeStatus, ChangedStatus};
use crate::ids::MeetingId;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Approve, deny or cancel registrations.
pub fn set_status(zoom: &Zoom<'_>, request: ChangeStatus) -> Outcome<ChangedStatus> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    checked::named(&request.registrants)?;
    let call =
        zoom.put(format!("/meetings/{id}/registrants/status")).query("occurrence_id", request.occurrence_id.as_deref());
    let list =
        || zoom.get(format!("/meetings/{id}/registrants")).query("occurrence_id", request.occurrence_id.as_deref());
    let decision =
        Decision { meeting: request.meeting, action: request.action, registrants: request.registrants, list: &list };
    decide(zoom, call, decision)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const PUT: &str = "PUT /meetings/81234567890/registrants/status";

    fn list(state: &str) -> String {
        format!("GET /meetings/81234567890/registrants?status={state}&page_size=300")
    }

    #[test]
    fn who_is_in_the_new_state_counts() {
        let input = r#"{"meeting":"81234567890","action":"cancel","registrants":[{"id":"r1"},{"email":"B@x.org"}]}"#;
        let body = r#"{"action":"cancel","registrants":[{"id":"r1"},{"email":"B@x.org"}]}"#;
        let rows = r#"{"registrants":[{"id":"r1","email":"a@x.org"},{"id":"r2","email":"b@x.org"}]}"#;
        let expected = r#"{"meeting":"81234567890","action":"cancel","count":2,"unconfirmed":[]}"#;
        let steps = script(PUT, 204, "").with_body(body).then(&list("denied"), 200, rows);
        check("registrants.set-status", input, steps, expected);
    }

    #[test]
    fn who_never_registered_is_not_counted() {
        let input = r#"{"meeting":"81234567890","action":"approve","registrants":[{"email":"nobody@x.org"}]}"#;
        let expected = r#"{"meeting":"81234567890","action":"approve","count":0,"unconfirmed":["nobody@x.org"]}"#;
        let steps = script(PUT, 204, "").then(&list("approved"), 200, r#"{"registrants":[]}"#);
        check("registrants.set-status", input, steps, expected);
    }

    #[test]
    fn a_decision_that_cannot_be_read_back_is_not_confirmed() {
        let input = r#"{"meeting":"81234567890","action":"approve","registrants":[{"id":"r1"}]}"#;
        let expected = r#"{"meeting":"81234567890","action":"approve","count":0,"unconfirmed":["r1"]}"#;
        let refusal = r#"{"code":4711,"message":"x"}"#;
        check("registrants.set-status", input, script(PUT, 204, "").then(&list("approved"), 400, refusal), expected);
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
