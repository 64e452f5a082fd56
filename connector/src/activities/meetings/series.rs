//! The times of a series: what a rule asks for, and what came.
//!
//! Zoom shortens a series without a word, moves its days, or keeps the hour of UTC over a change of clocks. Every time that came is compared
//! by the clock of the series' zone. In zones whose rules are not known only the number can be compared.

use serde_json::Value;

use super::when::Start;
use crate::bindings::meetings::{Frequency, MonthWeek, Occurrence, Recurrence};
use crate::bindings::types::Adjustment;
use crate::dates::{Day, Moment};
use crate::wire::recurrence::WEEKDAYS;
use crate::zones::{Local, Zone};

/// Times that are worked out: more than ten years of a daily series, far above what Zoom makes.
const MOST: usize = 4_000;
/// Days, weeks or months looked at, so that a rule that never fits ends.
const PATIENCE: i64 = 10_000;
const MINUTE: i64 = 60_000;

/// A rule from a start on.
pub struct Series<'a> {
    rule: &'a Recurrence,
    zone: &'a Zone,
    /// The first start that was asked for, by the zone's clock.
    start: Moment,
}

impl<'a> Series<'a> {
    /// `None` where the zone's rules are not known.
    pub fn new(rule: &'a Recurrence, start: &'a Start) -> Option<Self> {
        Some(Self { rule, zone: start.zone.as_ref()?, start: start.local? })
    }

    /// Every start by the zone's clock, in order.
    pub fn times(&self) -> Vec<Moment> {
        let until = self.until();
        let most = self.rule.occurrences.and_then(|most| usize::try_from(most).ok()).unwrap_or(MOST).min(MOST);
        let first = Day::at(self.start);
        let clock = self.start.0 - first.start().0;
        let days = (0..PATIENCE).flat_map(|n| self.days(first, n)).filter(|day| *day >= first);
        let times = days.map(|day| Moment(day.start().0 + clock));
        times.take_while(|time| until.is_none_or(|until| self.moment(*time) <= until)).take(most).collect()
    }

    fn until(&self) -> Option<Moment> {
        self.rule.until.as_deref().and_then(Moment::parse)
    }

    /// The days of the rule's n-th day, week or month, in order.
    fn days(&self, first: Day, n: i64) -> Vec<Day> {
        let every = i64::from(self.rule.interval.unwrap_or(1).max(1)) * n;
        match self.rule.every {
            Frequency::Daily => vec![first.plus(every)],
            Frequency::Weekly => {
                let sunday = first.plus(7 * every - first.weekday());
                let wanted = self.rule.weekdays.iter().flatten();
                let mut days: Vec<Day> = wanted
                    .filter_map(|day| WEEKDAYS.iter().position(|known| known == day))
                    .filter_map(|at| i64::try_from(at).ok())
                    .map(|at| sunday.plus(at))
                    .collect();
                days.sort();
                days.dedup();
                days
            }
            Frequency::Monthly => {
                let (year, month) = first.month_after(every);
                let day = match (self.rule.month_week, self.rule.month_weekday) {
                    (Some(week), Some(weekday)) => WEEKDAYS
                        .iter()
                        .position(|known| *known == weekday)
                        .and_then(|at| Day::in_month(year, month, number(week), i64::try_from(at).ok()?)),
                    // A month without that day is left out.
                    _ => Day::of(year, month, i64::from(self.rule.month_day.unwrap_or(1))),
                };
                day.into_iter().collect()
            }
        }
    }

    /// The moment of a local time. Where clocks show it twice, the first; where they skip it, what it would have been.
    fn moment(&self, local: Moment) -> Moment {
        match self.zone.local(local) {
            Local::One(moment) => moment,
            Local::Twice(east, _) => Moment(local.0 - east * MINUTE),
            Local::Skipped => Moment(local.0 - self.zone.offset(local) * MINUTE),
        }
    }

    fn local(&self, moment: Moment) -> Moment {
        Moment(moment.0 + self.zone.offset(moment) * MINUTE)
    }

    /// Whether a time that came is one that was asked for. Clocks that skip it that day make any hour right.
    fn is(&self, asked: Moment, came: Moment) -> bool {
        asked == came || self.zone.local(asked) == Local::Skipped && Day::at(asked) == Day::at(came)
    }
}

fn number(week: MonthWeek) -> i64 {
    match week {
        MonthWeek::First => 1,
        MonthWeek::Second => 2,
        MonthWeek::Third => 3,
        MonthWeek::Fourth => 4,
        MonthWeek::Last => 5,
    }
}

/// What Zoom shows of a meeting's or webinar's times.
pub struct Shown<'a> {
    pub start_time: Option<&'a str>,
    pub timezone: Option<&'a str>,
    /// Of a series; `None` where they were not asked about.
    pub occurrences: Option<&'a [Occurrence]>,
}

impl Shown<'_> {
    /// Where a series says no start, its first occurrence does.
    fn start(&self) -> Option<&str> {
        let first = || self.occurrences.and_then(|all| all.first()?.start_time.as_deref());
        self.start_time.or_else(first)
    }

    /// Every way in which the times are not those that were asked for.
    pub fn differences(&self, start: Option<(&str, &Start)>, rule: Option<&Recurrence>, now: u64) -> Vec<Adjustment> {
        let stored = self.start();
        let mut found = Vec::new();
        if let Some((text, start)) = start
            && !stored.is_some_and(|time| start.is(time))
        {
            found.push(Adjustment {
                field: "/start_time".to_owned(),
                asked: Value::from(text).to_string(),
                stored: stored.map(|time| Value::from(time).to_string()),
            });
        }
        let occurrences = self.occurrences.unwrap_or_default();
        let more = match (rule, start) {
            (Some(rule), Some((_, start))) => compare(rule, Some(start), occurrences, now),
            (Some(rule), None) => {
                let start = stored.and_then(|time| Start::parse(time, self.timezone, 0).ok());
                compare(rule, start.as_ref(), occurrences, now)
            }
            (None, Some((_, start))) => compare_hours(start, occurrences).into_iter().collect(),
            (None, None) => Vec::new(),
        };
        let known = |field: &str, found: &[Adjustment]| found.iter().any(|one| one.field == field);
        for one in more {
            if !known(&one.field, &found) {
                found.push(one);
            }
        }
        found
    }
}

/// Compare the occurrences that Zoom shows with the rule that was asked for. Of a series that has begun, Zoom shows only what is still to
/// come, and does not document what a new rule counts from: there only an empty series is wrong.
fn compare(rule: &Recurrence, start: Option<&Start>, shown: &[Occurrence], now: u64) -> Vec<Adjustment> {
    let number = rule.occurrences.and_then(|most| usize::try_from(most).ok());
    if shown.is_empty() {
        return none(rule);
    }
    let begun = start.is_none_or(|start| start.moment().is_some_and(|moment| Some(moment) < Moment::of(now)));
    if begun {
        return Vec::new();
    }
    let Some(series) = start.and_then(|start| Series::new(rule, start)) else {
        return number
            .filter(|number| *number != shown.len())
            .map(|number| fewer(number, shown.len()))
            .into_iter()
            .collect();
    };
    let mut came: Vec<Moment> = shown.iter().filter_map(|one| Moment::parse(one.start_time.as_deref()?)).collect();
    came.sort();
    let came: Vec<Moment> = came.into_iter().map(|moment| series.local(moment)).collect();
    let asked = series.times();
    let mut found = Vec::new();
    match number {
        // An occurrence without a time is counted all the same.
        Some(_) if asked.len() != shown.len() => found.push(fewer(asked.len(), shown.len())),
        Some(_) => {}
        None => found.extend(series.end(&asked, &came)),
    }
    found.extend(series.differs(&asked, &came));
    found
}

/// Another number of occurrences.
fn fewer(asked: usize, came: usize) -> Adjustment {
    let field = "/recurrence/occurrences".to_owned();
    Adjustment { field, asked: asked.to_string(), stored: Some(came.to_string()) }
}

/// No occurrence at all.
fn none(rule: &Recurrence) -> Vec<Adjustment> {
    let (field, asked) = match (rule.occurrences, &rule.until) {
        (Some(asked), _) => ("/recurrence/occurrences", asked.to_string()),
        (None, Some(until)) => ("/recurrence/until", Value::from(until.as_str()).to_string()),
        (None, None) => return Vec::new(),
    };
    vec![Adjustment { field: field.to_owned(), asked, stored: None }]
}

impl Series<'_> {
    /// The end, where it is another one. Whether Zoom takes the hour of the last day into account is not documented: either is right.
    fn end(&self, asked: &[Moment], came: &[Moment]) -> Option<Adjustment> {
        let last_day = self.until().map(|until| Day::at(self.local(until)));
        let inner = |times: &[Moment]| times.iter().map(|time| Day::at(*time)).rfind(|day| Some(*day) != last_day);
        if came.last().map(|time| Day::at(*time)) == asked.last().map(|time| Day::at(*time))
            || inner(asked) == inner(came)
        {
            return None;
        }
        Some(Adjustment {
            field: "/recurrence/until".to_owned(),
            asked: Value::from(self.rule.until.as_deref()).to_string(),
            stored: came.last().map(|last| Value::from(self.moment(*last).to_string()).to_string()),
        })
    }

    /// The first time that came and was not asked for: another hour of a right day, or another day. Then the first that did not come
    /// although a later one did.
    fn differs(&self, asked: &[Moment], came: &[Moment]) -> Option<Adjustment> {
        let wrong = came.iter().enumerate().find(|(_, came)| !asked.iter().any(|asked| self.is(*asked, **came)));
        let note = |field: &str, asked: Option<&Moment>, came: Option<&Moment>| Adjustment {
            field: field.to_owned(),
            asked: Value::from(asked.map(clock)).to_string(),
            stored: came.map(|came| Value::from(clock(came)).to_string()),
        };
        match wrong {
            Some((n, time)) => match asked.iter().find(|asked| Day::at(**asked) == Day::at(*time)) {
                Some(asked) => Some(note("/start_time", Some(asked), Some(time))),
                // Behind the last that was asked for: the number or the end says it already.
                None if n >= asked.len() => None,
                None => Some(note("/recurrence", asked.get(n), Some(time))),
            },
            None => {
                let last = came.last()?;
                let missed =
                    asked.iter().find(|asked| *asked < last && !came.iter().any(|came| self.is(**asked, *came)))?;
                Some(note("/recurrence", Some(missed), None))
            }
        }
    }
}

/// Whether every occurrence begins at the hour of a changed start; the first that does not is named.
fn compare_hours(start: &Start, occurrences: &[Occurrence]) -> Option<Adjustment> {
    let (zone, local) = (start.zone.as_ref()?, start.local?);
    let hour = |local: Moment| local.0 - Day::at(local).start().0;
    occurrences.iter().find_map(|one| {
        let moment = Moment::parse(one.start_time.as_deref()?)?;
        let came = Moment(moment.0 + zone.offset(moment) * MINUTE);
        let asked = Moment(Day::at(came).start().0 + hour(local));
        (came != asked && zone.local(asked) != Local::Skipped).then(|| Adjustment {
            field: "/start_time".to_owned(),
            asked: Value::from(clock(&asked)).to_string(),
            stored: Some(Value::from(clock(&came)).to_string()),
        })
    })
}

/// A local time without zone.
fn clock(local: &Moment) -> String {
    local.to_string().trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Recurrence {
        serde_json::from_str(json).unwrap()
    }

    fn start(text: &str) -> Start {
        Start::parse(text, Some("Europe/Berlin"), 0).unwrap()
    }

    #[track_caller]
    fn gives(json: &str, from: &str, expected: &[&str]) {
        let (rule, start) = (rule(json), start(from));
        let times: Vec<String> = Series::new(&rule, &start).unwrap().times().iter().map(clock).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn rules_give_their_days_by_the_clock_of_the_zone() {
        gives(
            r#"{"every":"daily","interval":2,"occurrences":2}"#,
            "2027-03-26T10:00:00",
            &["2027-03-26T10:00:00", "2027-03-28T10:00:00"],
        );
        gives(
            r#"{"every":"weekly","weekdays":["friday","monday"],"occurrences":3}"#,
            "2026-12-02T10:00:00",
            &["2026-12-04T10:00:00", "2026-12-07T10:00:00", "2026-12-11T10:00:00"],
        );
        gives(
            r#"{"every":"monthly","month_day":31,"occurrences":2}"#,
            "2027-01-31T10:00:00",
            &["2027-01-31T10:00:00", "2027-03-31T10:00:00"],
        );
        gives(
            r#"{"every":"monthly","interval":2,"month_week":"last","month_weekday":"friday","occurrences":2}"#,
            "2026-12-01T10:00:00",
            &["2026-12-25T10:00:00", "2027-02-26T10:00:00"],
        );
    }

    /// What is said of occurrences (UTC) for a rule from `from` on.
    fn said(json: &str, from: &str, came: &[&str]) -> Vec<(String, String, Option<String>)> {
        let occurrence = |time: &&str| Occurrence {
            id: (*time).to_owned(),
            start_time: Some((*time).to_owned()),
            duration: None,
            available: true,
        };
        let occurrences: Vec<Occurrence> = came.iter().map(occurrence).collect();
        let found = compare(&rule(json), Some(&start(from)), &occurrences, 0);
        found.into_iter().map(|one| (one.field, one.asked, one.stored)).collect()
    }

    fn one(field: &str, asked: &str, stored: Option<&str>) -> Vec<(String, String, Option<String>)> {
        vec![(field.to_owned(), asked.to_owned(), stored.map(str::to_owned))]
    }

    const FOUR: &str = r#"{"every":"daily","occurrences":4}"#;
    const DAYS: [&str; 4] =
        ["2027-03-26T09:00:00Z", "2027-03-27T09:00:00Z", "2027-03-28T08:00:00Z", "2027-03-29T08:00:00Z"];

    #[test]
    fn a_series_as_asked_for_is_not_adjusted() {
        assert!(said(FOUR, "2027-03-26T10:00:00", &DAYS).is_empty());
    }

    #[test]
    fn fewer_occurrences_and_none_are_said() {
        let from = "2027-03-26T10:00:00";
        assert_eq!(said(FOUR, from, &DAYS[..3]), one("/recurrence/occurrences", "4", Some("3")));
        assert_eq!(said(FOUR, from, &[]), one("/recurrence/occurrences", "4", None));
    }

    #[test]
    fn an_hour_that_does_not_follow_the_clocks_is_said() {
        let utc = ["2027-03-26T09:00:00Z", "2027-03-27T09:00:00Z", "2027-03-28T09:00:00Z", "2027-03-29T09:00:00Z"];
        let expected = one("/start_time", "\"2027-03-28T10:00:00\"", Some("\"2027-03-28T11:00:00\""));
        assert_eq!(said(FOUR, "2027-03-26T10:00:00", &utc), expected);
    }

    #[test]
    fn an_earlier_end_is_said_and_the_hour_of_the_last_day_is_not() {
        let rule = r#"{"every":"daily","until":"2027-03-29T06:00:00Z"}"#;
        let from = "2027-03-26T10:00:00";
        let expected = one("/recurrence/until", "\"2027-03-29T06:00:00Z\"", Some("\"2027-03-27T09:00:00Z\""));
        assert_eq!(said(rule, from, &DAYS[..2]), expected);
        assert!(said(rule, from, &DAYS[..3]).is_empty());
        assert!(said(rule, from, &DAYS).is_empty(), "with the last day");
    }

    #[test]
    fn other_days_are_said() {
        let rule = r#"{"every":"weekly","weekdays":["monday"],"occurrences":2}"#;
        let sundays = ["2026-12-06T09:00:00Z", "2026-12-13T09:00:00Z"];
        let expected = one("/recurrence", "\"2026-12-07T10:00:00\"", Some("\"2026-12-06T10:00:00\""));
        assert_eq!(said(rule, "2026-12-02T10:00:00", &sundays), expected);
    }

    #[test]
    fn an_hour_that_clocks_skip_may_be_any() {
        let rule = r#"{"every":"daily","occurrences":2}"#;
        let came = ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z"];
        assert!(said(rule, "2027-03-27T02:30:00", &came).is_empty());
    }
}
