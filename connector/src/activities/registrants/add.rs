//! Register a person for a meeting.

use super::checked;
use crate::bindings::registrants::{AddRegistrant, AddedRegistrant};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire::registrant::{AddBody, Added};
use crate::zoom::Zoom;

/// Register a person.
pub fn add(zoom: &Zoom<'_>, request: AddRegistrant) -> Outcome<AddedRegistrant> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    checked::person("/person", &request.person)?;
    checked::language(request.language.as_deref())?;
    let occurrences = checked::occurrences(request.occurrence_ids.as_deref())?;
    let body = AddBody {
        person: request.person.into(),
        language: request.language,
        auto_approve: request.auto_approve,
        source_id: None,
    };
    let call = zoom.post(format!("/meetings/{id}/registrants")).query("occurrence_ids", occurrences);
    let added: Added = call.body(&body)?.fetch(Mark::Id(&["registrant_id"])).map_err(checked::in_registration)?;
    added.public().ok_or_else(|| broken("Zoom's answer about the registration has no registrant's id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const POST: &str = "POST /meetings/81234567890/registrants";

    #[test]
    fn an_approved_registration_has_its_link() {
        let input = r#"{"meeting":"81234567890","person":{"email":"jill@example.com","first_name":"Jill","organization":"Cooking",
            "employees":"1-20","purchase_role":"Influencer","answers":[{"title":"Why?","value":"x"}]},
            "occurrence_ids":["1648194360000","1648280760000"],"language":"de-DE","auto_approve":true}"#;
        let body = r#"{"email":"jill@example.com","first_name":"Jill","org":"Cooking","no_of_employees":"1-20",
            "role_in_purchase_process":"Influencer","custom_questions":[{"title":"Why?","value":"x"}],"language":"de-DE","auto_approve":true}"#;
        let answer = r#"{"id":81234567890,"registrant_id":"r1","join_url":"https://z/w/1","topic":"T","start_time":"2026-12-01T09:00:00Z",
            "occurrences":[{"occurrence_id":"1648194360000","duration":60,"status":"available"}],"participant_pin_code":380303}"#;
        let expected = r#"{"id":"r1","meeting":"81234567890","status":"approved","join_url":"https://z/w/1","topic":"T",
            "start_time":"2026-12-01T09:00:00Z","occurrences":[{"id":"1648194360000","duration":60}],"pin":"380303"}"#;
        let post = format!("{POST}?occurrence_ids=1648194360000,1648280760000");
        check("registrants.add", input, script(&post, 201, answer).with_body(body), expected);
    }

    const INPUT: &str = r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A"}}"#;

    #[test]
    fn without_a_link_it_is_pending() {
        let answer = r#"{"id":81234567890,"registrant_id":"r1","topic":"T"}"#;
        let expected = r#"{"id":"r1","meeting":"81234567890","status":"pending","topic":"T","occurrences":[]}"#;
        check("registrants.add", INPUT, script(POST, 201, answer), expected);
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (input, pointer) in [
            (r#"{"meeting":"1","person":{"email":"a@x.org","first_name":"A"}}"#, "/meeting"),
            (r#"{"meeting":"81234567890","person":{"email":"a","first_name":"A"}}"#, "/person/email"),
            (r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":" "}}"#, "/person/first_name"),
            (
                r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A","country":"Germany"}}"#,
                "/person/country",
            ),
            (
                r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A","employees":"7"}}"#,
                "/person/employees",
            ),
            (r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A","mail":"7"}}"#, "/person/mail"),
            (r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A"},"language":"de"}"#, "/language"),
            (
                r#"{"meeting":"81234567890","person":{"email":"a@x.org","first_name":"A"},"occurrence_ids":[""]}"#,
                "/occurrence_ids/0",
            ),
        ] {
            fails("registrants.add", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn the_daily_limit_of_a_registrant_is_rate_limited() {
        let answer = r#"{"code":429,"message":"You have exceeded the daily rate limit of (3)…"}"#;
        fails("registrants.add", INPUT, script(POST, 429, answer), "rate-limited", None);
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        fails("registrants.add", INPUT, script(POST, 404, r#"{"code":1001,"message":"x"}"#), "not-found", None);
    }
}
