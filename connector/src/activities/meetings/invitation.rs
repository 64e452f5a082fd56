//! Read the text of a meeting's invitation.

use crate::bindings::meetings::{GetInvitation, MeetingInvitation};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read the text of a meeting's invitation.
pub fn invitation(zoom: &Zoom<'_>, request: GetInvitation) -> Outcome<MeetingInvitation> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let found: wire::invitation::Invitation =
        zoom.get(format!("/meetings/{id}/invitation")).json(Mark::Id(&["invitation"]))?;
    found.public().ok_or_else(|| broken("Zoom's answer about the invitation has no text"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "GET /meetings/81234567890/invitation";
    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn text_and_sip_addresses() {
        let wire =
            r#"{"invitation":"Ada invites you.\r\n\r\nTopic: Weekly sync\r\n","sip_links":["5550100@zoomcrc.com"]}"#;
        let expected =
            r#"{"text":"Ada invites you.\r\n\r\nTopic: Weekly sync\r\n","sip_links":["5550100@zoomcrc.com"]}"#;
        check("meetings.invitation", INPUT, script(REQUEST, 200, wire), expected);
    }

    #[test]
    fn an_account_without_sip_has_no_addresses() {
        for wire in [r#"{"invitation":"Ada"}"#, r#"{"invitation":"Ada","sip_links":null}"#] {
            check("meetings.invitation", INPUT, script(REQUEST, 200, wire), r#"{"text":"Ada","sip_links":[]}"#);
        }
    }

    #[test]
    fn blanks_in_an_id_are_refused() {
        fails(
            "meetings.invitation",
            r#"{"meeting":"812 3456 7890"}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/meeting"),
        );
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        let answer = r#"{"code":3001,"message":"Meeting does not exist: 81234567890."}"#;
        fails("meetings.invitation", INPUT, script(REQUEST, 404, answer), "not-found", None);
    }

    #[test]
    fn an_answer_without_text_is_no_invitation() {
        fails("meetings.invitation", INPUT, script(REQUEST, 200, "{}"), "unexpected-answer", None);
    }
}
