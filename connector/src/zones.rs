//! What a local time means in a time zone, by the rules in force when this version was built. Zoom has the last word: where it stores
//! another moment, that is reported.

use crate::dates::{Day, Moment};

include!(concat!(env!("OUT_DIR"), "/zones.rs"));

/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// The rule of one zone.
pub struct Zone {
    /// Minutes east of UTC.
    standard: i64,
    summer: Option<Summer>,
}

struct Summer {
    /// Minutes east of UTC.
    offset: i64,
    begins: Change,
    ends: Change,
}

/// A day of a year and a time of that day, by the clock before the change.
struct Change {
    month: i64,
    /// 5 is the last.
    week: i64,
    weekday: i64,
    minutes: i64,
}

/// The moments that a local time can be.
#[derive(Debug, PartialEq, Eq)]
pub enum Local {
    One(Moment),
    /// Clocks skip it.
    Skipped,
    /// Clocks show it twice: minutes east of UTC the first and the second time.
    Twice(i64, i64),
}

impl Zone {
    /// `None` for a name that this version does not know, or whose changes follow no rule.
    pub fn find(name: &str) -> Option<Self> {
        let at = NAMES.binary_search_by_key(&name, |(known, _)| known).ok()?;
        let rule = RULES.get(usize::from(NAMES.get(at)?.1))?;
        Self::parse(rule)
    }

    /// A POSIX rule: `CET-1CEST,M3.5.0,M10.5.0/3`.
    fn parse(rule: &str) -> Option<Self> {
        let mut parts = rule.split(',');
        let rest = after_name(parts.next()?);
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '-' | '+')).unwrap_or(rest.len());
        let (standard, rest) = rest.split_at_checked(end)?;
        let standard = -minutes(standard)?;
        if rest.is_empty() {
            return Some(Self { standard, summer: None });
        }
        let offset = match after_name(rest) {
            "" => standard + 60,
            text => -minutes(text)?,
        };
        let summer = Summer { offset, begins: Change::parse(parts.next()?)?, ends: Change::parse(parts.next()?)? };
        Some(Self { standard, summer: Some(summer) })
    }

    /// The moments at which a clock of this zone shows `local`.
    pub fn local(&self, local: Moment) -> Local {
        let at = |offset: i64| Moment(local.0 - offset * MINUTE);
        let fits = |offset: &i64| self.offset(at(*offset)) == *offset;
        let summer = self.summer.as_ref().map(|summer| summer.offset).filter(fits);
        match (summer, Some(self.standard).filter(fits)) {
            (Some(one), None) | (None, Some(one)) => Local::One(at(one)),
            (Some(one), Some(other)) => Local::Twice(one.max(other), one.min(other)),
            (None, None) => Local::Skipped,
        }
    }

    /// Minutes east of UTC at a moment.
    pub fn offset(&self, moment: Moment) -> i64 {
        let Some(summer) = &self.summer else {
            return self.standard;
        };
        let year = Day::at(Moment(moment.0 + self.standard * MINUTE)).year();
        let (Some(begins), Some(ends)) = (summer.begins.at(year, self.standard), summer.ends.at(year, summer.offset))
        else {
            return self.standard;
        };
        let inside = if begins < ends { (begins..ends).contains(&moment) } else { !(ends..begins).contains(&moment) };
        if inside { summer.offset } else { self.standard }
    }
}

impl Change {
    /// `M3.5.0/2`: month, week, weekday, time.
    fn parse(text: &str) -> Option<Self> {
        let (day, time) = text.strip_prefix('M')?.split_once('/').unwrap_or((text.strip_prefix('M')?, "2"));
        let mut numbers = day.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self { month: next()?, week: next()?, weekday: next()?, minutes: minutes(time)? })
    }

    /// The moment of the change in a year, for a clock that shows `offset` until then.
    fn at(&self, year: i64, offset: i64) -> Option<Moment> {
        let day = Day::in_month(year, self.month, self.week, self.weekday)?;
        Some(Moment(day.start().0 + (self.minutes - offset) * MINUTE))
    }
}

/// Without the abbreviation: letters, or anything between `<` and `>`.
fn after_name(text: &str) -> &str {
    match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').map_or("", |(_, rest)| rest),
        None => text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    }
}

/// `-1`, `10:30`, `26`: hours, perhaps minutes.
fn minutes(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split(':').map(str::parse::<i64>);
    let hours = parts.next()?.ok()?;
    let rest = parts.next().transpose().ok()?.unwrap_or(0);
    Some(sign * (hours * 60 + rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::Time;

    #[track_caller]
    fn means(zone: &str, local: &str, expected: Result<&str, Local>) {
        let local = Zone::find(zone).unwrap().local(Time::parse(local).unwrap().local);
        let expected = expected.map_or_else(|other| other, |text| Local::One(Moment::parse(text).unwrap()));
        assert_eq!(local, expected, "{zone}");
    }

    #[test]
    fn local_times_become_moments_summer_and_winter_north_and_south() {
        means("Europe/Berlin", "2026-12-01T10:00:00", Ok("2026-12-01T09:00:00Z"));
        means("Europe/Berlin", "2027-07-01T10:00:00", Ok("2027-07-01T08:00:00Z"));
        means("America/New_York", "2027-07-01T10:00:00", Ok("2027-07-01T14:00:00Z"));
        means("Asia/Kolkata", "2027-07-01T10:00:00", Ok("2027-07-01T04:30:00Z"));
        means("Australia/Sydney", "2027-01-01T10:00:00", Ok("2026-12-31T23:00:00Z"));
        means("Australia/Lord_Howe", "2027-01-01T10:00:00", Ok("2026-12-31T23:00:00Z"));
        means("Pacific/Chatham", "2027-07-01T00:00:00", Ok("2027-06-30T11:15:00Z"));
        means("Europe/Dublin", "2027-07-01T10:00:00", Ok("2027-07-01T09:00:00Z"));
        means("Asia/Jerusalem", "2027-07-01T10:00:00", Ok("2027-07-01T07:00:00Z"));
    }

    #[test]
    fn the_hours_around_a_change_of_clocks() {
        means("Europe/Berlin", "2027-03-28T01:59:59", Ok("2027-03-28T00:59:59Z"));
        means("Europe/Berlin", "2027-03-28T02:30:00", Err(Local::Skipped));
        means("Europe/Berlin", "2027-03-28T03:00:00", Ok("2027-03-28T01:00:00Z"));
        means("Europe/Berlin", "2027-10-31T02:30:00", Err(Local::Twice(120, 60)));
        means("America/New_York", "2027-03-14T02:00:00", Err(Local::Skipped));
        means("America/New_York", "2027-11-07T01:30:00", Err(Local::Twice(-240, -300)));
    }

    #[test]
    fn every_zone_has_a_rule_that_can_be_read() {
        assert!(NAMES.len() > 400, "{}", NAMES.len());
        for (name, _) in NAMES {
            assert!(Zone::find(name).is_some(), "{name}");
        }
        assert!(Zone::find("Mars/Olympus").is_none());
    }
}
