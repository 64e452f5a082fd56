//! Viewers who registered for an on-demand recording.

use serde::{Deserialize, Serialize};

use crate::bindings::recording_viewers::{
    AddRecordingRegistrant, AddedRecordingRegistrant, Decided, ListRecordingRegistrants, RecordingRegistrantList,
    RegistrantDecision, RegistrantStatus, SetRecordingRegistrantsStatus,
};
use crate::ids::MeetingId;
use crate::input;
use crate::mark::Mark;
use crate::paging::whole;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::wire::lenient;
use crate::wire::recording_registrant::{Profile, Question, Registrant};
use crate::zoom::Zoom;

/// Zoom takes so many ids at once.
const MOST: usize = 30;

/// List registrants.
pub fn registrants_list(zoom: &Zoom<'_>, request: ListRecordingRegistrants) -> Outcome<RecordingRegistrantList> {
    let meeting = MeetingId::parse("/meeting", &request.meeting)?;
    let limit = input::limit(request.limit)?;
    let status = match request.status.unwrap_or(RegistrantStatus::Approved) {
        RegistrantStatus::Approved => "approved",
        RegistrantStatus::Pending => "pending",
        RegistrantStatus::Denied => "denied",
        RegistrantStatus::Unknown => {
            return Err(invalid("/status", "`unknown` cannot be asked for", "use `approved`, `pending` or `denied`"));
        }
    };
    let first = || zoom.get(format!("/meetings/{meeting}/recordings/registrants")).query("status", Some(status));
    let public = |row: Registrant| Ok(row.public());
    let (registrants, coverage) = whole(zoom, "registrants", &first, limit, public)?;
    Ok(RecordingRegistrantList { registrants, coverage })
}

#[derive(Serialize)]
struct Body {
    email: String,
    first_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(flatten)]
    profile: Profile,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Added {
    #[serde(default, deserialize_with = "lenient::text")]
    registrant_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    share_url: Option<String>,
}

/// Register a viewer.
pub fn registrants_add(zoom: &Zoom<'_>, request: AddRecordingRegistrant) -> Outcome<AddedRecordingRegistrant> {
    let meeting = MeetingId::parse("/meeting", &request.meeting)?;
    input::at_most("/email", Some(&request.email), 128)?;
    if !request.email.contains('@') {
        return Err(invalid("/email", "this is not an e-mail address", "write it as `mary@example.com`"));
    }
    if request.first_name.is_empty() {
        return Err(invalid("/first_name", "the first name is empty", "Zoom wants at least a first name"));
    }
    input::at_most("/first_name", Some(&request.first_name), 64)?;
    input::at_most("/last_name", request.last_name.as_deref(), 64)?;
    let questions = request.questions.unwrap_or_default();
    for (n, question) in questions.iter().enumerate() {
        input::at_most(&format!("/questions/{n}/value"), Some(&question.value), 128)?;
    }
    let body = Body {
        email: request.email,
        first_name: request.first_name,
        last_name: request.last_name,
        profile: request.profile.map(Profile::from).unwrap_or_default(),
        custom_questions: questions
            .into_iter()
            .map(|question| Question { title: question.title, value: question.value })
            .collect(),
    };
    let added: Added = zoom
        .post(format!("/meetings/{meeting}/recordings/registrants"))
        .body(&body)?
        .json(Mark::Id(&["registrant_id"]))?;
    Ok(AddedRecordingRegistrant {
        id: added.registrant_id.ok_or_else(|| broken("Zoom's answer about the registration has no id"))?,
        meeting: request.meeting,
        topic: added.topic,
        share_url: added.share_url,
    })
}

#[derive(Serialize)]
struct Decision<'a> {
    action: &'static str,
    registrants: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
}

/// Approve or deny registrations.
pub fn registrants_set_status(zoom: &Zoom<'_>, request: SetRecordingRegistrantsStatus) -> Outcome<Decided> {
    let meeting = MeetingId::parse("/meeting", &request.meeting)?;
    if !(1..=MOST).contains(&request.registrants.len()) {
        return Err(invalid("/registrants", "Zoom takes 1 to 30 registrants at once", "split the list"));
    }
    let action = match request.decision {
        RegistrantDecision::Approve => "approve",
        RegistrantDecision::Deny => "deny",
    };
    let registrants = request.registrants.iter().map(|id| Named { id }).collect();
    zoom.put(format!("/meetings/{meeting}/recordings/registrants/status"))
        .body(&Decision { action, registrants })?
        .done()?;
    Ok(Decided { meeting: request.meeting, decision: request.decision, registrants: request.registrants })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{check, fails, run, script};

    const PATH: &str = "/meetings/81234567890/recordings/registrants";

    #[test]
    fn a_row_is_kept_whatever_zoom_leaves_out_or_adds() {
        let wire = r#"{"next_page_token":"","registrants":[{"id":"r1","email":"m@x.org","status":"approved","org":"X",
            "custom_questions":[{"title":"Why?","value":"Because"}]},{"status":"paused"}]}"#;
        let script = script(&format!("GET {PATH}?status=pending&page_size=300"), 200, wire);
        let input = r#"{"meeting":"81234567890","status":"pending"}"#;
        let answer = run("recordings.registrants-list", input, &script).unwrap();
        assert_eq!(answer["registrants"][0]["profile"], json!({"org": "X"}));
        assert_eq!(answer["registrants"][0]["questions"][0]["value"], "Because");
        assert_eq!((&answer["registrants"][1]["status"], &answer["coverage"]["count"]), (&json!("unknown"), &json!(2)));
    }

    #[test]
    fn a_viewer_who_waits_has_no_page_yet() {
        let input = r#"{"meeting":"81234567890","email":"m@x.org","first_name":"Mary","profile":{"org":"X"},
            "questions":[{"title":"Why?","value":"Because"}]}"#;
        let body = r#"{"email":"m@x.org","first_name":"Mary","org":"X","custom_questions":[{"title":"Why?","value":"Because"}]}"#;
        let wire = r#"{"id":81234567890,"registrant_id":"r1","topic":"T"}"#;
        let script = script(&format!("POST {PATH}"), 201, wire).with_body(body);
        let expected = r#"{"id":"r1","meeting":"81234567890","topic":"T"}"#;
        check("recordings.registrants-add", input, script, expected);
    }

    #[test]
    fn a_recording_without_registration_refuses() {
        let answer = r#"{"code":404,"message":"x"}"#;
        let input = r#"{"meeting":"81234567890","email":"m@x.org","first_name":"Mary"}"#;
        let script_ = script(&format!("POST {PATH}"), 404, answer);
        fails("recordings.registrants-add", input, script_, "not-found", None);
        let nobody = r#"{"meeting":"81234567890","email":"m","first_name":"Mary"}"#;
        fails("recordings.registrants-add", nobody, script("", 0, ""), "input.invalid", Some("/email"));
        let uuid = r#"{"meeting":"abcdefgh==","email":"m@x.org","first_name":"Mary"}"#;
        fails("recordings.registrants-add", uuid, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn decisions_are_for_one_to_thirty() {
        let input = r#"{"meeting":"81234567890","decision":"deny","registrants":["r1","r2"]}"#;
        let script_ = script(&format!("PUT {PATH}/status"), 204, "")
            .with_body(r#"{"action":"deny","registrants":[{"id":"r1"},{"id":"r2"}]}"#);
        check("recordings.registrants-set-status", input, script_, input);
        let none = r#"{"meeting":"81234567890","decision":"deny","registrants":[]}"#;
        fails("recordings.registrants-set-status", none, script("", 0, ""), "input.invalid", Some("/registrants"));
    }
}
