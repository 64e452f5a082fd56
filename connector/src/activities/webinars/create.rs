//! Schedule a webinar, and say what Zoom changed.

use super::adjusted::Asked;
use crate::activities::meetings::create::{in_our_words, texts};
use crate::activities::meetings::repeats;
use crate::activities::meetings::when::{Start, timezone};
use crate::bindings::webinars::{CreateWebinar, SavedWebinar, WebinarSchedule, WebinarSettings};
use crate::ids::UserRef;
use crate::input::within;
use crate::mark::Mark;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::wire;
use crate::wire::webinar::{WebinarBody, number};
use crate::zoom::Zoom;

/// Schedule a webinar.
pub fn create(zoom: &Zoom<'_>, request: CreateWebinar) -> Outcome<SavedWebinar> {
    let user = UserRef::parse(request.user.as_deref())?;
    let kind = request.kind.unwrap_or(WebinarSchedule::Scheduled);
    if request.topic.trim().is_empty() {
        return Err(invalid("/topic", "the topic is empty", "give the webinar a title"));
    }
    texts(Some(&request.topic), request.agenda.as_deref(), request.passcode.as_deref(), request.duration)?;
    timezone(request.timezone.as_deref())?;
    let start = start(kind, &request, zoom.now())?;
    let body = WebinarBody {
        topic: Some(request.topic.clone()),
        kind: Some(number(kind)),
        start_time: start.as_ref().map(|start| start.wire.clone()),
        duration: request.duration,
        timezone: request.timezone.clone(),
        agenda: request.agenda.clone(),
        password: request.passcode.clone(),
        recurrence: recurrence(kind, &request, start.as_ref(), zoom.now())?,
        settings: settings(request.settings.as_ref())?,
    };
    let answer: wire::webinar::Webinar =
        zoom.post(format!("/users/{user}/webinars")).body(&body)?.json(Mark::Id(&["id"])).map_err(in_our_words)?;
    let webinar = answer.public().ok_or_else(|| broken("Zoom's answer about the new webinar has no id"))?;
    let rule = repeats::asked(body.recurrence.as_ref());
    let asked = Asked {
        topic: Some(&request.topic),
        duration: request.duration,
        timezone: request.timezone.as_deref(),
        agenda: request.agenda.as_deref(),
        recurrence: rule.as_ref(),
        settings: request.settings.as_ref(),
        start: request.start_time.as_deref().zip(start.as_ref()),
        passcode: request.passcode.as_deref(),
    };
    Ok(SavedWebinar { adjusted: asked.adjusted(&webinar, None, zoom.now()), webinar })
}

fn start(kind: WebinarSchedule, request: &CreateWebinar, now: u64) -> Outcome<Option<Start>> {
    let place = "/start_time";
    match (kind, request.start_time.as_deref()) {
        (WebinarSchedule::RecurringOpen, None) => Ok(None),
        (WebinarSchedule::RecurringOpen, Some(_)) => Err(invalid(
            place,
            "this kind of webinar has no start time",
            "remove `start_time`, or use `kind: scheduled`",
        )),
        (_, None) => Err(invalid(place, "a webinar needs a start time", "add `start_time` and `timezone`")),
        (_, Some(_)) if request.timezone.is_none() => {
            Err(invalid("/timezone", "the time zone is missing", "add `timezone`, for example `Europe/Berlin`"))
        }
        (_, Some(text)) => Start::parse(text, request.timezone.as_deref(), now).map(Some),
    }
}

fn recurrence(
    kind: WebinarSchedule,
    request: &CreateWebinar,
    start: Option<&Start>,
    now: u64,
) -> Outcome<Option<wire::recurrence::Recurrence>> {
    match (kind, request.recurrence.as_ref()) {
        (WebinarSchedule::Recurring, None) => Err(invalid(
            "/recurrence",
            "a recurring webinar needs its recurrence",
            "add `recurrence`, for example {\"every\":\"daily\",\"occurrences\":10}",
        )),
        (WebinarSchedule::Recurring, rule) => repeats::checked(rule, start, now),
        (_, Some(_)) => {
            Err(invalid("/recurrence", "this kind of webinar does not repeat", "use `kind: recurring`, or remove it"))
        }
        (_, None) => Ok(None),
    }
}

/// Zoom's form of the settings.
pub fn settings(settings: Option<&WebinarSettings>) -> Outcome<Option<wire::webinar::Settings>> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    within("/settings/max_registrants", settings.max_registrants, 0..=20_000)?;
    settings.clone().try_into().map(Some).map_err(|field| {
        let place = format!("/settings/{field}");
        invalid(&place, "`other` is only read, never written", "choose one of the named values")
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const INPUT: &str = r#"{"topic":"Launch","start_time":"2026-12-01T10:00:00","timezone":"Europe/Berlin","duration":45,
        "settings":{"approval":"manual","alternative_hosts":["a@x.org","b@x.org"]}}"#;
    const BODY: &str = r#"{"topic":"Launch","type":5,"start_time":"2026-12-01T10:00:00","duration":45,"timezone":"Europe/Berlin",
        "settings":{"approval_type":1,"alternative_hosts":"a@x.org,b@x.org"}}"#;
    const POST: &str = "POST /users/me/webinars";

    fn stored(approval: u8) -> String {
        format!(
            r#"{{"id":91234567890,"topic":"Launch","type":5,"start_time":"2026-12-01T09:00:00Z","duration":45,
            "timezone":"Europe/Berlin","start_url":"https://secret",
            "settings":{{"approval_type":{approval},"alternative_hosts":"b@x.org,a@x.org"}}}}"#
        )
    }

    #[test]
    fn a_webinar_is_scheduled_as_asked() {
        let expected = r#"{"webinar":{"id":"91234567890","topic":"Launch","kind":"scheduled","start_time":"2026-12-01T09:00:00Z",
            "duration":45,"timezone":"Europe/Berlin","settings":{"approval":"manual","alternative_hosts":["b@x.org","a@x.org"]}},"adjusted":[]}"#;
        check("webinars.create", INPUT, script(POST, 201, &stored(1)).with_body(BODY), expected);
    }

    #[test]
    fn what_zoom_changed_is_said() {
        let answer = run("webinars.create", INPUT, &script(POST, 201, &stored(2))).unwrap();
        assert_eq!(
            answer["adjusted"],
            serde_json::json!([{"field":"/settings/approval","asked":"\"manual\"","stored":"\"no_registration\""}])
        );
    }

    #[test]
    fn a_series_that_ends_too_early_is_said() {
        let input = r#"{"topic":"x","kind":"recurring","start_time":"2027-03-27T10:00:00","timezone":"Europe/Berlin",
            "recurrence":{"every":"daily","until":"2027-03-30T20:00:00Z"}}"#;
        let answer = r#"{"id":91234567890,"topic":"x","type":9,"timezone":"Europe/Berlin","start_time":"2027-03-27T09:00:00Z",
            "recurrence":{"type":1,"end_date_time":"2027-03-30T20:00:00Z"},
            "occurrences":[{"occurrence_id":"1","start_time":"2027-03-27T09:00:00Z"},{"occurrence_id":"2","start_time":"2027-03-28T08:00:00Z"}]}"#;
        let saved = run("webinars.create", input, &script(POST, 201, answer)).unwrap();
        let end = serde_json::json!([{"field":"/recurrence/until","asked":"\"2027-03-30T20:00:00Z\"","stored":"\"2027-03-28T08:00:00Z\""}]);
        assert_eq!(saved["adjusted"], end);
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (input, pointer) in [
            (r#"{"topic":" ","kind":"recurring_open"}"#, "/topic"),
            (r#"{"topic":"x"}"#, "/start_time"),
            (r#"{"topic":"x","start_time":"2026-12-01T10:00:00"}"#, "/timezone"),
            (r#"{"topic":"x","kind":"recurring_open","start_time":"2026-12-01T10:00:00Z"}"#, "/start_time"),
            (r#"{"topic":"x","kind":"recurring","start_time":"2026-12-01T10:00:00Z","timezone":"UTC"}"#, "/recurrence"),
            (r#"{"topic":"x","kind":"recurring_open","recurrence":{"every":"daily"}}"#, "/recurrence"),
            (r#"{"topic":"x","kind":"recurring_open","settings":{"audio":"other"}}"#, "/settings/audio"),
            (
                r#"{"topic":"x","kind":"recurring_open","settings":{"max_registrants":20001}}"#,
                "/settings/max_registrants",
            ),
            (r#"{"topic":"x","kind":"instant"}"#, "/kind"),
        ] {
            fails("webinars.create", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn the_daily_limit_of_a_host_is_rate_limited() {
        fails("webinars.create", INPUT, script(POST, 429, r#"{"code":429,"message":"x"}"#), "rate-limited", None);
    }
}
