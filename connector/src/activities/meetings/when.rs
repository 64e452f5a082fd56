//! Start times and zones: what is accepted, what Zoom gets, and whether it took it.

use crate::dates::{Day, Moment, Time};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zones::{Local, Zone};

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// A checked start time.
pub struct Start {
    time: Time,
    /// The moment, where the zone's rules are known.
    moment: Option<Moment>,
    /// The zone's rules, where they are known.
    pub zone: Option<Zone>,
    /// The time by the zone's clock.
    pub local: Option<Moment>,
    /// As Zoom wants it.
    pub wire: String,
}

impl Start {
    /// `now` in milliseconds since 1970. Refuses the past, and local times that a change of clocks skips or repeats. In zones without
    /// known rules a local time is past only when it is past everywhere.
    pub fn parse(text: &str, timezone: Option<&str>, now: u64) -> Outcome<Self> {
        let time = Time::parse(text).ok_or_else(|| {
            invalid(
                "/start_time",
                "this is not a time",
                "write `2026-12-01T10:00:00` (local in `timezone`) or `2026-12-01T09:00:00Z`",
            )
        })?;
        let zone = timezone.and_then(Zone::find);
        let moment = match (time.offset, timezone) {
            (Some(offset), _) => Some(Moment(time.local.0 - offset * 60_000)),
            (None, Some(name)) => zone.as_ref().map(|zone| only(zone, name, time.local)).transpose()?,
            (None, None) => {
                return Err(invalid(
                    "/timezone",
                    "a local start time needs its zone",
                    "add `timezone`, for example `Europe/Berlin`",
                ));
            }
        };
        let latest = moment.map_or(time.local.0 + 12 * HOUR, |moment| moment.0);
        if i64::try_from(now).is_ok_and(|now| latest < now) {
            return Err(invalid(
                "/start_time",
                "this is in the past; Zoom would ignore it",
                "give a time in the future",
            ));
        }
        let wire = match (time.offset, moment) {
            (Some(_), Some(moment)) => moment.to_string(),
            _ => time.local.to_string().trim_end_matches('Z').to_owned(),
        };
        let local = match (time.offset, moment, &zone) {
            (None, ..) => Some(time.local),
            (Some(_), Some(moment), Some(zone)) => Some(Moment(moment.0 + zone.offset(moment) * 60_000)),
            _ => None,
        };
        Ok(Self { time, moment, zone, local, wire })
    }

    /// Day of the week by the zone's clock, 0 for Sunday; `None` when the zone's rules are not known.
    pub fn weekday(&self) -> Option<i64> {
        self.local.map(|local| Day::at(local).weekday())
    }

    /// The moment, where it is known.
    pub fn moment(&self) -> Option<Moment> {
        self.moment
    }

    /// Whether what Zoom stored (UTC) is this time. Without known rules a local time is right when the difference is one that a zone
    /// can have: quarter hours between -12 and +14 hours.
    pub fn is(&self, stored: &str) -> bool {
        let Some(stored) = Moment::parse(stored) else {
            return false;
        };
        match self.moment {
            Some(moment) => stored == moment,
            None => {
                let east = self.time.local.0 - stored.0;
                east % (HOUR / 4) == 0 && (-12 * HOUR..=14 * HOUR).contains(&east)
            }
        }
    }
}

/// The one moment at which this zone's clocks show that time.
fn only(zone: &Zone, name: &str, local: Moment) -> Outcome<Moment> {
    let written = local.to_string();
    let written = written.trim_end_matches('Z');
    match zone.local(local) {
        Local::One(moment) => Ok(moment),
        Local::Skipped => Err(invalid(
            "/start_time",
            format!("this time does not exist in {name}: its clocks are put forward over it that day"),
            "give a time before or after the change, or a moment with `Z`",
        )),
        Local::Twice(first, second) => Err(invalid(
            "/start_time",
            format!("this time comes twice in {name}: its clocks are put back over it that day"),
            format!("say which: `{written}{}` or `{written}{}`", east(first), east(second)),
        )),
    }
}

/// `+02:00`
fn east(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Refuse what cannot be an IANA name.
pub fn timezone(zone: Option<&str>) -> Outcome<()> {
    let fits = |zone: &str| {
        (1..=64).contains(&zone.len())
            && zone.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'))
    };
    match zone {
        Some(zone) if !fits(zone) => {
            Err(invalid("/timezone", "this is not a time zone", "give an IANA name, for example `Europe/Berlin`"))
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
    fn another_stored_time_is_noticed() {
        let start = Start::parse("2026-12-01T10:00:00", Some("Europe/Berlin"), 0).unwrap();
        assert!(start.is("2026-12-01T09:00:00Z"));
        assert!(!start.is("2026-12-01T10:00:00Z"));
        let unknown = Start::parse("2026-12-01T10:00:00", Some("Somewhere/Unknown"), 0).unwrap();
        assert!(unknown.is("2026-12-01T09:00:00Z") && unknown.is("2026-12-01T10:00:00Z"));
        assert!(!unknown.is("2026-12-01T09:07:00Z") && !unknown.is("2026-11-23T09:00:00Z"));
    }

    #[test]
    fn times_that_clocks_skip_or_repeat_are_refused_with_the_way_out() {
        let skipped = Start::parse("2027-03-28T02:30:00", Some("Europe/Berlin"), 0).err().unwrap();
        assert_eq!(skipped.pointer.as_deref(), Some("/start_time"));
        let twice = Start::parse("2027-10-31T02:30:00", Some("Europe/Berlin"), 0).err().unwrap();
        let fix = twice.fix.unwrap();
        assert!(fix.contains("2027-10-31T02:30:00+02:00") && fix.contains("2027-10-31T02:30:00+01:00"), "{fix}");
        let first = Start::parse("2027-10-31T02:30:00+02:00", Some("Europe/Berlin"), 0).unwrap();
        assert_eq!((first.wire.as_str(), first.weekday()), ("2027-10-31T00:30:00Z", Some(0)));
    }

    #[test]
    fn past_times_are_refused() {
        let now = 1_796_119_200_000; // 2026-12-01T10:00:00Z
        assert!(Start::parse("2026-12-01T09:59:00Z", None, now).is_err());
        assert!(Start::parse("2026-12-01T05:00:00", Some("America/New_York"), now).is_ok());
        assert!(Start::parse("2026-12-01T04:59:00", Some("America/New_York"), now).is_err());
        assert!(Start::parse("2026-12-01T05:00:00", Some("Somewhere/Unknown"), now).is_ok());
        assert!(Start::parse("2026-11-30T05:00:00", Some("Somewhere/Unknown"), now).is_err());
    }
}
