//! List a user's meetings, all pages.

use std::collections::BTreeSet;

use super::when::timezone;
use crate::bindings::meetings::{ListKind, ListMeetings, Meeting, MeetingList};
use crate::bindings::types::Coverage;
use crate::dates::{Day, Moment};
use crate::ids::UserRef;
use crate::input;
use crate::paging::{List, Proof, walk};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::meeting::Meeting as Row;
use crate::zoom::Zoom;

/// Days that Zoom surely answers at once: six months are never shorter than this.
const WINDOW: i64 = 180;
/// Days of the longest period: ten years.
const LONGEST: i64 = 3_660;

/// List a user's meetings.
pub fn list(zoom: &Zoom<'_>, request: ListMeetings) -> Outcome<MeetingList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let limit = input::limit(request.limit)?;
    timezone(request.timezone.as_deref())?;
    let zone = request.timezone.as_deref().unwrap_or("UTC");
    let kind = match request.kind {
        None | Some(ListKind::Scheduled) => "scheduled",
        Some(ListKind::Live) => "live",
        Some(ListKind::Upcoming) => "upcoming",
        Some(ListKind::UpcomingMeetings) => "upcoming_meetings",
        Some(ListKind::Previous) => "previous_meetings",
    };
    if kind == "live" && (request.from.is_some() || request.to.is_some()) {
        return Err(invalid("/from", "running meetings have no period", "remove `from` and `to`"));
    }
    let period = period(request.from.as_deref(), request.to.as_deref())?.or_else(|| half_year(kind, zoom.now()));
    let mut found = Found { rows: Vec::new(), seen: BTreeSet::new(), proof: Proof::default(), covered: None };
    for window in windows(period) {
        let left = limit.map(|limit| limit.saturating_sub(found.rows.len()));
        let first = || {
            let call = zoom.get(format!("/users/{user}/meetings")).query("type", Some(kind));
            match window {
                Some((from, to)) => call.query("from", Some(from)).query("to", Some(to)).query("timezone", Some(zone)),
                None => call,
            }
        };
        // Rows of the shared day may be known already, so the last window could be short of the limit: read one page more.
        let list = List { name: "meetings", first: &first, enough: left.map(|left| left + 1), most: None };
        let public = |row: Row, _: &[_]| {
            let key = row.key();
            row.public().map(|meeting| (key, meeting)).ok_or("it has no id")
        };
        let walk = walk(zoom, &list, public)?;
        let ended = walk.proof.is_ended();
        found.proof.add(walk.proof);
        for (key, meeting) in walk.items {
            if found.seen.insert(key) {
                found.rows.push(meeting);
            }
        }
        if limit.is_some_and(|limit| found.rows.len() > limit || !ended && found.rows.len() == limit) {
            found.proof.limit();
        } else if ended {
            found.covered = window.map(|(_, to)| to);
        }
        if !found.proof.is_ended() {
            break;
        }
    }
    Ok(found.public(period, limit))
}

/// Zoom looks six months back or ahead when nothing is asked; saying so makes the list provable.
fn half_year(kind: &str, now: u64) -> Option<(Day, Day)> {
    let today = Day::at(Moment(i64::try_from(now).unwrap_or(i64::MAX)));
    match kind {
        "previous_meetings" => Some((today.plus(-WINDOW), today)),
        // Yesterday, for what runs over midnight.
        "upcoming" | "upcoming_meetings" => Some((today.plus(-1), today.plus(WINDOW - 1))),
        _ => None,
    }
}

/// What was read so far.
struct Found {
    rows: Vec<Meeting>,
    seen: BTreeSet<(Option<String>, Option<String>, Option<String>)>,
    proof: Proof,
    /// Last day read to its end.
    covered: Option<Day>,
}

impl Found {
    fn public(self, period: Option<(Day, Day)>, limit: Option<usize>) -> MeetingList {
        let mut meetings = self.rows;
        meetings.truncate(limit.unwrap_or(usize::MAX));
        let coverage = Coverage {
            asked_from: period.map(|(from, _)| from.to_string()),
            asked_to: period.map(|(_, to)| to.to_string()),
            covered_from: period.filter(|_| self.covered.is_some()).map(|(from, _)| from.to_string()),
            covered_to: self.covered.map(|day| day.to_string()),
            ..self.proof.coverage(meetings.len())
        };
        MeetingList { meetings, coverage }
    }
}

/// The period in pieces that Zoom answers at once; neighbours share a day, because it is not known whether the last one is included.
fn windows(period: Option<(Day, Day)>) -> Vec<Option<(Day, Day)>> {
    let Some((from, to)) = period else {
        return vec![None];
    };
    let mut all = Vec::new();
    let mut begin = from;
    loop {
        let end = begin.plus(WINDOW).min(to);
        all.push(Some((begin, end)));
        if end >= to {
            return all;
        }
        begin = end;
    }
}

fn period(from: Option<&str>, to: Option<&str>) -> Outcome<Option<(Day, Day)>> {
    let day = |field: &str, text: Option<&str>| match text.map(Day::parse) {
        None => Err(invalid(field, "half of a period", "give both `from` and `to`, or neither")),
        Some(None) => Err(invalid(field, "this is not a day", "write it as `2026-01-31`")),
        Some(Some(day)) => Ok(day),
    };
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let (from, to) = (day("/from", from)?, day("/to", to)?);
    if from > to {
        return Err(invalid("/to", "the period ends before it begins", "give a `to` that is not before `from`"));
    }
    if from.plus(LONGEST) < to {
        return Err(invalid("/from", "the period is longer than ten years", "ask for ten years at most"));
    }
    Ok(Some((from, to)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const FIRST: &str = "GET /users/me/meetings?type=scheduled&page_size=300";

    #[test]
    fn every_page_is_read_and_an_empty_token_is_the_end() {
        let pages = script(FIRST, 200, r#"{"next_page_token":"t1","meetings":[{"id":91234567890,"type":2}]}"#).then(
            &format!("{FIRST}&next_page_token=t1"),
            200,
            r#"{"next_page_token":"","meetings":[{"id":"91234567891","type":3}]}"#,
        );
        check(
            "meetings.list",
            "{}",
            pages,
            r#"{"meetings":[{"id":"91234567890","kind":"scheduled","status":"unknown"},
               {"id":"91234567891","kind":"recurring_open","status":"unknown"}],
               "coverage":{"pages":2,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn an_expired_token_begins_the_list_again_once() {
        let page = r#"{"next_page_token":"t1","meetings":[{"id":91234567890}]}"#;
        let gone = r#"{"code":300,"message":"El token ha caducado."}"#;
        let with = format!("{FIRST}&next_page_token=t1");
        let pages = script(FIRST, 200, page).then(&with, 400, gone).then(FIRST, 200, page).then(
            &with,
            200,
            r#"{"meetings":[]}"#,
        );
        assert_eq!(run("meetings.list", "{}", &pages).unwrap()["coverage"]["complete"], true);
        let twice = script(FIRST, 200, page).then(&with, 400, gone).then(FIRST, 200, page).then(&with, 400, gone);
        assert_eq!(run("meetings.list", "{}", &twice).unwrap()["coverage"]["reason"], "page-token");
    }

    #[test]
    fn a_limit_is_said() {
        let page = r#"{"next_page_token":"t1","meetings":[{"id":91234567890},{"id":91234567891}]}"#;
        let answer = run("meetings.list", r#"{"limit":1}"#, &script(FIRST, 200, page)).unwrap();
        assert_eq!(answer["meetings"].as_array().unwrap().len(), 1);
        assert_eq!(answer["coverage"], serde_json::json!({"pages":1,"count":1,"complete":false,"reason":"limit"}));
    }

    #[test]
    fn a_limit_that_is_just_enough_is_complete() {
        let page = r#"{"meetings":[{"id":91234567890}]}"#;
        let answer = run("meetings.list", r#"{"limit":1}"#, &script(FIRST, 200, page)).unwrap();
        assert_eq!(answer["coverage"]["complete"], true);
    }

    #[test]
    fn a_long_period_is_walked_in_pieces_and_shared_days_are_listed_once() {
        let request = |from: &str, to: &str| {
            format!(
                "GET /users/me/meetings?type=previous_meetings&from={from}&to={to}&timezone=Europe/Berlin&page_size=300"
            )
        };
        let row = r#"{"id":91234567890,"uuid":"a==","start_time":"2026-06-30T00:00:00Z"}"#;
        let other = r#"{"id":91234567890,"uuid":"b==","start_time":"2026-07-02T00:00:00Z"}"#;
        let pages = script(&request("2026-01-01", "2026-06-30"), 200, &format!(r#"{{"meetings":[{row}]}}"#)).then(
            &request("2026-06-30", "2026-07-05"),
            200,
            &format!(r#"{{"meetings":[{row},{other}]}}"#),
        );
        let input = r#"{"kind":"previous","from":"2026-01-01","to":"2026-07-05","timezone":"Europe/Berlin"}"#;
        let answer = run("meetings.list", input, &pages).unwrap();
        assert!(pages.is_used_up());
        assert_eq!(
            answer["coverage"],
            serde_json::json!({"asked_from":"2026-01-01","asked_to":"2026-07-05","covered_from":"2026-01-01","covered_to":"2026-07-05",
                "pages":2,"count":2,"complete":true})
        );
    }

    #[test]
    fn previous_meetings_without_period_are_the_last_half_year_and_say_so() {
        let request =
            "GET /users/me/meetings?type=previous_meetings&from=2026-01-31&to=2026-07-30&timezone=UTC&page_size=300";
        let answer =
            run("meetings.list", r#"{"kind":"previous"}"#, &script(request, 200, r#"{"meetings":[]}"#)).unwrap();
        assert_eq!(answer["coverage"]["covered_from"], "2026-01-31");
    }

    #[test]
    fn half_a_period_and_no_day_are_refused() {
        fails("meetings.list", r#"{"from":"2026-01-01"}"#, script("", 0, ""), "input.invalid", Some("/to"));
        fails(
            "meetings.list",
            r#"{"from":"May","to":"2026-01-01"}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/from"),
        );
        for (input, pointer) in [
            (r#"{"kind":"live","from":"2026-01-01","to":"2026-01-02"}"#, "/from"),
            (r#"{"from":"2006-01-01","to":"2026-01-02"}"#, "/from"),
            (r#"{"timezone":"no zone"}"#, "/timezone"),
        ] {
            fails("meetings.list", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
        fails("meetings.list", r#"{"limit":0}"#, script("", 0, ""), "input.invalid", Some("/limit"));
    }

    #[test]
    fn an_unavailable_service_is_named() {
        fails("meetings.list", "{}", script(FIRST, 503, "<html>"), "unavailable", None);
    }
}
