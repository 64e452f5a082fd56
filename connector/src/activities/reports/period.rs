//! A period in windows that no month is shorter than.

use crate::bindings::types::Coverage;
use crate::dates::{Day, Moment};
use crate::paging::{Proof, SERVICE};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Days from the first to the last of a window: Zoom cuts what is longer than a month, and February has 28.
const SPAN: i64 = 27;

/// First and last day.
#[derive(Clone, Copy)]
pub struct Period {
    pub from: Day,
    pub to: Day,
}

impl Period {
    /// `to` is today when absent.
    pub fn parse(zoom: &Zoom<'_>, from: &str, to: Option<&str>) -> Outcome<Self> {
        let day = |field: &str, text: &str| {
            Day::parse(text).ok_or_else(|| invalid(field, "this is not a day", "write it as `2026-01-31`"))
        };
        let from = day("/from", from)?;
        let to = match to {
            Some(to) => day("/to", to)?,
            None => Day::at(Moment(i64::try_from(zoom.now()).unwrap_or(i64::MAX))).max(from),
        };
        if to < from {
            return Err(invalid("/to", "the period ends before it begins", "give a `to` that is not before `from`"));
        }
        Ok(Self { from, to })
    }

    /// The newest window first, each without days of another.
    pub fn windows(self) -> impl Iterator<Item = Period> {
        let mut end = Some(self.to);
        std::iter::from_fn(move || {
            let to = end?;
            let from = to.plus(-SPAN).max(self.from);
            end = (from > self.from).then(|| from.plus(-1));
            Some(Period { from, to })
        })
    }

    /// What was read: everything from `covered` on.
    pub fn coverage(self, covered: Option<Day>, mut proof: Proof, count: usize) -> Coverage {
        if covered != Some(self.from) && !proof.is_limited() {
            proof.miss(SERVICE);
        }
        Coverage {
            asked_from: Some(self.from.to_string()),
            asked_to: Some(self.to.to_string()),
            covered_from: covered.map(|day| day.to_string()),
            covered_to: covered.map(|_| self.to.to_string()),
            ..proof.coverage(count)
        }
    }
}
