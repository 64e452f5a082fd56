//! List registrants, all pages of all states.
//!
//! Zoom lists one state at a time. A registration moves from pending to approved or denied, so the states are read in that order: who
//! moves meanwhile is found at least once, and the later reading counts.

use super::checked;
use crate::bindings::registrants::{ListRegistrants, ListedStatus, Registrant, RegistrantList};
use crate::ids::MeetingId;
use crate::input;
use crate::paging::{List, Proof, walk};
use crate::service::Outcome;
use crate::wire::registrant::Registrant as Row;
use crate::zoom::{Call, Zoom};

/// List a meeting's registrants.
pub fn list(zoom: &Zoom<'_>, request: ListRegistrants) -> Outcome<RegistrantList> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let first =
        || zoom.get(format!("/meetings/{id}/registrants")).query("occurrence_id", request.occurrence_id.as_deref());
    states(zoom, request.status, request.limit, first)
}

/// Walk the list that `first` asks for, in one state or in all three.
pub fn states<'z>(
    zoom: &Zoom<'_>,
    status: Option<ListedStatus>,
    limit: Option<u32>,
    first: impl Fn() -> Call<'z>,
) -> Outcome<RegistrantList> {
    let limit = input::limit(limit)?;
    let wanted: &[&str] = match status {
        None => &["pending", "approved", "denied"],
        Some(ListedStatus::Pending) => &["pending"],
        Some(ListedStatus::Approved) => &["approved"],
        Some(ListedStatus::Denied) => &["denied"],
    };
    let mut found: Vec<Registrant> = Vec::new();
    let (mut proof, mut left) = (Proof::default(), wanted.len());
    for state in wanted {
        let enough = limit.map(|limit| limit.saturating_sub(found.len()).max(1));
        let list = List { name: "registrants", first: &|| first().query("status", Some(state)), enough, most: None };
        let walk =
            walk(zoom, &list, |row: Row, _| row.public().ok_or("it has no id")).map_err(checked::in_registration)?;
        proof.add(walk.proof);
        left -= 1;
        for new in walk.items {
            match found.iter_mut().find(|old| old.id == new.id) {
                Some(old) => *old = new,
                None => found.push(new),
            }
        }
        if limit.is_some_and(|limit| found.len() >= limit) {
            break;
        }
    }
    let all = found.len();
    if let Some(limit) = limit {
        found.truncate(limit);
    }
    if found.len() < all || left > 0 {
        proof.limit();
    }
    Ok(RegistrantList { coverage: proof.coverage(found.len()), registrants: found })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};
    use serde_json::json;

    fn get(status: &str, token: &str) -> String {
        let token = if token.is_empty() { String::new() } else { format!("&next_page_token={token}") };
        format!("GET /meetings/81234567890/registrants?status={status}&page_size=300{token}")
    }

    fn page(token: &str, rows: &[(&str, &str)]) -> String {
        let rows: Vec<_> = rows
            .iter()
            .map(|(id, status)| json!({"id": id, "status": status, "email": format!("{id}@x.org"), "first_name": id}))
            .collect();
        json!({"next_page_token": token, "registrants": rows}).to_string()
    }

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn all_pages_of_all_states_are_read_and_who_moved_is_listed_once() {
        let pages = script(&get("pending", ""), 200, &page("", &[("p", "pending"), ("moved", "pending")]))
            .then(&get("approved", ""), 200, &page("t", &[("a", "approved")]))
            .then(&get("approved", "t"), 200, &page("", &[("moved", "approved")]))
            .then(&get("denied", ""), 200, &page("", &[("d", "denied")]));
        let answer = run("registrants.list", INPUT, &pages).unwrap();
        let seen: Vec<_> = answer["registrants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {}", row["id"].as_str().unwrap(), row["status"].as_str().unwrap()))
            .collect();
        assert_eq!(seen, ["p pending", "moved approved", "a approved", "d denied"]);
        assert_eq!(answer["coverage"], json!({"pages":4,"count":4,"complete":true}));
        assert!(pages.is_used_up());
    }

    #[test]
    fn every_field_of_a_row_has_a_public_name() {
        let row = r#"{"registrants":[{"id":"r1","email":"jill@example.com","first_name":"Jill","last_name":"Chill","address":"1 Road",
            "city":"Town","state":"CA","zip":"94045","country":"US","phone":"5550100","comments":"Hi","industry":"Food","job_title":"Chef",
            "org":"Cooking","no_of_employees":"101-250","purchasing_time_frame":"1-3 months","role_in_purchase_process":"Influencer",
            "custom_questions":[{"title":"Why?","value":"Because"}],"status":"approved","create_time":"2026-01-02T03:04:05Z",
            "join_url":"https://z/w/1?tk=x","participant_pin_code":380303}]}"#;
        let expected = r#"{"registrants":[{"id":"r1","email":"jill@example.com","first_name":"Jill","last_name":"Chill",
            "address":"1 Road","city":"Town","state":"CA","zip":"94045","country":"US","phone":"5550100","comments":"Hi","industry":"Food",
            "job_title":"Chef","organization":"Cooking","employees":"101-250","purchasing_time_frame":"1-3 months",
            "purchase_role":"Influencer","answers":[{"title":"Why?","value":"Because"}],"status":"approved",
            "registered_at":"2026-01-02T03:04:05Z","join_url":"https://z/w/1?tk=x","pin":"380303"}],
            "coverage":{"pages":1,"count":1,"complete":true}}"#;
        let input = r#"{"meeting":"81234567890","status":"approved"}"#;
        check("registrants.list", input, script(&get("approved", ""), 200, row), expected);
    }

    #[test]
    fn an_unknown_state_is_kept_as_other() {
        let input = r#"{"meeting":"81234567890","status":"denied"}"#;
        let script = script(&get("denied", ""), 200, &page("", &[("x", "waitlisted")]));
        assert_eq!(run("registrants.list", input, &script).unwrap()["registrants"][0]["status"], "other");
    }

    #[test]
    fn a_limit_is_said_even_when_it_falls_on_the_end_of_a_state() {
        let input = r#"{"meeting":"81234567890","limit":1}"#;
        let one = script(&get("pending", ""), 200, &page("", &[("p", "pending")]));
        assert_eq!(run("registrants.list", input, &one).unwrap()["coverage"]["reason"], "limit");
        let input = r#"{"meeting":"81234567890","status":"pending","limit":1}"#;
        let all = script(&get("pending", ""), 200, &page("", &[("p", "pending")]));
        assert_eq!(run("registrants.list", input, &all).unwrap()["coverage"]["complete"], true);
    }

    #[test]
    fn wrong_input_and_a_meeting_that_is_gone() {
        fails("registrants.list", r#"{"meeting":"x"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
        let input = r#"{"meeting":"81234567890","limit":0}"#;
        fails("registrants.list", input, script("", 0, ""), "input.invalid", Some("/limit"));
        let gone = script(&get("pending", ""), 404, r#"{"code":3001,"message":"x"}"#);
        fails("registrants.list", INPUT, gone, "not-found", None);
    }
}
