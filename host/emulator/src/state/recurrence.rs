//! The times of a repeating meeting, by the clock of its zone: changes of clocks move the moment, not the hour.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};

/// The most occurrences of one meeting.
const MOST: usize = 60;
/// Days or months looked at, so that a rule that never fits ends.
const PATIENCE: i64 = 10_000;

/// Starts in UTC milliseconds, the first not before `start_ms`.
pub fn starts(rule: &Map<String, Value>, zone: &str, start_ms: i64) -> Vec<i64> {
    let number = |name: &str| rule.get(name).and_then(Value::as_i64);
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let first = Timestamp::from_millisecond(start_ms).unwrap_or_default().to_zoned(zone.clone());
    let until = rule.get("end_date_time").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    let count = match (until, number("end_times")) {
        (Some(_), _) | (None, Some(0)) => MOST,
        (None, Some(times)) => usize::try_from(times).unwrap_or(1).min(MOST),
        (None, None) => 1,
    };
    let every = number("repeat_interval").unwrap_or(1).max(1);
    let mut starts = Vec::new();
    for day in (0..PATIENCE).flat_map(|n| days(rule, first.date(), every, n)) {
        let Ok(at) = zone.to_timestamp(day.to_datetime(first.time())) else { break };
        if day < first.date() {
            continue;
        }
        if starts.len() == count || until.is_some_and(|until| at > until) {
            break;
        }
        starts.push(at.as_millisecond());
    }
    starts
}

/// The days of the rule's n-th day, week or month, in order.
fn days(rule: &Map<String, Value>, first: Date, every: i64, n: i64) -> Vec<Date> {
    let number = |name: &str| rule.get(name).and_then(Value::as_i64);
    match number("type") {
        Some(2) => {
            let sunday = first.checked_sub(i64::from(first.weekday().to_sunday_zero_offset()).days());
            let week = sunday.and_then(|sunday| sunday.checked_add((7 * every * n).days()));
            let listed = rule.get("weekly_days").and_then(Value::as_str).unwrap_or("1");
            let mut wanted: Vec<i64> = listed.split(',').filter_map(|day| day.trim().parse().ok()).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.into_iter().filter_map(|day| week.as_ref().ok()?.checked_add((day - 1).days()).ok()).collect()
        }
        Some(3) => {
            let month = first.first_of_month().checked_add((every * n).months());
            let day = month.ok().and_then(|month| match (number("monthly_week"), number("monthly_week_day")) {
                (Some(week), Some(day)) => {
                    let weekday = Weekday::from_sunday_one_offset(i8::try_from(day).ok()?).ok()?;
                    month.nth_weekday_of_month(i8::try_from(week).ok()?, weekday).ok()
                }
                // A month without that day is left out.
                _ => {
                    let day = i8::try_from(number("monthly_day").unwrap_or(1)).ok()?;
                    Date::new(month.year(), month.month(), day).ok()
                }
            });
            day.into_iter().collect()
        }
        _ => first.checked_add((every * n).days()).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::utc;

    #[track_caller]
    fn gives(rule: &str, start: &str, expected: &[&str]) {
        let rule: Map<String, Value> = serde_json::from_str(rule).unwrap();
        let start = start.parse::<Timestamp>().unwrap().as_millisecond();
        let found: Vec<String> = starts(&rule, "Europe/Berlin", start).into_iter().map(utc).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn seed_uipath_45_daily_over_a_change_of_clocks() {
        gives(
            r#"{"type":1,"repeat_interval":2,"end_times":3}"#,
            "2027-03-26T09:00:00Z",
            &["2027-03-26T09:00:00Z", "2027-03-28T08:00:00Z", "2027-03-30T08:00:00Z"],
        );
        gives(
            r#"{"type":1,"end_date_time":"2027-10-31T09:00:00Z"}"#,
            "2027-10-30T08:00:00Z",
            &["2027-10-30T08:00:00Z", "2027-10-31T09:00:00Z"],
        );
    }

    #[test]
    fn seed_uipath_46_weekly_on_several_days() {
        gives(
            r#"{"type":2,"weekly_days":"6,2","end_times":4}"#,
            "2026-12-02T09:00:00Z",
            &["2026-12-04T09:00:00Z", "2026-12-07T09:00:00Z", "2026-12-11T09:00:00Z", "2026-12-14T09:00:00Z"],
        );
        gives(
            r#"{"type":2,"repeat_interval":2,"weekly_days":"4","end_times":2}"#,
            "2026-12-02T09:00:00Z",
            &["2026-12-02T09:00:00Z", "2026-12-16T09:00:00Z"],
        );
        // Without days it is Sunday, whatever the start.
        gives(r#"{"type":2,"end_times":1}"#, "2026-12-02T09:00:00Z", &["2026-12-06T09:00:00Z"]);
    }

    #[test]
    fn seed_uipath_47_monthly_by_day_and_by_nth_weekday() {
        gives(
            r#"{"type":3,"monthly_day":31,"end_times":3}"#,
            "2027-01-31T09:00:00Z",
            &["2027-01-31T09:00:00Z", "2027-03-31T08:00:00Z", "2027-05-31T08:00:00Z"],
        );
        gives(
            r#"{"type":3,"monthly_week":2,"monthly_week_day":4,"end_times":2}"#,
            "2026-12-01T09:00:00Z",
            &["2026-12-09T09:00:00Z", "2027-01-13T09:00:00Z"],
        );
        gives(
            r#"{"type":3,"monthly_week":-1,"monthly_week_day":6,"repeat_interval":2,"end_times":2}"#,
            "2026-12-01T09:00:00Z",
            &["2026-12-25T09:00:00Z", "2027-02-26T09:00:00Z"],
        );
    }

    #[test]
    fn without_an_end_there_is_one_and_never_more_than_sixty() {
        gives(r#"{"type":1}"#, "2026-12-01T09:00:00Z", &["2026-12-01T09:00:00Z"]);
        let rule: Map<String, Value> = serde_json::from_str(r#"{"type":1,"end_times":0}"#).unwrap();
        assert_eq!(starts(&rule, "UTC", 0).len(), MOST);
    }
}
