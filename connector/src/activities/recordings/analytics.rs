//! Who viewed and downloaded a recording.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::months;
use super::period::Period;
use crate::bindings::recording_viewers::{
    Analytics, AnalyticsDay, GetAnalytics, GetVisits, Visit, VisitKind, VisitList,
};
use crate::ids::MeetingRef;
use crate::paging::{List, Walk, one_page, walk};
use crate::problem::Trouble;
use crate::service::Outcome;
use crate::wire::lenient::{self, small};
use crate::zoom::Zoom;

#[derive(Deserialize)]
struct DayRow {
    #[serde(default, deserialize_with = "lenient::text")]
    date: Option<String>,
    #[serde(default, deserialize_with = "lenient::number")]
    views_total_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::number")]
    downloads_total_count: Option<i64>,
}

/// Count visits by day.
pub fn analytics_summary(zoom: &Zoom<'_>, request: GetAnalytics) -> Outcome<Analytics> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let period = Period::parse(zoom, &request.from, request.to.as_deref())?;
    let found = months::walk(&period, |start, until| {
        let call = zoom.get(format!("/meetings/{meeting}/recordings/analytics_summary"));
        one_page(call.query("from", Some(start)).query("to", Some(until)), "analytics_summary", |row: DayRow| Ok(row))
    })?;
    // Windows overlap by a day: the same day is kept once.
    let last = period.to.to_string();
    let rows: BTreeMap<String, AnalyticsDay> = found
        .items
        .into_iter()
        .filter(|row| row.date.as_ref().is_none_or(|day| *day <= last))
        .map(|row| {
            let day = row.date.unwrap_or_default();
            let (views, downloads) =
                (small(row.views_total_count).unwrap_or(0), small(row.downloads_total_count).unwrap_or(0));
            (day.clone(), AnalyticsDay { day, views, downloads })
        })
        .collect();
    let days: Vec<_> = rows.into_values().rev().collect();
    Ok(Analytics {
        views: days.iter().map(|day| day.views).fold(0, u32::saturating_add),
        downloads: days.iter().map(|day| day.downloads).fold(0, u32::saturating_add),
        coverage: period.coverage(found.covered, found.proof, days.len(), None),
        days,
    })
}

#[derive(Deserialize)]
struct VisitRow {
    #[serde(default, deserialize_with = "lenient::text")]
    date_time: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "lenient::number")]
    duration: Option<i64>,
}

/// List visits.
pub fn analytics_details(zoom: &Zoom<'_>, request: GetVisits) -> Outcome<VisitList> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let period = Period::parse(zoom, &request.from, request.to.as_deref())?;
    let kind = match request.kind.unwrap_or(VisitKind::View) {
        VisitKind::View => "by_view",
        VisitKind::Download => "by_download",
    };
    let mut visits: Vec<Visit> = Vec::new();
    let found = months::walk(&period, |start, until| {
        let first = || {
            let call = zoom.get(format!("/meetings/{meeting}/recordings/analytics_details"));
            call.query("from", Some(start)).query("to", Some(until)).query("type", Some(kind))
        };
        let list = List { name: "analytics_details", first: &first, enough: None, most: None };
        let part = walk(zoom, &list, |row: VisitRow, _| Ok(row))?;
        // Two visits may look the same, so only what the later window has shown already is left out: its days.
        let last = until.to_string();
        let new = part.items.into_iter().filter(|row| {
            until > period.to || row.date_time.as_ref().is_none_or(|at| at.get(..10) != Some(last.as_str()))
        });
        visits.extend(new.map(visit));
        Ok::<_, Trouble>(Walk { items: Vec::<()>::new(), from: part.from, proof: part.proof, crowd: None })
    })?;
    // The first window asks for a day more than the period has.
    let last = period.to.to_string();
    visits.retain(|visit| visit.at.as_ref().and_then(|at| at.get(..10)).is_none_or(|day| day <= last.as_str()));
    visits.sort_by(|a, b| b.at.cmp(&a.at));
    let coverage = period.coverage(found.covered, found.proof, visits.len(), None);
    Ok(VisitList { visits, coverage })
}

fn visit(row: VisitRow) -> Visit {
    Visit { at: row.date_time, name: row.name, email: row.email, seconds: small(row.duration).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{fails, run, script};

    const SUMMARY: &str = "GET /meetings/abcdefgh%3D%3D/recordings/analytics_summary";
    const DETAILS: &str = "GET /meetings/abcdefgh%3D%3D/recordings/analytics_details";

    #[test]
    fn months_are_walked_and_a_day_seen_twice_counts_once() {
        let june = r#"{"from":"2026-05-21","analytics_summary":[{"date":"2026-06-01","views_total_count":3,"downloads_total_count":1},
            {"date":"2026-05-21","views_total_count":"2","downloads_total_count":0}]}"#;
        let may = r#"{"from":"2026-05-10","analytics_summary":[{"date":"2026-05-21","views_total_count":2,"downloads_total_count":0}]}"#;
        let pages = script(&format!("{SUMMARY}?from=2026-05-21&to=2026-06-21"), 200, june).then(
            &format!("{SUMMARY}?from=2026-05-10&to=2026-05-21"),
            200,
            may,
        );
        let input = r#"{"meeting":"abcdefgh==","from":"2026-05-10","to":"2026-06-20"}"#;
        let answer = run("recordings.analytics-summary", input, &pages).unwrap();
        assert_eq!((&answer["views"], &answer["downloads"]), (&json!(5), &json!(1)));
        assert_eq!(answer["days"].as_array().unwrap().len(), 2);
        assert_eq!(answer["coverage"]["complete"], true);
    }

    #[test]
    fn two_equal_visits_are_two_and_a_day_of_two_windows_is_not_doubled() {
        let row = |at: &str| json!({"date_time": at, "name": "", "email": "", "duration": 9});
        let june = json!({"from": "2026-05-21", "next_page_token": "", "analytics_details":
            [row("2026-05-21T10:00:00Z"), row("2026-05-21T10:00:00Z")]});
        let may = json!({"from": "2026-05-10", "next_page_token": "", "analytics_details":
            [row("2026-05-21T10:00:00Z"), row("2026-05-21T10:00:00Z"), row("2026-05-11T10:00:00Z")]});
        let asked = |from, to| format!("{DETAILS}?from={from}&to={to}&type=by_download&page_size=300");
        let pages = script(&asked("2026-05-21", "2026-06-21"), 200, &june.to_string()).then(
            &asked("2026-05-10", "2026-05-21"),
            200,
            &may.to_string(),
        );
        let input = r#"{"meeting":"abcdefgh==","from":"2026-05-10","to":"2026-06-20","kind":"download"}"#;
        let answer = run("recordings.analytics-details", input, &pages).unwrap();
        assert_eq!(answer["coverage"]["count"], 3);
        assert_eq!(answer["visits"][2], json!({"at": "2026-05-11T10:00:00Z", "seconds": 9}));
    }

    #[test]
    fn a_recording_of_another_account_is_not_found() {
        let input = r#"{"meeting":"abcdefgh==","from":"2026-05-10","to":"2026-05-12"}"#;
        let answer = r#"{"code":1010,"message":"x"}"#;
        let asked = format!("{SUMMARY}?from=2026-05-10&to=2026-05-13");
        fails("recordings.analytics-summary", input, script(&asked, 400, answer), "not-found", None);
        let backward = r#"{"meeting":"abcdefgh==","from":"2026-05-10","to":"2026-05-01"}"#;
        fails("recordings.analytics-details", backward, script("", 0, ""), "input.invalid", Some("/to"));
    }
}
