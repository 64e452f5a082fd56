//! Schedule a meeting, and say what Zoom changed.

use serde_json::Value;

use super::adjusted::{Asked, adjusted};
use super::series::Shown;
use super::when::{Start, timezone};
use super::{address, repeats};
use crate::bindings::contract::Problem;
use crate::bindings::meeting_options::{Settings, TrackingField};
use crate::bindings::meetings::{CreateMeeting, Meeting, SavedMeeting, ScheduleKind};
use crate::bindings::types::Adjustment;
use crate::ids::UserRef;
use crate::input::{at_most, within};
use crate::mark::Mark;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::wire;
use crate::wire::meeting::{MeetingBody, Tracking, number};
use crate::wire::recurrence::Recurrence;
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
    if kind == ScheduleKind::Instant && request.schedule_for.is_some() {
        return Err(invalid(
            "/schedule_for",
            "an instant meeting is always the host's own",
            "remove `schedule_for`, or use `kind: scheduled`",
        ));
    }
    let start = start(kind, &request, zoom.now())?;
    let body = MeetingBody {
        topic: Some(request.topic.clone()),
        kind: Some(number(kind)),
        start_time: start.as_ref().map(|start| start.wire.clone()),
        duration: request.duration,
        timezone: request.timezone.clone(),
        agenda: request.agenda.clone(),
        password: request.passcode.clone(),
        default_password: request.default_passcode,
        schedule_for: request.schedule_for.clone(),
        template_id: request.template_id.clone(),
        tracking_fields: tracking(request.tracking_fields.as_deref())?,
        recurrence: recurrence(kind, &request, start.as_ref(), zoom.now())?,
        settings: settings(request.settings.as_ref())?,
    };
    let answer: wire::meeting::Meeting =
        zoom.post(format!("/users/{user}/meetings")).body(&body)?.json(Mark::Id(&["id"])).map_err(in_our_words)?;
    let meeting = answer.public().ok_or_else(|| broken("Zoom's answer about the new meeting has no id"))?;
    let rule = repeats::asked(body.recurrence.as_ref());
    let asked = Asked {
        topic: Some(&request.topic),
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
        occurrences: meeting.occurrences.as_deref(),
    };
    let times = shown.differences(request.start_time.as_deref().zip(start.as_ref()), rule.as_ref(), zoom.now());
    let mut adjusted = adjusted(&asked, times, request.passcode.as_deref(), &meeting);
    adjusted.extend(other_host(request.schedule_for.as_deref(), &meeting));
    Ok(SavedMeeting { adjusted, meeting })
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

fn recurrence(
    kind: ScheduleKind,
    request: &CreateMeeting,
    start: Option<&Start>,
    now: u64,
) -> Outcome<Option<Recurrence>> {
    match (kind, request.recurrence.as_ref()) {
        (ScheduleKind::Recurring, None) => Err(invalid(
            "/recurrence",
            "a recurring meeting needs its recurrence",
            "add `recurrence`, for example {\"every\":\"daily\",\"occurrences\":10}",
        )),
        (ScheduleKind::Recurring, recurrence) => repeats::checked(recurrence, start, now),
        (_, Some(_)) => {
            Err(invalid("/recurrence", "this kind of meeting does not repeat", "use `kind: recurring`, or remove it"))
        }
        (_, None) => Ok(None),
    }
}

/// Zoom's form of tracking fields.
pub fn tracking(fields: Option<&[TrackingField]>) -> Outcome<Option<Vec<Tracking>>> {
    for (n, field) in fields.into_iter().flatten().enumerate() {
        if field.field.trim().is_empty() {
            let at = format!("/tracking_fields/{n}/field");
            return Err(invalid(&at, "the field has no label", "give a label of the account's tracking fields"));
        }
    }
    Ok(fields.map(|fields| fields.iter().cloned().map(Into::into).collect()))
}

/// Zoom's form of the settings.
pub fn settings(settings: Option<&Settings>) -> Outcome<Option<wire::settings::Settings>> {
    let minutes = settings.and_then(|settings| settings.join_before_host_minutes);
    if minutes.is_some_and(|minutes| !matches!(minutes, 0 | 5 | 10 | 15)) {
        return Err(invalid("/settings/join_before_host_minutes", "Zoom knows only some", "use 0, 5, 10 or 15"));
    }
    settings.map_or(Ok(()), address::checked)?;
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
    // Zoom's documents name these; what Zoom makes of others is not documented.
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '_' | '*' | '!');
    if passcode.is_some_and(|passcode| !passcode.chars().all(fits)) {
        let fix = "use letters a to z, digits, and `@ - _ * !`";
        return Err(invalid("/passcode", "a character does not fit into a passcode", fix));
    }
    within("/duration", duration, 1..=1440)
}

/// Zoom's names of fields become ours in a problem's place.
pub fn in_our_words(problem: Problem) -> Problem {
    let pointer = problem.pointer.map(|pointer| {
        let renamed = match pointer.strip_prefix("/settings/") {
            Some(field) => wire::settings::NAMES
                .iter()
                .find(|(wire, _)| *wire == field)
                .map(|(_, ours)| format!("/settings/{ours}")),
            None => match pointer.as_str() {
                "/password" => Some("/passcode".to_owned()),
                "/type" => Some("/kind".to_owned()),
                _ => None,
            },
        };
        renamed.unwrap_or(pointer)
    });
    Problem { pointer, ..problem }
}

/// Zoom may make the meeting the caller's own without a word.
fn other_host(wanted: Option<&str>, stored: &Meeting) -> Option<Adjustment> {
    let wanted = wanted?;
    let host = if wanted.contains('@') { &stored.host_email } else { &stored.host_id };
    let host = host.as_deref()?;
    (!host.eq_ignore_ascii_case(wanted)).then(|| Adjustment {
        field: "/schedule_for".to_owned(),
        asked: Value::from(wanted).to_string(),
        stored: Some(Value::from(host).to_string()),
    })
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
            (r#"{"topic":"x","kind":"instant","passcode":"päss"}"#, "/passcode"),
            (r#"{"topic":"x","kind":"instant","passcode":"a b"}"#, "/passcode"),
            (r#"{"topic":"x","kind":"instant","timezone":"../x"}"#, "/timezone"),
            (r#"{"topic":"x","kind":"instant","settings":{"audio":"other"}}"#, "/settings/audio"),
            (r#"{"topic":"x","kind":"instant","schedule_for":"grace@emulator.test"}"#, "/schedule_for"),
            (r#"{"topic":"x","kind":"instant","tracking_fields":[{"field":""}]}"#, "/tracking_fields/0/field"),
            (
                r#"{"topic":"x","kind":"instant","settings":{"join_before_host_minutes":7}}"#,
                "/settings/join_before_host_minutes",
            ),
            (r#"{"topic":"x","start_time":"2027-03-28T02:30:00","timezone":"Europe/Berlin"}"#, "/start_time"),
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
            Some("/settings/join_before_host_minutes"),
        );
    }

    const SERIES: &str = r#"{"topic":"x","kind":"recurring","start_time":"2027-03-27T10:00:00","timezone":"Europe/Berlin",
        "recurrence":{"every":"daily","occurrences":2}}"#;

    /// What is said of a series whose answer has these occurrences, and no start of its own.
    fn series(occurrences: &str) -> serde_json::Value {
        let rule = r#"{"type":1,"end_times":2}"#;
        let answer = format!(
            r#"{{"id":81234567890,"topic":"x","type":8,"timezone":"Europe/Berlin","recurrence":{rule},"occurrences":{occurrences}}}"#
        );
        run("meetings.create", SERIES, &script("POST /users/me/meetings", 201, &answer)).unwrap()["adjusted"].clone()
    }

    #[test]
    fn a_series_without_a_start_is_compared_by_its_first_occurrence() {
        let right = r#"[{"occurrence_id":"1","start_time":"2027-03-27T09:00:00Z"},{"occurrence_id":"2","start_time":"2027-03-28T08:00:00Z"}]"#;
        assert_eq!(series(right), serde_json::json!([]));
        let late = r#"[{"occurrence_id":"1","start_time":"2027-03-27T10:00:00Z"},{"occurrence_id":"2","start_time":"2027-03-28T08:00:00Z"}]"#;
        assert_eq!(series(late)[0]["field"], "/start_time");
    }

    #[test]
    fn a_series_without_occurrences_is_said() {
        let said = series("[]");
        assert_eq!(said[1], serde_json::json!({"field":"/recurrence/occurrences","asked":"2"}), "{said}");
    }

    #[test]
    fn another_host_than_asked_is_said() {
        let answer = r#"{"id":81234567890,"topic":"x","host_email":"ada@emulator.test"}"#;
        let script = script("POST /users/me/meetings", 201, answer).with_body(
            r#"{"topic":"x","type":3,"schedule_for":"grace@emulator.test","tracking_fields":[{"field":"Cost centre","value":"7"}]}"#,
        );
        let input = r#"{"topic":"x","kind":"recurring_open","schedule_for":"grace@emulator.test","tracking_fields":[{"field":"Cost centre","value":"7"}]}"#;
        let answer = run("meetings.create", input, &script).unwrap();
        let fields: Vec<_> =
            answer["adjusted"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["/tracking_fields", "/schedule_for"]);
    }

    #[test]
    fn the_daily_limit_of_a_host_is_rate_limited() {
        let answer = r#"{"code":429,"message":"x"}"#;
        fails("meetings.create", INPUT, script("POST /users/me/meetings", 429, answer), "rate-limited", None);
    }
}
