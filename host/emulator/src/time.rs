//! Dates as Zoom writes and reads them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// `2026-07-29T15:00:02Z`
pub fn utc(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `Wed, 29 Jul 2026 15:00:02 GMT`
pub fn http_date(ms: i64) -> String {
    stamp(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The UTC day of that moment.
pub fn day(ms: i64) -> Date {
    stamp(ms).to_zoned(TimeZone::UTC).date()
}

/// A day written `yyyy-mm-dd`.
pub fn parse_day(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

/// The same day of the month before, or that month's last day.
pub fn month_before(day: Date) -> Date {
    day.checked_sub(1.month()).unwrap_or(day)
}

pub fn next_day(day: Date) -> Date {
    day.checked_add(1.day()).unwrap_or(day)
}

/// A request's start time: with `Z` it is UTC, without it is local in `timezone`.
pub fn parse_start(text: &str, timezone: &str) -> Option<i64> {
    if text.ends_with('Z') || text.get(10..).is_some_and(|rest| rest.contains('+') || rest.contains('-')) {
        return text.parse::<Timestamp>().ok().map(|at| at.as_millisecond());
    }
    let local: DateTime = text.parse().ok()?;
    let zone = TimeZone::get(timezone).ok()?;
    zone.to_timestamp(local).ok().map(|at| at.as_millisecond())
}

/// Whether the zone is an IANA name.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// The moment of a UTC date and time.
pub fn at(day: Date, hour: i8, minute: i8) -> i64 {
    let moment = day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC);
    moment.map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// `00:01:02.500`
pub fn offset(ms: i64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
