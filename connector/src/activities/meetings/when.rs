//! Start times and zones: what is accepted, what Zoom gets, and whether it took it.

use crate::dates::{Moment, Time};
use crate::problem::invalid;
use crate::service::Outcome;

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// A checked start time.
pub struct Start {
    time: Time,
    /// Local time counts as UTC in this zone.
    utc: bool,
    /// As Zoom wants it.
    pub wire: String,
}

impl Start {
    /// `now` in milliseconds since 1970. Local times are refused as past only when they are past everywhere.
    pub fn parse(text: &str, timezone: Option<&str>, now: u64) -> Outcome<Self> {
        let time = Time::parse(text).ok_or_else(|| {
            invalid(
                "/start_time",
                "this is no time",
                "write `2026-12-01T10:00:00` (local in `timezone`) or `2026-12-01T09:00:00Z`",
            )
        })?;
        if time.offset.is_none() && timezone.is_none() {
            return Err(invalid(
                "/timezone",
                "a local start time needs its zone",
                "add `timezone`, for example `Europe/Berlin`",
            ));
        }
        let utc = timezone.is_some_and(|zone| matches!(zone, "UTC" | "Etc/UTC" | "GMT"));
        let latest = match time.offset {
            Some(offset) => time.local.0 - offset * 60_000,
            None if utc => time.local.0,
            None => time.local.0 + 12 * HOUR,
        };
        if i64::try_from(now).is_ok_and(|now| latest < now) {
            return Err(invalid(
                "/start_time",
                "this is in the past; Zoom would ignore it",
                "give a time in the future",
            ));
        }
        let wire = match time.offset {
            Some(offset) => Moment(time.local.0 - offset * 60_000).to_string(),
            None => time.local.to_string().trim_end_matches('Z').to_owned(),
        };
        Ok(Self { time, utc, wire })
    }

    /// Whether what Zoom stored (UTC) can be this time. Without a table of zones a local time is right when the difference is one
    /// that a zone can have: quarter hours between -12 and +14 hours.
    pub fn is(&self, stored: &str) -> bool {
        let Some(stored) = Moment::parse(stored) else {
            return false;
        };
        match self.time.offset {
            Some(offset) => stored.0 == self.time.local.0 - offset * 60_000,
            None if self.utc => stored == self.time.local,
            None => {
                let east = self.time.local.0 - stored.0;
                east % (HOUR / 4) == 0 && (-12 * HOUR..=14 * HOUR).contains(&east)
            }
        }
    }
}

/// Refuse what cannot be an IANA name.
pub fn timezone(zone: Option<&str>) -> Outcome<()> {
    let fits = |zone: &str| {
        (1..=64).contains(&zone.len())
            && zone.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'))
    };
    match zone {
        Some(zone) if !fits(zone) => {
            Err(invalid("/timezone", "this is no time zone", "give an IANA name, for example `Europe/Berlin`"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_stay_local_and_offsets_become_utc() {
        assert_eq!(Start::parse("2026-12-01T10:00", Some("Europe/Berlin"), 0).unwrap().wire, "2026-12-01T10:00:00");
        assert_eq!(Start::parse("2026-12-01T10:00:00+01:00", None, 0).unwrap().wire, "2026-12-01T09:00:00Z");
    }

    #[test]
    fn a_stored_time_that_no_zone_explains_is_noticed() {
        let start = Start::parse("2026-12-01T10:00:00", Some("Europe/Berlin"), 0).unwrap();
        assert!(start.is("2026-12-01T09:00:00Z"));
        assert!(!start.is("2026-12-01T09:07:00Z"));
        assert!(!start.is("2026-11-23T09:00:00Z"));
    }

    #[test]
    fn times_that_are_past_everywhere_are_refused() {
        let now = 1_796_119_200_000; // 2026-12-01T10:00:00Z
        assert!(Start::parse("2026-12-01T09:59:00Z", None, now).is_err());
        assert!(Start::parse("2026-12-01T05:00:00", Some("America/New_York"), now).is_ok());
        assert!(Start::parse("2026-11-30T10:00:00", Some("America/New_York"), now).is_err());
    }
}
