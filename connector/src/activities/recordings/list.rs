//! List recordings of a user or of an account over any period, newest first, in bounded memory.
//!
//! A call reads whole windows of a month, or of fewer days where a month holds too many, until it has enough; the rest is for the
//! next call. Why windows overlap and what an echo proves is said in `months`.

use std::collections::BTreeSet;

use super::cursor::{Cursor, order};
use super::period::Period;
use super::window::read;
use crate::bindings::recordings::{ListAccountRecordings, ListRecordings, Recording, RecordingList};
use crate::dates::{Day, Moment};
use crate::ids::{AccountRef, UserRef};
use crate::input;
use crate::paging::{Proof, SERVICE, Walk};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zoom::{Call, Zoom};

/// Recordings after which a call without `limit` ends its window and stops.
const ENOUGH: usize = 1_000;
/// The longest `limit`: about ten megabytes of answer.
const MOST: u32 = 2_000;
/// A window that holds more is narrowed, so that a call never keeps more than `ENOUGH` and this.
const CROWDED: u64 = 3_000;
/// With a `limit`, windows are narrowed to about this: what one page holds.
const PAGE: u64 = 300;
/// Days of the longest window.
const MONTH: i64 = 31;

/// List a user's recordings.
pub fn list(zoom: &Zoom<'_>, request: ListRecordings) -> Outcome<RecordingList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let ask = Ask {
        path: format!("/users/{user}/recordings"),
        period: Period::parse(zoom, &request.from, request.to.as_deref())?,
        limit: request.limit,
        next: request.next,
    };
    ask.walk(zoom)
}

/// List the recordings of an account.
pub fn list_account(zoom: &Zoom<'_>, request: ListAccountRecordings) -> Outcome<RecordingList> {
    let account = AccountRef::parse(request.account.as_deref())?;
    let ask = Ask {
        path: format!("/accounts/{account}/recordings"),
        period: Period::parse(zoom, &request.from, request.to.as_deref())?,
        limit: request.limit,
        next: request.next,
    };
    ask.walk(zoom)
}

struct Ask {
    path: String,
    period: Period,
    limit: Option<u32>,
    next: Option<String>,
}

impl Ask {
    fn walk(self, zoom: &Zoom<'_>) -> Outcome<RecordingList> {
        input::within("/limit", self.limit, 1..=MOST)?;
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        let crowded = self.limit.map_or(CROWDED, |limit| u64::from(limit).max(PAGE));
        let cursor = match self.next.as_deref() {
            Some(next) => Cursor::parse(next)?,
            None => Cursor { end: self.period.to, span: None, after: None },
        };
        let period = &self.period;
        if cursor.end > period.to || (cursor.end < period.from && !period.is_empty()) {
            return Err(invalid("/next", "the token belongs to another period", "keep `from` and `to` as they were"));
        }
        let mut found =
            Found { period, cursor, proof: Proof::default(), seen: BTreeSet::new(), recordings: Vec::new() };
        let (mut end, mut span) = (found.cursor.end, found.cursor.span);
        let (mut covered, mut whole) = (None, true);
        while end >= period.from && !period.is_empty() {
            let start = span.map_or_else(|| end.plus(1).month_before(), |days| end.plus(1 - days)).max(period.from);
            let days = end.since(start) + 1;
            let first = || self.call(zoom, start, end);
            let part = read(zoom, &first, (days > 1).then_some(crowded))?;
            if let Some(total) = part.crowd {
                found.proof.add(part.proof);
                span = Some(narrower(days, total, crowded));
                continue;
            }
            let quiet = u64::try_from(part.items.len()).is_ok_and(|count| count < crowded / 3);
            span = span.filter(|_| !quiet).or_else(|| span.map(|days| days * 2).filter(|days| *days < MONTH));
            let ended = part.proof.is_ended();
            let first = found.take(part, start);
            if first > end {
                found.proof.miss(SERVICE);
                break;
            }
            // Behind a window that Zoom did not give in full nothing counts as covered; it is read all the same.
            whole &= ended;
            if whole {
                covered = Some(first);
            }
            end = first.plus(-1);
            let so_far = found.recordings.len();
            if limit.is_some_and(|limit| so_far > limit || (so_far == limit && end >= period.from))
                || (limit.is_none() && so_far >= ENOUGH && end >= period.from)
            {
                found.proof.limit();
                break;
            }
        }
        Ok(found.finish(covered, limit, end, span))
    }

    fn call<'z>(&self, zoom: &Zoom<'z>, start: Day, end: Day) -> Call<'z> {
        zoom.get(self.path.clone()).query("from", Some(start)).query("to", Some(end.plus(1)))
    }
}

/// So many days that about `most` recordings are in them, fewer than before.
fn narrower(days: i64, total: u64, most: u64) -> i64 {
    let share = u64::try_from(days).unwrap_or(1).saturating_mul(most) / total.max(1);
    i64::try_from(share).unwrap_or(1).clamp(1, (days - 1).max(1))
}

struct Found<'a> {
    period: &'a Period,
    /// Where this call began.
    cursor: Cursor,
    proof: Proof,
    seen: BTreeSet<(String, Option<String>)>,
    recordings: Vec<Recording>,
}

impl Found<'_> {
    /// Add a window. The first day it really covered.
    fn take(&mut self, walk: Walk<Recording>, start: Day) -> Day {
        self.proof.add(walk.proof);
        for recording in walk.items {
            let day = recording.start_time.as_deref().and_then(Moment::parse).map(Day::at);
            let inside = day.is_none_or(|day| (self.period.from..=self.cursor.end).contains(&day));
            if inside
                && !self.cursor.passed(&recording)
                && self.seen.insert((recording.meeting_uuid.clone(), recording.start_time.clone()))
            {
                self.recordings.push(recording);
            }
        }
        walk.from.as_deref().and_then(Day::parse).map_or(start, |echoed| echoed.max(start))
    }

    fn finish(mut self, covered: Option<Day>, limit: Option<usize>, end: Day, span: Option<i64>) -> RecordingList {
        self.recordings.sort_by(|a, b| order(a).cmp(&order(b)));
        let last_day = self.cursor.end;
        let mut covered = covered.map(|first| (first, last_day));
        let mut next = self.proof.is_limited().then_some(Cursor { end, span, after: None });
        if let Some(limit) = limit.filter(|limit| self.recordings.len() > *limit) {
            self.recordings.truncate(limit);
            self.proof.limit();
            if let Some(last) = self.recordings.last() {
                let start = last.start_time.clone().unwrap_or_default();
                let day = Moment::parse(&start).map_or(end.plus(1), Day::at);
                covered = Some((day.plus(1), last_day)).filter(|(first, last)| first <= last);
                next = Some(Cursor { end: day, span, after: Some((start, last.meeting_uuid.clone())) });
            }
        }
        let next = next.map(|cursor| cursor.text());
        let coverage = self.period.coverage(covered, self.proof, self.recordings.len(), next);
        RecordingList { recordings: self.recordings, coverage }
    }
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
    fn seed_ensemble_24_months_are_walked_in_utc_and_overlaps_removed() {
        let pages = script(&get("2026-02-01", "2026-03-01", ""), 200, &page("2026-02-01", "t", &["2026-02-28"]))
            .then(&get("2026-02-01", "2026-03-01", "t"), 200, &page("2026-02-01", "", &["2026-02-01", "2026-03-01"]))
            .then(
                &get("2026-01-20", "2026-02-01", ""),
                200,
                &page("2026-01-20", "", &["2026-01-19", "2026-01-20", "2026-02-01"]),
            );
        let answer = run("recordings.list", r#"{"from":"2026-01-20","to":"2026-02-28"}"#, &pages).unwrap();
        let starts: Vec<_> = answer["recordings"].as_array().unwrap().iter().map(|r| r["start_time"].clone()).collect();
        assert_eq!(starts, ["2026-02-28T10:00:00Z", "2026-02-01T10:00:00Z", "2026-01-20T10:00:00Z"]);
        assert_eq!(
            answer["coverage"],
            json!({"asked_from":"2026-01-20","asked_to":"2026-02-28","covered_from":"2026-01-20","covered_to":"2026-02-28",
                "pages":3,"count":3,"complete":true})
        );
        assert!(pages.is_used_up());
    }

    #[test]
    fn a_month_with_too_many_is_narrowed_and_the_rest_is_for_the_next_call() {
        let crowd =
            json!({"from": "2026-03-01", "total_records": 6200, "next_page_token": "t", "meetings": []}).to_string();
        let days: Vec<_> =
            (0..1_200).map(|n| json!({"uuid": format!("u{n}"), "start_time": "2026-03-30T10:00:00Z"})).collect();
        let full =
            json!({"from": "2026-03-17", "total_records": 1200, "next_page_token": "", "meetings": days}).to_string();
        let pages = script(&get("2026-03-01", "2026-04-01", ""), 200, &crowd).then(
            &get("2026-03-17", "2026-04-01", ""),
            200,
            &full,
        );
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-03-31"}"#, &pages).unwrap();
        let coverage = &answer["coverage"];
        assert_eq!((&coverage["count"], &coverage["reason"]), (&json!(1200), &json!("limit")));
        assert_eq!((&coverage["covered_from"], &coverage["next"]), (&json!("2026-03-17"), &json!("2026-03-16~15")));
        let other = r#"{"from":"2026-01-01","to":"2026-02-28","next":"2026-03-16~15"}"#;
        fails("recordings.list", other, script("", 0, ""), "input.invalid", Some("/next"));
    }

    #[test]
    fn neither_the_years_before_zoom_nor_the_future_are_walked() {
        let pages = script(&get("2011-01-01", "2011-01-05", ""), 200, &page("2011-01-01", "", &["2011-01-02"]));
        let answer = run("recordings.list", r#"{"from":"1900-01-01","to":"2011-01-04"}"#, &pages).unwrap();
        let coverage = &answer["coverage"];
        assert_eq!((&coverage["asked_from"], &coverage["covered_from"]), (&json!("1900-01-01"), &json!("2011-01-01")));
        assert_eq!(coverage["complete"], true);
        let nothing = run("recordings.list", r#"{"from":"1900-01-01","to":"1999-01-04"}"#, &script("", 0, "")).unwrap();
        assert_eq!((&nothing["coverage"]["pages"], &nothing["coverage"]["complete"]), (&json!(0), &json!(true)));
        let pages = script(&get("2026-07-30", "2026-08-01", ""), 200, &page("2026-07-30", "", &[]));
        let answer = run("recordings.list", r#"{"from":"2026-07-30","to":"2099-12-31"}"#, &pages).unwrap();
        assert_eq!(
            (&answer["coverage"]["covered_to"], &answer["coverage"]["complete"]),
            (&json!("2099-12-31"), &json!(true))
        );
    }

    #[test]
    fn the_account_is_listed_the_same_way() {
        let asked = get("2026-01-01", "2026-01-11", "").replace("/users/me/", "/accounts/me/");
        let pages = script(&asked, 200, &page("2026-01-01", "", &["2026-01-03"]));
        let answer = run("recordings.list-account", r#"{"from":"2026-01-01","to":"2026-01-10"}"#, &pages).unwrap();
        assert_eq!(answer["coverage"]["complete"], true);
        let climb = r#"{"account":"../users","from":"2026-01-01"}"#;
        fails("recordings.list-account", climb, script("", 0, ""), "input.invalid", Some("/account"));
    }

    #[test]
    fn a_kind_this_version_does_not_know_keeps_its_row() {
        let wire = r#"{"from":"2026-01-01","meetings":[{"uuid":"a","type":4711,"recording_files":[{"file_type":"HOLOGRAM"}]},
            {"uuid":"b","type":"8","recording_files":null}]}"#;
        let pages = script(&get("2026-01-01", "2026-01-11", ""), 200, wire);
        let answer = run("recordings.list", r#"{"from":"2026-01-01","to":"2026-01-10"}"#, &pages).unwrap();
        let kinds: Vec<_> = answer["recordings"].as_array().unwrap().iter().map(|row| row["kind"].clone()).collect();
        assert_eq!(kinds, ["unknown", "recurring_meeting_fixed"]);
        assert_eq!(answer["recordings"][0]["files"][0]["zoom_type"], "HOLOGRAM");
    }

    #[test]
    fn seed_next_05_another_users_recordings_are_refused() {
        let asked = get("2026-01-01", "2026-01-11", "").replace("/me/", "/grace%40emulator.test/");
        let answer = r#"{"code":403,"message":"x"}"#;
        let input = r#"{"user":"grace@emulator.test","from":"2026-01-01","to":"2026-01-10"}"#;
        fails("recordings.list", input, script(&asked, 403, answer), "forbidden", None);
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
        let coverage = &answer["coverage"];
        assert_eq!((&coverage["reason"], &coverage["covered_from"]), (&json!("limit"), &json!("2026-01-04")));
        let next = coverage["next"].as_str().unwrap();
        let rest =
            script(&get("2026-01-01", "2026-01-04", ""), 200, &page("2026-01-01", "", &["2026-01-02", "2026-01-03"]));
        let input = json!({"from": "2026-01-01", "to": "2026-01-10", "next": next}).to_string();
        let answer = run("recordings.list", &input, &rest).unwrap();
        assert_eq!(
            answer["coverage"],
            json!({"asked_from":"2026-01-01","asked_to":"2026-01-10","covered_from":"2026-01-01","covered_to":"2026-01-03",
                "pages":1,"count":1,"complete":true})
        );
        assert_eq!(answer["recordings"][0]["start_time"], "2026-01-02T10:00:00Z");
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
