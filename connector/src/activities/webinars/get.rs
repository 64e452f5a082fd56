//! Read one webinar.

use crate::bindings::webinars::{GetWebinar, Webinar};
use crate::ids::MeetingId;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one webinar.
pub fn get(zoom: &Zoom<'_>, request: GetWebinar) -> Outcome<Webinar> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    read(zoom, &id, request.occurrence_id.as_deref(), request.previous_occurrences)
}

/// Read a webinar by its checked id.
pub fn read(zoom: &Zoom<'_>, id: &MeetingId, occurrence: Option<&str>, previous: Option<bool>) -> Outcome<Webinar> {
    let found: wire::webinar::Webinar = zoom
        .get(format!("/webinars/{id}"))
        .query("occurrence_id", occurrence)
        .query("show_previous_occurrences", previous)
        .json(id.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the webinar has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"webinar":"91234567890"}"#;

    #[test]
    fn a_webinar_in_public_words() {
        let wire = r#"{"id":91234567890,"topic":"Launch","type":9,"duration":45,"is_simulive":false,"start_url":"https://secret",
            "recurrence":{"type":2,"weekly_days":"2"},"settings":{"approval_type":1,"registration_type":3,"alternative_hosts":"a@x.org,b@x.org",
            "audio":"thirdParty","auto_recording":"moon","registrants_restrict_number":0},
            "occurrences":[{"occurrence_id":"1648194360000","status":"deleted"}]}"#;
        let expected = r#"{"id":"91234567890","topic":"Launch","kind":"recurring","duration":45,"simulive":false,
            "occurrences":[{"id":"1648194360000","available":false}],"recurrence":{"every":"weekly","weekdays":["monday"]},
            "settings":{"approval":"manual","registration":"chosen_occurrences","alternative_hosts":["a@x.org","b@x.org"],
            "audio":"third_party","auto_recording":"other","max_registrants":0}}"#;
        check("webinars.get", INPUT, script("GET /webinars/91234567890", 200, wire), expected);
    }

    #[test]
    fn wrong_input_a_missing_plan_and_a_webinar_that_is_gone() {
        fails("webinars.get", r#"{"webinar":"x"}"#, script("", 0, ""), "input.invalid", Some("/webinar"));
        let answer =
            |status, code| script("GET /webinars/91234567890", status, &format!(r#"{{"code":{code},"message":"x"}}"#));
        fails("webinars.get", INPUT, answer(404, 3001), "not-found", None);
        assert!(crate::testing::run("webinars.get", INPUT, &answer(400, 200)).is_err());
    }
}
