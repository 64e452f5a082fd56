//! How a meeting repeats: what Zoom would silently ignore or guess is refused or said here.

use super::series::Series;
use super::when::Start;
use crate::bindings::meetings::{Frequency, Recurrence};
use crate::dates::Moment;
use crate::input::within;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::recurrence::{self, Recurrence as Wire, WEEKDAYS};

/// Zoom's form of a recurrence within its limits. Weekly without days means the day of the start: left alone, Zoom takes Sunday.
pub fn checked(recurrence: Option<&Recurrence>, start: Option<&Start>, now: u64) -> Outcome<Option<Wire>> {
    let Some(given) = recurrence else {
        return Ok(None);
    };
    let mut rule = given.clone();
    let most = match rule.every {
        Frequency::Daily => 99,
        Frequency::Weekly => 50,
        Frequency::Monthly => 10,
    };
    within("/recurrence/interval", rule.interval, 1..=most)?;
    within("/recurrence/month_day", rule.month_day, 1..=31)?;
    within("/recurrence/occurrences", rule.occurrences, 1..=60)?;
    days(&mut rule, start)?;
    match (rule.occurrences, rule.until.as_deref()) {
        (None, None) => {
            return Err(invalid(
                "/recurrence",
                "it is not said when the meeting stops repeating",
                "add `occurrences` (1 to 60) or `until`",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(invalid(
                "/recurrence/until",
                "two ends are one too many",
                "keep either `occurrences` or `until`",
            ));
        }
        (None, Some(text)) => {
            let moment = Moment::parse(text).ok_or_else(|| {
                invalid("/recurrence/until", "this is not a moment", "write it as `2027-01-31T23:00:00Z`")
            })?;
            let begin = start.and_then(Start::moment).or(Moment::of(now));
            if begin.is_some_and(|begin| moment < begin) {
                let fix = "give an `until` behind the start of the series";
                return Err(invalid("/recurrence/until", "the series would end before it begins", fix));
            }
            rule.until = Some(moment.to_string());
        }
        (Some(_), None) => {}
    }
    if start.and_then(|start| Series::new(&rule, start)).is_some_and(|series| series.times().is_empty()) {
        let (place, fix) = match rule.until {
            Some(_) => ("/recurrence/until", "give a later `until`, or other days"),
            None => ("/recurrence/month_day", "give a day that these months have"),
        };
        return Err(invalid(place, "no day fits this rule, so the series would be empty", fix));
    }
    Ok(Some(rule.into()))
}

fn days(rule: &mut Recurrence, start: Option<&Start>) -> Outcome<()> {
    let only = |field: &str, given: bool, every: Frequency, word: &str| {
        if given && rule.every != every {
            return Err(invalid(
                &format!("/recurrence/{field}"),
                format!("only {word} meetings have this"),
                format!("remove it, or use `every: {word}`"),
            ));
        }
        Ok(())
    };
    only("weekdays", rule.weekdays.is_some(), Frequency::Weekly, "weekly")?;
    only("month_day", rule.month_day.is_some(), Frequency::Monthly, "monthly")?;
    only("month_week", rule.month_week.is_some(), Frequency::Monthly, "monthly")?;
    only("month_weekday", rule.month_weekday.is_some(), Frequency::Monthly, "monthly")?;
    match rule.every {
        Frequency::Daily => Ok(()),
        Frequency::Weekly => {
            if rule.weekdays.as_ref().is_none_or(Vec::is_empty) {
                let of_start = start.and_then(Start::weekday).and_then(|day| usize::try_from(day).ok());
                let day = of_start.and_then(|day| WEEKDAYS.get(day)).ok_or_else(|| {
                    invalid("/recurrence/weekdays", "the days are missing", "add `weekdays`, for example [\"monday\"]")
                })?;
                rule.weekdays = Some(vec![*day]);
            }
            Ok(())
        }
        Frequency::Monthly => match (rule.month_day, rule.month_week, rule.month_weekday) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => Ok(()),
            _ => Err(invalid(
                "/recurrence",
                "a monthly meeting needs its day",
                "give `month_day`, or `month_week` with `month_weekday`",
            )),
        },
    }
}

/// The recurrence as it was really asked for, to compare with what is stored.
pub fn asked(wire: Option<&Wire>) -> Option<Recurrence> {
    wire.cloned().and_then(recurrence::Recurrence::public)
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};

    #[track_caller]
    fn sent(recurrence: &str, expected: &str) {
        let body = format!(
            r#"{{"topic":"x","type":8,"start_time":"2026-12-01T10:00:00","timezone":"Europe/Berlin","recurrence":{expected}}}"#
        );
        let script = script("POST /users/me/meetings", 201, r#"{"id":81234567890}"#).with_body(&body);
        let input = format!(
            r#"{{"topic":"x","kind":"recurring","start_time":"2026-12-01T10:00:00","timezone":"Europe/Berlin","recurrence":{recurrence}}}"#
        );
        run("meetings.create", &input, &script).unwrap();
    }

    #[test]
    fn each_rule_in_zooms_words() {
        sent(r#"{"every":"daily","interval":2,"occurrences":5}"#, r#"{"type":1,"repeat_interval":2,"end_times":5}"#);
        sent(
            r#"{"every":"weekly","weekdays":["monday","friday"],"until":"2027-01-31T23:00:00+01:00"}"#,
            r#"{"type":2,"weekly_days":"2,6","end_date_time":"2027-01-31T22:00:00Z"}"#,
        );
        sent(r#"{"every":"monthly","month_day":31,"occurrences":3}"#, r#"{"type":3,"monthly_day":31,"end_times":3}"#);
        sent(
            r#"{"every":"monthly","month_week":"last","month_weekday":"friday","occurrences":3}"#,
            r#"{"type":3,"monthly_week":-1,"monthly_week_day":6,"end_times":3}"#,
        );
    }

    #[test]
    fn weekly_without_days_is_the_day_of_the_start_not_sunday() {
        sent(r#"{"every":"weekly","occurrences":5}"#, r#"{"type":2,"weekly_days":"3","end_times":5}"#);
    }

    #[test]
    fn what_zoom_would_guess_or_ignore_is_refused() {
        for (recurrence, pointer) in [
            (r#"{"every":"daily"}"#, "/recurrence"),
            (r#"{"every":"daily","occurrences":61}"#, "/recurrence/occurrences"),
            (r#"{"every":"daily","occurrences":2,"until":"2027-01-31T23:00:00Z"}"#, "/recurrence/until"),
            (r#"{"every":"daily","until":"2027-01-31"}"#, "/recurrence/until"),
            (r#"{"every":"daily","until":"2026-11-30T23:00:00Z"}"#, "/recurrence/until"),
            (r#"{"every":"weekly","weekdays":["monday"],"until":"2026-12-03T23:00:00Z"}"#, "/recurrence/until"),
            (r#"{"every":"monthly","interval":2,"month_day":31,"until":"2026-12-30T00:00:00Z"}"#, "/recurrence/until"),
            (r#"{"every":"weekly","interval":51,"occurrences":2}"#, "/recurrence/interval"),
            (r#"{"every":"monthly","interval":11,"month_day":1,"occurrences":2}"#, "/recurrence/interval"),
            (r#"{"every":"daily","weekdays":["monday"],"occurrences":2}"#, "/recurrence/weekdays"),
            (r#"{"every":"weekly","month_day":3,"occurrences":2}"#, "/recurrence/month_day"),
            (r#"{"every":"monthly","occurrences":2}"#, "/recurrence"),
            (
                r#"{"every":"monthly","month_day":3,"month_week":"last","month_weekday":"friday","occurrences":2}"#,
                "/recurrence",
            ),
        ] {
            let input = format!(
                r#"{{"topic":"x","kind":"recurring","start_time":"2026-12-01T10:00:00","timezone":"UTC","recurrence":{recurrence}}}"#
            );
            fails("meetings.create", &input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }
}
