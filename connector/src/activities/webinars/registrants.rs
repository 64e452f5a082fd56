//! A webinar's registrants: list, add, decide. The same as a meeting's at other addresses.

use crate::activities::registrants::{Decision, checked, decide, states};
use crate::bindings::registrants::{AddedRegistrant, ChangedStatus, RegistrantList};
use crate::bindings::webinars::{AddWebinarRegistrant, ChangeWebinarStatus, ListWebinarRegistrants};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire::registrant::{AddBody, Added};
use crate::zoom::Zoom;

/// List a webinar's registrants.
pub fn registrants_list(zoom: &Zoom<'_>, request: ListWebinarRegistrants) -> Outcome<RegistrantList> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    states(zoom, request.status, request.limit, || {
        zoom.get(format!("/webinars/{id}/registrants"))
            .query("occurrence_id", request.occurrence_id.as_deref())
            .query("tracking_source_id", request.tracking_source.as_deref())
    })
}

/// Register a person for a webinar.
pub fn registrants_add(zoom: &Zoom<'_>, request: AddWebinarRegistrant) -> Outcome<AddedRegistrant> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    checked::person("/person", &request.person)?;
    checked::language(request.language.as_deref())?;
    let occurrences = checked::occurrences(request.occurrence_ids.as_deref())?;
    let body = AddBody {
        person: request.person.into(),
        language: request.language,
        auto_approve: None,
        source_id: request.tracking_source,
    };
    let call = zoom.post(format!("/webinars/{id}/registrants")).query("occurrence_ids", occurrences);
    let added: Added = call.body(&body)?.fetch(Mark::Id(&["registrant_id"])).map_err(checked::in_registration)?;
    let added = added.public();
    let added = added.ok_or_else(|| broken("Zoom's answer about the registration has no registrant's id"))?;
    Ok(AddedRegistrant { meeting: None, webinar: added.meeting, ..added })
}

/// Approve, deny or cancel registrations for a webinar.
pub fn registrants_set_status(zoom: &Zoom<'_>, request: ChangeWebinarStatus) -> Outcome<ChangedStatus> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    checked::named(&request.registrants)?;
    let occurrence = request.occurrence_id.as_deref();
    let call = zoom.put(format!("/webinars/{id}/registrants/status")).query("occurrence_id", occurrence);
    let list = || zoom.get(format!("/webinars/{id}/registrants")).query("occurrence_id", occurrence);
    let decision =
        Decision { meeting: request.webinar, action: request.action, registrants: request.registrants, list: &list };
    let changed = decide(zoom, call, decision)?;
    Ok(ChangedStatus { meeting: None, webinar: changed.meeting, ..changed })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    #[test]
    fn all_states_of_one_tracking_source() {
        let get = |status: &str| {
            format!("GET /webinars/91234567890/registrants?tracking_source_id=s1&status={status}&page_size=300")
        };
        let row = r#"{"registrants":[{"id":"r1","status":"approved","join_url":"https://z/w/1"}]}"#;
        let none = r#"{"registrants":[]}"#;
        let pages = script(&get("pending"), 200, none).then(&get("approved"), 200, row).then(&get("denied"), 200, none);
        let input = r#"{"webinar":"91234567890","tracking_source":"s1"}"#;
        let answer = run("webinars.registrants-list", input, &pages).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["complete"]), (&1.into(), &true.into()));
    }

    #[test]
    fn a_person_is_registered_with_the_source() {
        let input = r#"{"webinar":"91234567890","person":{"email":"a@x.org","first_name":"A"},"tracking_source":"s1"}"#;
        let post = script("POST /webinars/91234567890/registrants", 201, r#"{"id":91234567890,"registrant_id":"r1"}"#);
        let body = r#"{"email":"a@x.org","first_name":"A","source_id":"s1"}"#;
        let expected = r#"{"id":"r1","webinar":"91234567890","status":"pending","occurrences":[]}"#;
        check("webinars.registrants-add", input, post.with_body(body), expected);
    }

    #[test]
    fn a_decision_is_sent() {
        let input = r#"{"webinar":"91234567890","action":"approve","registrants":[{"id":"r1"}]}"#;
        let put = script("PUT /webinars/91234567890/registrants/status", 204, "");
        let list = "GET /webinars/91234567890/registrants?status=approved&page_size=300";
        let put = put.then(list, 200, r#"{"registrants":[{"id":"r1"}]}"#);
        let expected = r#"{"webinar":"91234567890","action":"approve","count":1,"unconfirmed":[]}"#;
        check("webinars.registrants-set-status", input, put, expected);
    }

    #[test]
    fn wrong_input_names_the_webinar() {
        for (name, rest) in [
            ("registrants-list", ""),
            ("registrants-add", r#","person":{"email":"a@x.org","first_name":"A"}"#),
            ("registrants-set-status", r#","action":"deny","registrants":[{"id":"r1"}]"#),
        ] {
            let input = format!(r#"{{"webinar":"x"{rest}}}"#);
            fails(&format!("webinars.{name}"), &input, script("", 0, ""), "input.invalid", Some("/webinar"));
        }
    }

    #[test]
    fn a_webinar_that_is_gone_is_not_found() {
        let input = r#"{"webinar":"91234567890","action":"deny","registrants":[{"id":"r1"}]}"#;
        let gone = script("PUT /webinars/91234567890/registrants/status", 404, r#"{"code":3001,"message":"x"}"#);
        fails("webinars.registrants-set-status", input, gone, "not-found", None);
    }
}
