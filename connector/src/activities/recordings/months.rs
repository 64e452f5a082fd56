//! Walking a list of Zoom's that shows one month at most, newest month first.
//!
//! Zoom cuts a longer period without saying so, except in the `from` it echoes. Each echo is checked, and what it left out is asked
//! again. Whether Zoom counts the last day in is not documented: each window asks for one day more.

use super::period::Period;
use crate::dates::Day;
use crate::paging::{Proof, SERVICE, Walk};
use crate::problem::Trouble;
use crate::service::Outcome;

/// Everything that was found.
pub struct Months<T> {
    pub items: Vec<T>,
    pub proof: Proof,
    /// First and last day that were read to their ends.
    pub covered: Option<(Day, Day)>,
}

/// Read every window of the period; `read` is given the first day, and the day after the last.
pub fn walk<T>(period: &Period, mut read: impl FnMut(Day, Day) -> Result<Walk<T>, Trouble>) -> Outcome<Months<T>> {
    let mut found = Months { items: Vec::new(), proof: Proof::default(), covered: None };
    let mut end = period.to;
    while end >= period.from {
        let start = end.plus(1).month_before().max(period.from);
        let part = read(start, end.plus(1))?;
        let ended = part.proof.is_ended();
        found.proof.add(part.proof);
        found.items.extend(part.items);
        let first = part.from.as_deref().and_then(Day::parse).map_or(start, |echoed| echoed.max(start));
        if !ended || first > end {
            found.proof.miss(SERVICE);
            return Ok(found);
        }
        found.covered = Some((first, period.to));
        end = first.plus(-1);
    }
    Ok(found)
}
