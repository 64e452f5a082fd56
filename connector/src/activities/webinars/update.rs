//! Change a webinar, read it back, and say what Zoom changed.

use super::adjusted::Asked;
use super::create::settings;
use super::get::read;
use crate::activities::meetings::create::{in_our_words, texts};
use crate::activities::meetings::repeats;
use crate::activities::meetings::when::{Start, timezone};
use crate::bindings::contract::Problem;
use crate::bindings::webinars::{SavedWebinar, UpdateWebinar};
use crate::ids::MeetingId;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::webinar::WebinarBody;
use crate::zoom::Zoom;

/// Change a webinar. Zoom answers with nothing at all, so it is read back.
pub fn update(zoom: &Zoom<'_>, request: UpdateWebinar) -> Outcome<SavedWebinar> {
    let id = MeetingId::parse("/webinar", &request.webinar)?;
    texts(request.topic.as_deref(), request.agenda.as_deref(), request.passcode.as_deref(), request.duration)?;
    timezone(request.timezone.as_deref())?;
    let start = match request.start_time.as_deref() {
        Some(text) => Some(Start::parse(text, request.timezone.as_deref(), zoom.now())?),
        None => None,
    };
    if request.occurrence_id.is_some() && request.recurrence.is_some() {
        let fix = "remove `recurrence`, or `occurrence_id` to change the whole webinar";
        return Err(invalid("/recurrence", "one occurrence does not repeat", fix));
    }
    let body = WebinarBody {
        topic: request.topic.clone(),
        kind: None,
        start_time: start.as_ref().map(|start| start.wire.clone()),
        duration: request.duration,
        timezone: request.timezone.clone(),
        agenda: request.agenda.clone(),
        password: request.passcode.clone(),
        recurrence: repeats::checked(request.recurrence.as_ref(), start.as_ref(), zoom.now())?,
        settings: settings(request.settings.as_ref())?,
    };
    let rule = repeats::asked(body.recurrence.as_ref());
    let asked = Asked {
        topic: request.topic.as_deref(),
        duration: request.duration,
        timezone: request.timezone.as_deref(),
        agenda: request.agenda.as_deref(),
        recurrence: rule.as_ref(),
        settings: request.settings.as_ref(),
        start: request.start_time.as_deref().zip(start.as_ref()),
        passcode: request.passcode.as_deref(),
    };
    if asked.is_empty() {
        return Err(invalid("", "nothing to change", "give at least one field beside `id` and `occurrence_id`"));
    }
    let occurrence = request.occurrence_id.as_deref();
    let call = zoom.patch(format!("/webinars/{id}")).query("occurrence_id", occurrence);
    call.body(&body)?.done().map_err(in_our_words)?;
    let webinar = read(zoom, &id, occurrence, None).map_err(unconfirmed)?;
    Ok(SavedWebinar { adjusted: asked.adjusted(&webinar, occurrence, zoom.now()), webinar })
}

/// The change is made; only the proof is missing.
fn unconfirmed(problem: Problem) -> Problem {
    let message = format!("Zoom accepted the change, but reading the webinar back failed: {}", problem.message);
    Problem { message, not_sent: false, ..problem }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const PATCH: &str = "PATCH /webinars/91234567890";
    const GET: &str = "GET /webinars/91234567890";
    const INPUT: &str = r#"{"webinar":"91234567890","topic":"New"}"#;

    #[test]
    fn only_what_was_asked_is_sent_and_read_back() {
        let script = script(PATCH, 204, "").with_body(r#"{"topic":"New"}"#).then(
            GET,
            200,
            r#"{"id":91234567890,"topic":"Old","type":5}"#,
        );
        let expected = r#"{"webinar":{"id":"91234567890","topic":"Old","kind":"scheduled"},
            "adjusted":[{"field":"/topic","asked":"\"New\"","stored":"\"Old\""}]}"#;
        check("webinars.update", INPUT, script, expected);
    }

    #[test]
    fn a_change_of_nothing_is_refused() {
        fails("webinars.update", r#"{"webinar":"91234567890"}"#, script("", 0, ""), "input.invalid", Some(""));
    }

    #[test]
    fn a_change_without_proof_is_not_called_unsent() {
        let script = script(PATCH, 204, "").then(GET, 500, "");
        assert!(!fails("webinars.update", INPUT, script, "unavailable", None).not_sent);
    }

    #[test]
    fn a_webinar_that_is_gone_is_not_found() {
        fails("webinars.update", INPUT, script(PATCH, 404, r#"{"code":3001,"message":"x"}"#), "not-found", None);
    }
}
