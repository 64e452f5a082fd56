//! Change a meeting, read it back, and say what Zoom changed.

use super::adjusted::{Asked, adjusted};
use super::create::{in_our_words, settings, texts, tracking};
use super::get::read;
use super::repeats;
use super::series::Shown;
use super::when::{Start, timezone};
use crate::bindings::contract::Problem;
use crate::bindings::meetings::{SavedMeeting, UpdateMeeting};
use crate::ids::MeetingId;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::meeting::MeetingBody;
use crate::zoom::Zoom;

/// Change a meeting. Zoom answers changes with nothing at all and drops some silently, so the meeting is read back.
pub fn update(zoom: &Zoom<'_>, request: UpdateMeeting) -> Outcome<SavedMeeting> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    texts(request.topic.as_deref(), request.agenda.as_deref(), request.passcode.as_deref(), request.duration)?;
    timezone(request.timezone.as_deref())?;
    let start = match request.start_time.as_deref() {
        Some(text) => Some(Start::parse(text, request.timezone.as_deref(), zoom.now())?),
        None => None,
    };
    if request.occurrence_id.is_some() && request.recurrence.is_some() {
        return Err(invalid(
            "/recurrence",
            "one occurrence does not repeat",
            "remove `recurrence`, or `occurrence_id` to change the whole meeting",
        ));
    }
    let body = MeetingBody {
        topic: request.topic.clone(),
        start_time: start.as_ref().map(|start| start.wire.clone()),
        duration: request.duration,
        timezone: request.timezone.clone(),
        agenda: request.agenda.clone(),
        password: request.passcode.clone(),
        tracking_fields: tracking(request.tracking_fields.as_deref())?,
        recurrence: repeats::checked(request.recurrence.as_ref(), start.as_ref(), zoom.now())?,
        settings: settings(request.settings.as_ref())?,
        ..MeetingBody::default()
    };
    if changes_nothing(&request) {
        return Err(invalid("", "nothing to change", "give at least one field beside `id` and `occurrence_id`"));
    }
    let occurrence = request.occurrence_id.as_deref();
    zoom.patch(format!("/meetings/{id}"))
        .query("occurrence_id", occurrence)
        .body(&body)?
        .done()
        .map_err(in_our_words)?;
    let meeting = read(zoom, &id, occurrence, None).map_err(unconfirmed)?;
    let rule = repeats::asked(body.recurrence.as_ref());
    let asked = Asked {
        topic: request.topic.as_deref(),
        duration: request.duration,
        timezone: request.timezone.as_deref(),
        agenda: request.agenda.as_deref(),
        tracking_fields: request.tracking_fields.as_deref(),
        recurrence: rule.as_ref(),
        settings: request.settings.as_ref(),
    };
    let shown = Shown {
        start_time: meeting.start_time.as_deref(),
        timezone: meeting.timezone.as_deref(),
        occurrences: meeting.occurrences.as_deref().filter(|_| occurrence.is_none()),
    };
    let times = shown.differences(request.start_time.as_deref().zip(start.as_ref()), rule.as_ref(), zoom.now());
    Ok(SavedMeeting { adjusted: adjusted(&asked, times, request.passcode.as_deref(), &meeting), meeting })
}

fn changes_nothing(request: &UpdateMeeting) -> bool {
    request.topic.is_none()
        && request.start_time.is_none()
        && request.timezone.is_none()
        && request.duration.is_none()
        && request.agenda.is_none()
        && request.passcode.is_none()
        && request.tracking_fields.is_none()
        && request.recurrence.is_none()
        && request.settings.is_none()
}

/// The change is made; only the proof is missing.
pub fn unconfirmed(problem: Problem) -> Problem {
    Problem {
        message: format!("Zoom accepted the change, but reading the meeting back failed: {}", problem.message),
        not_sent: false,
        ..problem
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const PATCH: &str = "PATCH /meetings/81234567890";
    const GET: &str = "GET /meetings/81234567890";

    #[test]
    fn only_what_was_asked_is_sent_and_read_back() {
        let script = script(PATCH, 204, "").with_body(r#"{"topic":"New"}"#).then(
            GET,
            200,
            r#"{"id":81234567890,"topic":"New","type":2}"#,
        );
        check(
            "meetings.update",
            r#"{"meeting":"81234567890","topic":"New"}"#,
            script,
            r#"{"meeting":{"id":"81234567890","topic":"New","kind":"scheduled","status":"unknown"},"adjusted":[]}"#,
        );
    }

    #[test]
    fn a_series_whose_hour_does_not_follow_the_clocks_is_said() {
        let stored = r#"{"id":81234567890,"type":8,"timezone":"Europe/Berlin","start_time":"2027-03-27T09:00:00Z","occurrences":[
            {"occurrence_id":"1","start_time":"2027-03-27T09:00:00Z"},{"occurrence_id":"2","start_time":"2027-03-28T09:00:00Z"}]}"#;
        let input = r#"{"meeting":"81234567890","start_time":"2027-03-27T10:00:00","timezone":"Europe/Berlin"}"#;
        let answer = run("meetings.update", input, &script(PATCH, 204, "").then(GET, 200, stored)).unwrap();
        let hour = r#"[{"field":"/start_time","asked":"\"2027-03-28T10:00:00\"","stored":"\"2027-03-28T11:00:00\""}]"#;
        assert_eq!(answer["adjusted"], serde_json::from_str::<serde_json::Value>(hour).unwrap());
    }

    #[test]
    fn a_change_of_nothing_is_refused() {
        fails("meetings.update", r#"{"meeting":"81234567890"}"#, script("", 0, ""), "input.invalid", Some(""));
    }

    #[test]
    fn a_change_without_proof_is_not_called_unsent() {
        let script = script(PATCH, 204, "").then(GET, 500, "");
        let problem =
            fails("meetings.update", r#"{"meeting":"81234567890","topic":"New"}"#, script, "unavailable", None);
        assert!(!problem.not_sent);
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        let answer = r#"{"code":3001,"message":"x"}"#;
        fails(
            "meetings.update",
            r#"{"meeting":"81234567890","topic":"x"}"#,
            script(PATCH, 404, answer),
            "not-found",
            None,
        );
    }
}
