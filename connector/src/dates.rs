//! Days and moments without a clock or a time-zone table: just the calendar.

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// Parse `2026-01-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || y.len() != 4 || m.len() != 2 || d.len() != 2 {
            return None;
        }
        Self::of(number(y)?, number(m)?, number(d)?)
    }

    /// The UTC day of a moment.
    pub fn at(moment: Moment) -> Self {
        Self(moment.0.div_euclid(DAY))
    }

    /// So many days later.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// The day's year.
    pub fn year(self) -> i64 {
        self.parts().0
    }

    /// 0 is Sunday.
    pub fn weekday(self) -> i64 {
        (self.0 + 4).rem_euclid(7)
    }

    /// The day's first moment, by a clock without zone.
    pub fn start(self) -> Moment {
        Moment(self.0 * DAY)
    }

    /// The first to fourth such weekday of a month; 5 is the last.
    pub fn in_month(year: i64, month: i64, week: i64, weekday: i64) -> Option<Self> {
        let first = Self::of(year, month, 1)?;
        let day = 1 + (weekday - first.weekday()).rem_euclid(7) + 7 * (week - 1);
        let over = day > days_of(year, month);
        Self::of(year, month, if over { day - 7 } else { day })
    }

    /// The same day of the month before, or that month's last day.
    pub fn month_before(self) -> Self {
        let (y, m, d) = self.parts();
        let (y, m) = if m == 1 { (y - 1, 12) } else { (y, m - 1) };
        Self::of(y, m, d.min(days_of(y, m))).unwrap_or(self)
    }

    /// Days from another day to this one.
    pub fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }

    /// The year and the month so many months later.
    pub fn month_after(self, months: i64) -> (i64, i64) {
        let (y, m, _) = self.parts();
        let months = y * 12 + m - 1 + months;
        (months.div_euclid(12), months.rem_euclid(12) + 1)
    }

    /// A day that the month has.
    pub fn of(y: i64, m: i64, d: i64) -> Option<Self> {
        let valid = (1..=12).contains(&m) && d >= 1 && d <= days_of(y, m);
        // Howard Hinnant's days_from_civil: years begin in March, eras have 400 years.
        let (shifted, month) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
        let era = shifted.div_euclid(400);
        let year = shifted.rem_euclid(400);
        let day = (153 * month + 2) / 5 + d - 1;
        valid.then(|| Self(era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468))
    }

    fn parts(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (y, m, d) = self.parts();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// Of milliseconds since 1970.
    pub fn of(millis: u64) -> Option<Self> {
        i64::try_from(millis).ok().map(Self)
    }

    /// Parse RFC 3339 with `Z` or an offset.
    pub fn parse(text: &str) -> Option<Self> {
        match Time::parse(text)? {
            Time { offset: Some(offset), local } => Some(Self(local.0 - offset * 60_000)),
            Time { offset: None, .. } => None,
        }
    }

    /// Parse an HTTP date, `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let mut words = text.split_once(", ")?.1.split(' ');
        let (d, m, y, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let month = MONTHS.iter().position(|name| *name == m)? + 1;
        let day = Day::of(number(y)?, i64::try_from(month).ok()?, number(d)?)?;
        Some(Self(day.0 * DAY + clock_millis(clock)?))
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.rem_euclid(DAY) / 1000;
        write!(f, "{}T{:02}:{:02}:{:02}Z", Day::at(*self), seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// A time as people write it, perhaps without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The clock's reading, as if it were UTC.
    pub local: Moment,
    /// Minutes east of UTC, when written.
    pub offset: Option<i64>,
}

impl Time {
    /// Parse `2026-12-01T10:00:00` with or without fraction, `Z` or `+01:00`. Seconds may be left out.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once(['T', 't'])?;
        let (clock, offset) = if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
            (clock, Some(0))
        } else if let Some(at) = rest.find(['+', '-']) {
            let (clock, zone) = rest.split_at(at);
            (clock, Some(offset_minutes(zone)?))
        } else {
            (rest, None)
        };
        let local = Moment(Day::parse(date)?.0 * DAY + clock_millis(clock)?);
        Some(Self { local, offset })
    }
}

fn offset_minutes(zone: &str) -> Option<i64> {
    let (h, m) = zone.get(1..)?.split_once(':')?;
    let minutes = number(h)? * 60 + number(m)?;
    (h.len() == 2 && m.len() == 2 && minutes < 24 * 60).then_some(if zone.starts_with('-') {
        -minutes
    } else {
        minutes
    })
}

fn clock_millis(clock: &str) -> Option<i64> {
    let whole = match clock.split_once('.') {
        Some((whole, fraction)) => {
            number(fraction)?;
            whole
        }
        None => clock,
    };
    let mut parts = whole.split(':');
    let (h, m, s) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next().unwrap_or("0"))?);
    (parts.next().is_none() && h < 24 && m < 60 && s < 60).then_some((h * 3600 + m * 60 + s) * 1000)
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn days_of(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_survive_the_round_trip() {
        for text in ["1970-01-01", "2000-02-29", "2026-12-31", "1999-03-01", "2100-02-28"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Day::parse("2026-02-28").unwrap().plus(1).to_string(), "2026-03-01");
    }

    #[test]
    fn weekdays_of_a_month_are_found() {
        for (week, weekday, found) in
            [(1, 0, "2026-03-01"), (5, 0, "2026-03-29"), (2, 3, "2026-03-11"), (5, 2, "2026-03-31")]
        {
            assert_eq!(Day::in_month(2026, 3, week, weekday).unwrap().to_string(), found);
        }
        assert_eq!(Day::parse("2026-11-25").unwrap().weekday(), 3);
    }

    #[test]
    fn a_month_before_the_last_of_a_month_is_a_last_of_a_month() {
        for (day, before) in [
            ("2026-03-31", "2026-02-28"),
            ("2024-03-30", "2024-02-29"),
            ("2026-01-15", "2025-12-15"),
            ("2026-12-31", "2026-11-30"),
        ] {
            assert_eq!(Day::parse(day).unwrap().month_before().to_string(), before);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "yesterday", "2026-01-01T00:00:00Z", ""] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_moment_is_the_same_moment() {
        let expected = Moment(1_785_369_600_000);
        for text in ["2026-07-30T00:00:00Z", "2026-07-30T02:00:00+02:00", "2026-07-29T19:00:00.000-05:00"] {
            assert_eq!(Moment::parse(text), Some(expected), "{text}");
        }
        assert_eq!(Moment::parse_http("Thu, 30 Jul 2026 00:00:00 GMT"), Some(expected));
        assert_eq!(expected.to_string(), "2026-07-30T00:00:00Z");
    }

    #[test]
    fn a_time_without_zone_is_no_moment() {
        assert_eq!(Moment::parse("2026-07-30T00:00:00"), None);
        assert_eq!(Time::parse("2026-07-30T10:00").unwrap().offset, None);
        assert_eq!(Time::parse("2026-07-30T25:00:00"), None);
    }
}
