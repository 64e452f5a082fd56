//! Register up to thirty people in one request.

use std::collections::BTreeSet;

use super::checked;
use crate::bindings::registrants::{AddRegistrants, BatchResult};
use crate::ids::MeetingId;
use crate::input::at_most;
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::registrant::{Added, BatchAnswer, BatchBody};
use crate::zoom::Zoom;

/// Register up to thirty people.
pub fn add_batch(zoom: &Zoom<'_>, request: AddRegistrants) -> Outcome<BatchResult> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    checked::batch("/people", request.people.len())?;
    let mut asked = BTreeSet::new();
    for (n, person) in request.people.iter().enumerate() {
        let place = format!("/people/{n}/email");
        checked::email(&place, &person.email)?;
        checked::name(&format!("/people/{n}/first_name"), &person.first_name)?;
        at_most(&format!("/people/{n}/last_name"), person.last_name.as_deref(), 64)?;
        if !asked.insert(person.email.to_lowercase()) {
            return Err(invalid(&place, "this address is in the list twice", "keep one of them"));
        }
    }
    let body = BatchBody {
        registrants: request.people.into_iter().map(Into::into).collect(),
        auto_approve: request.auto_approve,
        registrants_confirmation_email: request.confirmation_email,
    };
    let answer: BatchAnswer = zoom
        .post(format!("/meetings/{id}/batch_registrants"))
        .body(&body)?
        .fetch(Mark::Field(&["registrants"]))
        .map_err(checked::in_registration)?;
    // A row without id confirms nobody; the others stay.
    let registrants: Vec<_> = answer.registrants.into_iter().filter_map(Added::of_batch).collect();
    for one in &registrants {
        asked.remove(&one.email.as_deref().unwrap_or_default().to_lowercase());
    }
    Ok(BatchResult { registrants, unconfirmed: asked.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};
    use serde_json::json;

    const POST: &str = "POST /meetings/81234567890/batch_registrants";
    const INPUT: &str = r#"{"meeting":"81234567890","people":[{"email":"A@x.org","first_name":"A"},
        {"email":"b@x.org","first_name":"B","last_name":"Bee"}],"auto_approve":false,"confirmation_email":true}"#;

    #[test]
    fn who_is_missing_in_the_answer_is_said() {
        let body = r#"{"registrants":[{"email":"A@x.org","first_name":"A"},{"email":"b@x.org","first_name":"B","last_name":"Bee"}],
            "auto_approve":false,"registrants_confirmation_email":true}"#;
        let answer = r#"{"registrants":[{"email":"a@x.org","registrant_id":"r1","join_url":"https://z/w/1","participant_pin_code":7}]}"#;
        let expected = r#"{"registrants":[{"id":"r1","email":"a@x.org","status":"approved","join_url":"https://z/w/1","pin":"7"}],
            "unconfirmed":["b@x.org"]}"#;
        check("registrants.add-batch", INPUT, script(POST, 201, answer).with_body(body), expected);
    }

    #[test]
    fn too_many_nobody_and_doubles_are_refused() {
        let people = |addresses: &[&str]| {
            let people: Vec<_> = addresses.iter().map(|email| json!({"email": email, "first_name": "x"})).collect();
            json!({"meeting": "81234567890", "people": people}).to_string()
        };
        let many: Vec<String> = (0..31).map(|n| format!("p{n}@x.org")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (input, pointer) in [
            (people(&many), "/people"),
            (people(&[]), "/people"),
            (people(&["a@x.org", "A@X.org"]), "/people/1/email"),
            (people(&["a@x.org", "b"]), "/people/1/email"),
        ] {
            fails("registrants.add-batch", &input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn zooms_refusals_are_told_apart() {
        let refused = |status, code| script(POST, status, &json!({"code": code, "message": "x"}).to_string());
        fails("registrants.add-batch", INPUT, refused(404, 3001), "not-found", None);
        fails("registrants.add-batch", INPUT, refused(400, 3161), "forbidden", None);
    }
}
