//! A period of days, as long as anybody likes, and what of it can hold anything.

use crate::bindings::types::Coverage;
use crate::dates::{Day, Moment};
use crate::paging::Proof;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Zoom was founded in 2011: nothing was recorded before.
const EARLIEST: &str = "2011-01-01";

/// What was asked, and what is worth asking Zoom.
pub struct Period {
    asked_from: Day,
    asked_to: Day,
    /// Not before Zoom.
    pub from: Day,
    /// Not after tomorrow: somewhere it is tomorrow already.
    pub to: Day,
}

impl Period {
    /// `from` to `to`, both days included; to today when `to` is absent.
    pub fn parse(zoom: &Zoom<'_>, from: &str, to: Option<&str>) -> Outcome<Self> {
        let today = Day::at(Moment(i64::try_from(zoom.now()).unwrap_or(i64::MAX)));
        let asked_from = day("/from", from)?;
        let asked_to = match to {
            Some(to) => day("/to", to)?,
            None => today.max(asked_from),
        };
        if asked_to < asked_from {
            return Err(invalid("/to", "the period ends before it begins", "give a `to` that is not before `from`"));
        }
        let from = Day::parse(EARLIEST).map_or(asked_from, |earliest| asked_from.max(earliest));
        Ok(Self { asked_from, asked_to, from, to: asked_to.min(today.plus(1)) })
    }

    /// Nothing of it can hold anything.
    pub fn is_empty(&self) -> bool {
        self.to < self.from
    }

    /// The proof of what a list covers; `covered` is its first and last day.
    pub fn coverage(&self, covered: Option<(Day, Day)>, proof: Proof, count: usize, next: Option<String>) -> Coverage {
        // Days after tomorrow have nothing: they are covered without asking.
        let to = |to: Day| if to == self.to { self.asked_to } else { to };
        Coverage {
            asked_from: Some(self.asked_from.to_string()),
            asked_to: Some(self.asked_to.to_string()),
            covered_from: covered.map(|(from, _)| from.to_string()),
            covered_to: covered.map(|(_, last)| to(last).to_string()),
            next,
            ..proof.coverage(count)
        }
    }
}

fn day(field: &str, text: &str) -> Outcome<Day> {
    Day::parse(text).ok_or_else(|| invalid(field, "this is not a day", "write it as `2026-01-31`"))
}
