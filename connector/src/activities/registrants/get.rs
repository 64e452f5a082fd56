//! Read one registrant.

use crate::bindings::registrants::{GetRegistrant, Registrant};
use crate::ids::{MeetingId, RegistrantId};
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one registrant.
pub fn get(zoom: &Zoom<'_>, request: GetRegistrant) -> Outcome<Registrant> {
    let meeting = MeetingId::parse("/meeting", &request.meeting)?;
    let id = RegistrantId::parse("/registrant", &request.registrant)?;
    let found: wire::registrant::Registrant =
        zoom.get(format!("/meetings/{meeting}/registrants/{id}")).json(id.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the registrant has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890","registrant":"fdg_sf-h2ey82fuh"}"#;
    const GET: &str = "GET /meetings/81234567890/registrants/fdg_sf-h2ey82fuh";

    #[test]
    fn a_pending_registrant_has_no_link() {
        let wire = r#"{"id":"fdg_sf-h2ey82fuh","email":"a@x.org","first_name":"A","status":"pending","join_url":""}"#;
        let expected =
            r#"{"id":"fdg_sf-h2ey82fuh","email":"a@x.org","first_name":"A","status":"pending","answers":[]}"#;
        check("registrants.get", INPUT, script(GET, 200, wire), expected);
    }

    #[test]
    fn ids_that_would_change_the_path_are_refused_or_encoded() {
        for id in ["", "a/b", "..", "a b"] {
            let input = format!(r#"{{"meeting":"81234567890","registrant":"{id}"}}"#);
            fails("registrants.get", &input, script("", 0, ""), "input.invalid", Some("/registrant"));
        }
        let input = r#"{"meeting":"81234567890","registrant":"a?b"}"#;
        let gone = script("GET /meetings/81234567890/registrants/a%3Fb", 404, r#"{"code":3001,"message":"x"}"#);
        fails("registrants.get", input, gone, "not-found", None);
    }

    #[test]
    fn an_answer_without_id_is_unexpected() {
        fails("registrants.get", INPUT, script(GET, 200, "{}"), "unexpected-answer", None);
    }
}
