//! What a run may use. The document and the caller set it; see [`crate::limits`].

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use serde_json::Value;
use switchboard_schema::Size;

use crate::activity::{Family, StepError};
use crate::limits::{Allowance, ITEMS, JOURNAL, Limit, RESULTS, RUN_TIME, VALUE_NESTING};

/// What is left for a run.
pub struct Budget {
    items: AtomicU64,
    /// Bytes that went to the journal.
    written: AtomicU64,
    limits: Allowance,
    /// Milliseconds since 1970.
    end: AtomicI64,
    /// The next step gets time for `finally`.
    extends: AtomicBool,
}

/// What `finally` has when the time of the run has ended, in milliseconds.
const FINALLY_TIME: i64 = 5 * 60 * 1000;

impl Budget {
    /// Of a run that begins now, in milliseconds since 1970.
    pub fn of(limits: &Allowance, now: i64) -> Budget {
        let time = i64::try_from(limits.get(&RUN_TIME)).unwrap_or(i64::MAX);
        Budget {
            items: AtomicU64::new(0),
            written: AtomicU64::new(0),
            limits: limits.clone(),
            end: AtomicI64::new(now.saturating_add(time)),
            extends: AtomicBool::new(false),
        }
    }

    /// Milliseconds that are left.
    pub fn time(&self, now: i64) -> Result<u64, StepError> {
        if self.extends.swap(false, Ordering::Relaxed) {
            let end = self.end.load(Ordering::Relaxed).max(now);
            self.end.store(end.saturating_add(FINALLY_TIME), Ordering::Relaxed);
        }
        let left = u64::try_from(self.end.load(Ordering::Relaxed).saturating_sub(now)).unwrap_or_default();
        if left > 0 { Ok(left) } else { Err(self.late()) }
    }

    /// Gives the steps of `finally` some minutes more, from the first of them on.
    pub fn extend(&self) {
        self.extends.store(true, Ordering::Relaxed);
    }

    /// The end of a run that took too long.
    pub fn late(&self) -> StepError {
        let message = format!("the run took longer than {}", RUN_TIME.spell(self.limits.get(&RUN_TIME)));
        let fix = format!("check what it has done, run it on a shorter list, or raise the limit {}", raise(&RUN_TIME));
        refused("limit.run_time", message, fix)
    }

    /// Takes the items of a loop before the first one begins.
    pub fn items(&self, count: usize) -> Result<(), StepError> {
        let limit = self.limits.get(&ITEMS);
        let all = self.items.fetch_add(count as u64, Ordering::Relaxed).saturating_add(count as u64);
        if all <= limit {
            return Ok(());
        }
        let message = format!("with the {count} items of this loop, the run has {all}, more than {limit}");
        let fix = format!("work on a shorter list, or raise the limit {}", raise(&ITEMS));
        Err(refused("limit.items", message, fix))
    }

    /// Takes what goes to the journal before it is written.
    pub fn journal(&self, bytes: u64) -> Result<(), StepError> {
        let limit = self.limits.get(&JOURNAL);
        if self.written.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= limit {
            return Ok(());
        }
        let message = format!("the run keeps more than {limit} bytes of inputs and results");
        let fix = format!("pass on fewer fields, work on a shorter list, or raise the limit {}", raise(&JOURNAL));
        Err(StepError { not_sent: false, ..refused("limit.journal", message, fix) })
    }

    /// Judges how much the run holds.
    pub fn results(&self, bytes: u64) -> Result<(), StepError> {
        let limit = self.limits.get(&RESULTS);
        if bytes <= limit {
            return Ok(());
        }
        let message = format!("the results of the run's steps take {bytes} bytes, more than {limit}");
        let fix = format!("pass on fewer fields with `collect` and `set`, or raise the limit {}", raise(&RESULTS));
        Err(refused("limit.results", message, fix))
    }
}

/// A value that steps computed.
pub fn value(value: &Value) -> Result<(), StepError> {
    if Size::of(value).nesting <= VALUE_NESTING {
        return Ok(());
    }
    let message = format!("the value has lists and objects nested more than {VALUE_NESTING} deep");
    Err(StepError::problem("limit.nesting", message)
        .fix("do not put a step's result into the next one again and again"))
}

/// A limit is a rule of this program: no step passes over it.
fn refused(code: &str, message: String, fix: String) -> StepError {
    StepError { family: Family::Refused, ..StepError::problem(code, message).fix(fix) }
}

fn raise(limit: &Limit) -> String {
    let name = limit.name;
    let document =
        if [ITEMS.name, RUN_TIME.name].contains(&name) { " (the document can set it in `limits`)" } else { "" };
    format!("`{name}`{document}, at most {}", limit.spell(limit.max))
}
