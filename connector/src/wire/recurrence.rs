//! Zoom's recurrence, both ways. Days of the week are 1 (Sunday) to 7, the last week of a month is -1.

use serde::{Deserialize, Serialize};

use super::lenient::{self, small};
use crate::bindings::meetings::{Frequency, MonthWeek, Recurrence as Public, Weekday};

/// Sunday first.
pub const WEEKDAYS: [Weekday; 7] = [
    Weekday::Sunday,
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
];
const WEEKS: [(i64, MonthWeek); 5] = [
    (1, MonthWeek::First),
    (2, MonthWeek::Second),
    (3, MonthWeek::Third),
    (4, MonthWeek::Fourth),
    (-1, MonthWeek::Last),
];

#[derive(Clone, Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Recurrence {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    repeat_interval: Option<i64>,
    /// `1,3`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    weekly_days: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    monthly_day: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    monthly_week: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    monthly_week_day: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::number")]
    end_times: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::text")]
    end_date_time: Option<String>,
}

impl Recurrence {
    /// The public form; `None` when Zoom's frequency is unknown.
    pub fn public(self) -> Option<Public> {
        Some(Public {
            every: match self.kind? {
                1 => Frequency::Daily,
                2 => Frequency::Weekly,
                3 => Frequency::Monthly,
                _ => return None,
            },
            interval: small(self.repeat_interval),
            weekdays: self
                .weekly_days
                .map(|days| days.split(',').filter_map(|day| weekday(day.trim().parse().ok()?)).collect()),
            month_day: small(self.monthly_day),
            month_week: self.monthly_week.and_then(|week| WEEKS.iter().find(|(n, _)| *n == week).map(|(_, w)| *w)),
            month_weekday: self.monthly_week_day.and_then(weekday),
            occurrences: small(self.end_times).filter(|times| *times > 0),
            until: self.end_date_time,
        })
    }
}

impl From<Public> for Recurrence {
    fn from(public: Public) -> Self {
        Self {
            kind: Some(match public.every {
                Frequency::Daily => 1,
                Frequency::Weekly => 2,
                Frequency::Monthly => 3,
            }),
            repeat_interval: public.interval.map(i64::from),
            weekly_days: public.weekdays.map(|days| {
                days.iter().filter_map(|day| number(*day)).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
            }),
            monthly_day: public.month_day.map(i64::from),
            monthly_week: public.month_week.and_then(|week| WEEKS.iter().find(|(_, w)| *w == week).map(|(n, _)| *n)),
            monthly_week_day: public.month_weekday.and_then(number),
            end_times: public.occurrences.map(i64::from),
            end_date_time: public.until,
        }
    }
}

fn weekday(number: i64) -> Option<Weekday> {
    WEEKDAYS.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

fn number(day: Weekday) -> Option<i64> {
    WEEKDAYS.iter().position(|d| *d == day).and_then(|at| i64::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recurrence_survives_the_round_trip() {
        let public = Public {
            every: Frequency::Weekly,
            interval: Some(2),
            weekdays: Some(vec![Weekday::Sunday, Weekday::Tuesday]),
            month_day: None,
            month_week: Some(MonthWeek::Last),
            month_weekday: Some(Weekday::Saturday),
            occurrences: Some(7),
            until: None,
        };
        let wire = serde_json::to_value(Recurrence::from(public.clone())).unwrap();
        assert_eq!(wire["weekly_days"], "1,3");
        assert_eq!(wire["monthly_week"], -1);
        assert_eq!(serde_json::from_value::<Recurrence>(wire).unwrap().public(), Some(public));
    }
}
