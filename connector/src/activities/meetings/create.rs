//! Schedule a meeting, and say what Zoom changed.

use super::adjusted::{Asked, adjusted};
use super::when::{Start, timezone};
use crate::bindings::meetings::{CreateMeeting, Recurrence, SavedMeeting, ScheduleKind, Settings};
use crate::ids::UserRef;
use crate::input::{at_most, within};
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::wire;
use crate::wire::meeting::{MeetingBody, number};
use crate::zoom::Zoom;

/// Schedule a meeting.
pub fn create(zoom: &Zoom<'_>, request: CreateMeeting) -> Outcome<SavedMeeting> {
    let user = UserRef::parse(request.user.as_deref())?;
    let kind = request.kind.unwrap_or(ScheduleKind::Scheduled);
    if request.topic.trim().is_empty() {
        return Err(invalid("/topic", "the topic is empty", "give the meeting a title"));
    }
    texts(Some(&request.topic), request.agenda.as_deref(), request.passcode.as_deref(), request.duration)?;
    timezone(request.timezone.as_deref())?;
    let start = start(kind, &request, zoom.now())?;
    let body = MeetingBody {
        topic: Some(request.topic.clone()),
        kind: Some(number(kind)),
        start_time: start.as_ref().map(|start| start.wire.clone()),
        duration: request.duration,
        timezone: request.timezone.clone(),
        agenda: request.agenda.clone(),
        password: request.passcode.clone(),
        recurrence: recurrence(kind, request.recurrence.as_ref())?,
        settings: settings(request.settings.as_ref())?,
    };
    let answer: wire::meeting::Meeting = zoom.post(format!("/users/{user}/meetings")).body(&body)?.json()?;
    let meeting = answer.public().ok_or_else(|| broken("Zoom's answer about the new meeting has no id"))?;
    let asked = Asked {
        topic: Some(&request.topic),
        duration: request.duration,
        timezone: request.timezone.as_deref(),
        agenda: request.agenda.as_deref(),
        recurrence: request.recurrence.as_ref(),
        settings: request.settings.as_ref(),
    };
    let started = request.start_time.as_deref().zip(start.as_ref());
    Ok(SavedMeeting { adjusted: adjusted(&asked, started, request.passcode.as_deref(), &meeting), meeting })
}

fn start(kind: ScheduleKind, request: &CreateMeeting, now: u64) -> Outcome<Option<Start>> {
    let timed = matches!(kind, ScheduleKind::Scheduled | ScheduleKind::Recurring);
    match (timed, request.start_time.as_deref()) {
        (true, None) => {
            Err(invalid("/start_time", "this kind of meeting needs a start time", "add `start_time` and `timezone`"))
        }
        (false, Some(_)) => Err(invalid(
            "/start_time",
            "this kind of meeting has no start time",
            "remove `start_time`, or use `kind: scheduled`",
        )),
        (true, Some(_)) if request.timezone.is_none() => {
            Err(invalid("/timezone", "the time zone is missing", "add `timezone`, for example `Europe/Berlin`"))
        }
        (_, text) => text.map(|text| Start::parse(text, request.timezone.as_deref(), now)).transpose(),
    }
}

fn recurrence(kind: ScheduleKind, recurrence: Option<&Recurrence>) -> Outcome<Option<wire::recurrence::Recurrence>> {
    match (kind, recurrence) {
        (ScheduleKind::Recurring, None) => Err(invalid(
            "/recurrence",
            "a recurring meeting needs its recurrence",
            "add `recurrence`, for example {\"every\":\"weekly\"}",
        )),
        (ScheduleKind::Recurring, recurrence) => checked(recurrence),
        (_, Some(_)) => {
            Err(invalid("/recurrence", "this kind of meeting does not repeat", "use `kind: recurring`, or remove it"))
        }
        (_, None) => Ok(None),
    }
}

/// Zoom's form of a recurrence within its limits.
pub fn checked(recurrence: Option<&Recurrence>) -> Outcome<Option<wire::recurrence::Recurrence>> {
    let Some(recurrence) = recurrence else {
        return Ok(None);
    };
    within("/recurrence/interval", recurrence.interval, 1..=99)?;
    within("/recurrence/month_day", recurrence.month_day, 1..=31)?;
    within("/recurrence/occurrences", recurrence.occurrences, 1..=60)?;
    if recurrence.occurrences.is_some() && recurrence.until.is_some() {
        return Err(invalid("/recurrence/until", "two ends are one too many", "keep either `occurrences` or `until`"));
    }
    Ok(Some(recurrence.clone().into()))
}

/// Zoom's form of the settings.
pub fn settings(settings: Option<&Settings>) -> Outcome<Option<wire::settings::Settings>> {
    settings
        .map(|settings| {
            settings.clone().try_into().map_err(|field| {
                invalid(
                    &format!("/settings/{field}"),
                    "`other` is only read, never written",
                    "choose one of the named values",
                )
            })
        })
        .transpose()
}

/// Check what every write has in common.
pub fn texts(topic: Option<&str>, agenda: Option<&str>, passcode: Option<&str>, duration: Option<u32>) -> Outcome<()> {
    at_most("/topic", topic, 200)?;
    at_most("/agenda", agenda, 2000)?;
    at_most("/passcode", passcode, 10)?;
    within("/duration", duration, 1..=1440)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const INPUT: &str = r#"{"topic":"Weekly sync","start_time":"2026-12-01T10:00:00","timezone":"Europe/Berlin","duration":45,
        "settings":{"waiting_room":true,"auto_recording":"cloud"}}"#;
    const BODY: &str = r#"{"topic":"Weekly sync","type":2,"start_time":"2026-12-01T10:00:00","duration":45,"timezone":"Europe/Berlin","settings":{"auto_recording":"cloud","waiting_room":true}}"#;

    fn stored(recording: &str) -> String {
        format!(
            r#"{{"id":81234567890,"topic":"Weekly sync","type":2,"status":"waiting","start_time":"2026-12-01T09:00:00Z","duration":45,
            "timezone":"Europe/Berlin","join_url":"https://z/j/1","start_url":"https://secret",
            "settings":{{"waiting_room":true,"auto_recording":"{recording}"}}}}"#
        )
    }

    #[test]
    fn absent_options_are_left_out_and_nothing_was_adjusted() {
        let script = script("POST /users/me/meetings", 201, &stored("cloud")).with_body(BODY);
        check(
            "meetings.create",
            INPUT,
            script,
            r#"{"meeting":{"id":"81234567890","topic":"Weekly sync","kind":"scheduled","status":"waiting","start_time":"2026-12-01T09:00:00Z",
            "duration":45,"timezone":"Europe/Berlin","join_url":"https://z/j/1","settings":{"waiting_room":true,"auto_recording":"cloud"}},
            "adjusted":[]}"#,
        );
    }

    #[test]
    fn what_zoom_changed_is_said() {
        let script = script("POST /users/me/meetings", 201, &stored("none"));
        let answer = run("meetings.create", INPUT, &script).unwrap();
        assert_eq!(
            answer["adjusted"],
            serde_json::json!([{"field":"/settings/auto_recording","asked":"\"cloud\"","stored":"\"none\""}])
        );
    }

    #[test]
    fn wrong_inputs_never_reach_zoom() {
        for (input, pointer) in [
            (r#"{"topic":"x"}"#, "/start_time"),
            (r#"{"topic":" ","start_time":"2026-12-01T10:00:00Z","timezone":"UTC"}"#, "/topic"),
            (r#"{"topic":"x","start_time":"2026-12-01T10:00:00"}"#, "/timezone"),
            (r#"{"topic":"x","start_time":"tomorrow","timezone":"UTC"}"#, "/start_time"),
            (r#"{"topic":"x","start_time":"2020-12-01T10:00:00Z","timezone":"UTC"}"#, "/start_time"),
            (r#"{"topic":"x","kind":"instant","start_time":"2026-12-01T10:00:00Z"}"#, "/start_time"),
            (r#"{"topic":"x","kind":"recurring","start_time":"2026-12-01T10:00:00Z","timezone":"UTC"}"#, "/recurrence"),
            (r#"{"topic":"x","kind":"instant","duration":0}"#, "/duration"),
            (r#"{"topic":"x","kind":"instant","timezone":"../x"}"#, "/timezone"),
            (r#"{"topic":"x","kind":"instant","settings":{"audio":"other"}}"#, "/settings/audio"),
        ] {
            fails("meetings.create", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn zooms_validation_names_the_field() {
        let answer =
            r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"settings.jbh_time","message":"x"}]}"#;
        fails(
            "meetings.create",
            INPUT,
            script("POST /users/me/meetings", 400, answer),
            "input.invalid",
            Some("/settings/jbh_time"),
        );
    }

    #[test]
    fn the_daily_limit_of_a_host_is_rate_limited() {
        let answer = r#"{"code":429,"message":"x"}"#;
        fails("meetings.create", INPUT, script("POST /users/me/meetings", 429, answer), "rate-limited", None);
    }
}
