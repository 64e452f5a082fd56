//! Make a join link for each of several people.

use crate::bindings::meetings::{CreateInviteLinks, InviteLinkList};
use crate::dates::Moment;
use crate::ids::MeetingId;
use crate::input::{at_most, within};
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::invite_links::{Body, Links};
use crate::zoom::Zoom;

/// How long links work when nobody says, in seconds.
const DEFAULT_TTL: u32 = 7_200;

/// Make join links.
pub fn invite_links(zoom: &Zoom<'_>, request: CreateInviteLinks) -> Outcome<InviteLinkList> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    within("/ttl", request.ttl, 0..=7_776_000)?;
    if request.attendees.is_empty() || request.attendees.len() > 500 {
        return Err(invalid("/attendees", "so many links cannot be made at once", "name 1 to 500 people"));
    }
    for (n, attendee) in request.attendees.iter().enumerate() {
        let at = format!("/attendees/{n}/name");
        at_most(&at, Some(&attendee.name), 64)?;
        if attendee.name.trim().is_empty() {
            return Err(invalid(&at, "the name is empty", "give the name to show in the meeting"));
        }
    }
    let ttl = request.ttl.unwrap_or(DEFAULT_TTL);
    let until = i64::try_from(zoom.now()).unwrap_or(i64::MAX).saturating_add(i64::from(ttl) * 1000);
    let expires_at = (ttl > 0).then(|| Moment(until).to_string());
    let mut missing: Vec<String> = request.attendees.iter().map(|attendee| attendee.name.clone()).collect();
    let body = Body::new(request.attendees, request.ttl);
    let found: Links =
        zoom.post(format!("/meetings/{id}/invite_links")).body(&body)?.json(Mark::Field(&["attendees"]))?;
    let links = found.public(expires_at.as_deref());
    for link in &links {
        if let Some(at) = missing.iter().position(|name| *name == link.name) {
            missing.remove(at);
        }
    }
    Ok(InviteLinkList { links, missing })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "POST /meetings/81234567890/invite_links";

    #[test]
    fn seed_uipath_48_links_of_the_named_people_with_their_expiry() {
        let body = r#"{"attendees":[{"name":"Grace","disable_audio":true},{"name":"Alan"}],"ttl":3600}"#;
        let answer =
            r#"{"attendees":[{"name":"Grace","join_url":"https://z/g"},{"name":"Alan","join_url":"https://z/a"}]}"#;
        check(
            "meetings.invite-links",
            r#"{"meeting":"81234567890","attendees":[{"name":"Grace","disable_audio":true},{"name":"Alan"}],"ttl":3600}"#,
            script(REQUEST, 201, answer).with_body(body),
            r#"{"links":[{"name":"Grace","join_url":"https://z/g","expires_at":"2026-07-30T01:00:00Z"},
                {"name":"Alan","join_url":"https://z/a","expires_at":"2026-07-30T01:00:00Z"}],"missing":[]}"#,
        );
    }

    #[test]
    fn links_for_ever_have_no_end_and_people_without_link_are_named() {
        check(
            "meetings.invite-links",
            r#"{"meeting":"81234567890","attendees":[{"name":"Grace"},{"name":"Grace"}],"ttl":0}"#,
            script(REQUEST, 201, r#"{"attendees":[{"name":"Grace","join_url":"https://z/g"}]}"#),
            r#"{"links":[{"name":"Grace","join_url":"https://z/g"}],"missing":["Grace"]}"#,
        );
    }

    #[test]
    fn wrong_inputs_never_reach_zoom() {
        for (input, pointer) in [
            (r#"{"meeting":"81234567890","attendees":[]}"#, "/attendees"),
            (r#"{"meeting":"81234567890","attendees":[{"name":" "}]}"#, "/attendees/0/name"),
            (r#"{"meeting":"81234567890","attendees":[{"name":"x"}],"ttl":7776001}"#, "/ttl"),
            (r#"{"meeting":"1","attendees":[{"name":"x"}]}"#, "/meeting"),
        ] {
            fails("meetings.invite-links", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        let answer = r#"{"code":3001,"message":"x"}"#;
        let input = r#"{"meeting":"81234567890","attendees":[{"name":"x"}]}"#;
        fails("meetings.invite-links", input, script(REQUEST, 404, answer), "not-found", None);
    }
}
