//! List a user's recordings over any period, newest first.
//!
//! Zoom clamps a period longer than a month without saying so, except in the `from` it echoes. So the period is walked in windows
//! shorter than any month, each echo is checked, and what an echo left out is asked again. Whether Zoom counts the last day in is
//! not documented: each window asks for one day more, and duplicates are removed.

use std::collections::BTreeSet;

use crate::bindings::recordings::{ListRecordings, Recording, RecordingList};
use crate::bindings::types::Coverage;
use crate::dates::{Day, Moment};
use crate::ids::UserRef;
use crate::input;
use crate::paging::{Walk, walk};
use crate::problem::{Trouble, broken, invalid};
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::wire::lenient::small;
use crate::wire::recording::{Recording as Wire, RecordingPage};
use crate::zoom::Zoom;

/// Days from the first to the last of a window. With the day added at the end it fits into February.
const SPAN: i64 = 26;

/// List a user's recordings.
pub fn list(zoom: &Zoom<'_>, request: ListRecordings) -> Outcome<RecordingList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let limit = input::limit(request.limit)?;
    let from = day("/from", &request.from)?;
    let to = match request.to.as_deref() {
        Some(to) => day("/to", to)?,
        None => Day::at(Moment(i64::try_from(zoom.now()).unwrap_or(i64::MAX))).max(from),
    };
    if to < from {
        return Err(invalid("/to", "the period ends before it begins", "give a `to` that is not before `from`"));
    }
    let mut found = Found { from, to, covered: None, pages: 0, seen: BTreeSet::new(), recordings: Vec::new() };
    let mut end = to;
    let reason = loop {
        let start = end.plus(-SPAN).max(from);
        let walk = window(zoom, &user, start, end)?;
        let first = found.take(walk, start, end)?;
        if limit.is_some_and(|limit| found.recordings.len() > limit) {
            break Some("limit");
        }
        let Some(first) = first else {
            break Some("service");
        };
        found.covered = Some(first);
        if first <= from {
            break None;
        }
        if limit.is_some_and(|limit| found.recordings.len() == limit) {
            break Some("limit");
        }
        end = first.plus(-1);
    };
    Ok(found.finish(limit, reason))
}

fn window(zoom: &Zoom<'_>, user: &UserRef, start: Day, end: Day) -> Outcome<Walk<Wire>> {
    let first =
        || zoom.get(format!("/users/{user}/recordings")).query("from", Some(start)).query("to", Some(end.plus(1)));
    match walk::<RecordingPage>(zoom, first, None) {
        // Zoom's other way to say that there are none.
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => {
            Ok(Walk { items: Vec::new(), pages: 1, from: None, ended: true })
        }
        other => Ok(other?),
    }
}

struct Found {
    from: Day,
    to: Day,
    /// First day of the newest part that was read to its end.
    covered: Option<Day>,
    pages: u32,
    seen: BTreeSet<(String, Option<String>)>,
    recordings: Vec<Recording>,
}

impl Found {
    /// Add a window. The first day it really covered, or nothing when Zoom did not cover its end.
    fn take(&mut self, walk: Walk<Wire>, start: Day, end: Day) -> Outcome<Option<Day>> {
        self.pages += walk.pages;
        for wire in walk.items {
            let recording = wire.public().ok_or_else(|| broken("a recording of Zoom's list has no uuid"))?;
            let day = recording.start_time.as_deref().and_then(Moment::parse).map(Day::at);
            let inside = day.is_none_or(|day| (self.from..=self.to).contains(&day));
            if inside && self.seen.insert((recording.meeting_uuid.clone(), recording.start_time.clone())) {
                self.recordings.push(recording);
            }
        }
        let first = walk.from.as_deref().and_then(Day::parse).map_or(start, |echoed| echoed.max(start));
        Ok((walk.ended && first <= end).then_some(first))
    }

    fn finish(mut self, limit: Option<usize>, reason: Option<&str>) -> RecordingList {
        self.recordings.sort_by(|a, b| b.start_time.cmp(&a.start_time));
        if let Some(limit) = limit {
            self.recordings.truncate(limit);
        }
        RecordingList {
            coverage: Coverage {
                asked_from: Some(self.from.to_string()),
                asked_to: Some(self.to.to_string()),
                covered_from: self.covered.map(|day| day.to_string()),
                covered_to: self.covered.map(|_| self.to.to_string()),
                pages: self.pages,
                count: small(i64::try_from(self.recordings.len()).ok()).unwrap_or(u32::MAX),
                complete: reason.is_none(),
                reason: reason.map(str::to_owned),
                next: None,
            },
            recordings: self.recordings,
        }
    }
}

fn day(field: &str, text: &str) -> Outcome<Day> {
    Day::parse(text).ok_or_else(|| invalid(field, "this is no day", "write it as `2026-01-31`"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    fn get(from: &str, to: &str, token: &str) -> String {
        let token = if token.is_empty() { String::new() } else { format!("&next_page_token={token}") };
        format!("GET /users/me/recordings?from={from}&to={to}&page_size=300{token}")
    }

    fn page(from: &str, token: &str, starts: &[&str]) -> String {
        let meetings: Vec<_> =
            starts.iter().map(|s| json!({"uuid": format!("u{s}"), "start_time": format!("{s}T10:00:00Z")})).collect();
        json!({"from": from, "next_page_token": token, "meetings": meetings}).to_string()
    }

    #[test]
    fn months_are_walked_and_overlaps_removed() {
        let pages = script(&get("2026-02-02", "2026-03-01", ""), 200, &page("2026-02-02", "t", &["2026-02-28"]))
            .then(&get("2026-02-02", "2026-03-01", "t"), 200, &page("2026-02-02", "", &["2026-02-02", "2026-03-01"]))
            .then(&get("2026-01-20", "2026-02-02", ""), 200, &page("2026-01-20", "", &["2026-01-20", "2026-02-02"]));
        let answer = run("recordings.list", r#"{"from":"2026-01-20","to":"2026-02-28"}"#, &pages).unwrap();
        let starts: Vec<_> = answer["recordings"].as_array().unwrap().iter().map(|r| r["start_time"].clone()).collect();
        assert_eq!(starts, ["2026-02-28T10:00:00Z", "2026-02-02T10:00:00Z", "2026-01-20T10:00:00Z"]);
        assert_eq!(
            answer["coverage"],
            json!({"asked_from":"2026-01-20","asked_to":"2026-02-28","covered_from":"2026-01-20","covered_to":"2026-02-28",
                "pages":3,"count":3,"complete":true})
        );
        assert!(pages.is_used_up());
    }

    #[test]
    fn what_zoom_clamped_is_asked_again() {
        let pages = script(&get("2026-01-01", "2026-01-11", ""), 200, &page("2026-01-06", "", &["2026-01-08"])).then(
            &get("2026-01-01", "2026-01-06", ""),
            200,
            &page("2026-01-01", "", &["2026-01-02"]),
        );
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-01-10"}"#, &pages).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["complete"]), (&json!(2), &json!(true)));
    }

    #[test]
    fn a_period_that_zoom_will_not_cover_is_not_called_complete() {
        let pages = script(&get("2026-01-01", "2026-01-11", ""), 200, &page("2026-06-01", "", &[]));
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-01-10"}"#, &pages).unwrap();
        assert_eq!(answer["coverage"]["reason"], "service");
    }

    #[test]
    fn an_expired_token_begins_the_window_again_once() {
        let window = get("2026-01-01", "2026-01-11", "");
        let pages = script(&window, 200, &page("2026-01-01", "t", &["2026-01-02"]))
            .then(&get("2026-01-01", "2026-01-11", "t"), 400, r#"{"code":300,"message":"x"}"#)
            .then(&window, 200, &page("2026-01-01", "", &["2026-01-02", "2026-01-03"]));
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-01-10"}"#, &pages).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["complete"]), (&json!(2), &json!(true)));
    }

    #[test]
    fn a_limit_keeps_the_newest_and_is_said() {
        let pages =
            script(&get("2026-01-01", "2026-01-11", ""), 200, &page("2026-01-01", "", &["2026-01-02", "2026-01-03"]));
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-01-10","limit":1}"#, &pages).unwrap();
        assert_eq!(answer["recordings"][0]["start_time"], "2026-01-03T10:00:00Z");
        assert_eq!(
            (&answer["coverage"]["reason"], &answer["coverage"]["covered_from"]),
            (&json!("limit"), &json!(null))
        );
    }

    #[test]
    fn no_day_and_a_backward_period_are_refused() {
        fails("recordings.list", r#"{"from":"January"}"#, script("", 0, ""), "input.invalid", Some("/from"));
        fails(
            "recordings.list",
            r#"{"from":"2026-02-01","to":"2026-01-01"}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/to"),
        );
        fails("recordings.list", "{}", script("", 0, ""), "input.invalid", Some("/from"));
    }

    #[test]
    fn a_missing_scope_lists_the_scopes() {
        let answer = r#"{"code":4711,"message":"…scopes:[cloud_recording:read:list_user_recordings]."}"#;
        let input = r#"{"from":"2026-01-01","to":"2026-01-10"}"#;
        let problem = fails(
            "recordings.list",
            input,
            script(&get("2026-01-01", "2026-01-11", ""), 400, answer),
            "scope-missing",
            None,
        );
        assert!(problem.details.unwrap().contains("\"cloud_recording:read:list_user_recordings\""));
    }
}
