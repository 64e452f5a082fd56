//! Limits of documents and runs: each has a name, a default and a hard maximum. `docs/reference/limits.md` lists them.

use std::collections::BTreeMap;

use crate::duration;

/// A limit that a caller can change.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    /// What a person sets it by.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Where nobody says otherwise.
    pub default: u64,
    /// The most that can be asked for.
    pub max: u64,
    /// What it bounds, for people.
    pub about: &'static str,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Pieces.
    Count,
    /// Bytes.
    Bytes,
    /// Milliseconds; written as a duration.
    Time,
}

/// The largest document of ours has 4 KB. Every part of a check is linear in it.
pub const DOCUMENT: Limit =
    Limit { name: "document", unit: Unit::Bytes, default: 1 << 20, max: 16 << 20, about: "size of a document's text" };
/// A value takes some 100 bytes of memory while a document is checked.
pub const VALUES: Limit =
    Limit { name: "values", unit: Unit::Count, default: 50_000, max: 500_000, about: "JSON values in a document" };
/// A step takes about a millisecond to check against its activity's schema.
pub const STEPS: Limit = Limit {
    name: "steps",
    unit: Unit::Count,
    default: 1_000,
    max: 20_000,
    about: "steps of a document, those inside loops included",
};
/// A person mends the first ones and checks again.
pub const MISTAKES: Limit = Limit {
    name: "mistakes",
    unit: Unit::Count,
    default: 100,
    max: 10_000,
    about: "mistakes that a report shows; the others are counted",
};
/// Twice the users of a large campus. Each item of a loop with one activity takes three writes to the journal.
pub const ITEMS: Limit = Limit {
    name: "items",
    unit: Unit::Count,
    default: 10_000,
    max: 1_000_000,
    about: "items that all loops of a run go through together",
};
/// Results are held in memory, in a form that takes several times as much.
pub const RESULTS: Limit = Limit {
    name: "results",
    unit: Unit::Bytes,
    default: 64 << 20,
    max: 1 << 30,
    about: "results that a run holds for later steps, as JSON",
};
/// Every input and result is kept on disk. A loop can compute far more than it holds.
pub const JOURNAL: Limit = Limit {
    name: "journal",
    unit: Unit::Bytes,
    default: 1 << 30,
    max: 1 << 36,
    about: "inputs and results that a run keeps in the database, as JSON",
};
/// A night's run over a campus takes hours; nobody waits for one that takes more than a day.
pub const RUN_TIME: Limit = Limit {
    name: "run_time",
    unit: Unit::Time,
    default: 24 * HOUR,
    max: 30 * 24 * HOUR,
    about: "time that a run takes, its waiting included",
};

const HOUR: u64 = 60 * 60 * 1000;

/// Every limit that can be changed.
pub const ALL: [&Limit; 8] = [&DOCUMENT, &VALUES, &STEPS, &MISTAKES, &ITEMS, &RESULTS, &JOURNAL, &RUN_TIME];

/// Lists and objects inside each other in a document, and in the input of a run.
pub const NESTING: usize = switchboard_schema::MAX_NESTING;
/// Bytes of the JSON Pointer to a value. Mistakes and steps repeat it.
pub const POINTER: usize = 1024;

/// Lists and objects inside each other in a value that steps compute. The journal reads at most 128 levels; a step's
/// result adds some around it.
pub const VALUE_NESTING: usize = 100;
/// Comparisons of one value with a schema of somebody else. They take about a second; 5,000 people with 40 fields each take a
/// tenth of it.
pub const SCHEMA_WORK: u64 = 20_000_000;
/// Comparisons for a value whose deviations are listed. Each can become an error of some 300 bytes.
pub const LISTED_WORK: u64 = 500_000;
/// Bytes of text that are matched against regular expressions. Each byte can take a thousand steps.
pub const MATCHED_TEXT: u64 = 256 << 10;

/// The limits of one check or one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance(BTreeMap<&'static str, u64>);

/// A limit that cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// There is none of this name.
    #[error("there is no limit `{name}`; limits are {}", ALL.map(|limit| format!("`{}`", limit.name)).join(", "))]
    Unknown {
        /// As it was given.
        name: String,
    },
    /// Not a number, or not a duration.
    #[error("`{text}` is not a value for the limit `{name}`; write for example {name}={example}")]
    Value {
        /// Of which limit.
        name: &'static str,
        /// As it was given.
        text: String,
        /// One that can be used.
        example: String,
    },
    /// More than the hard maximum, or nothing.
    #[error("the limit `{name}` can be at most {max}, and at least 1")]
    Range {
        /// Of which limit.
        name: &'static str,
        /// The hard maximum.
        max: String,
    },
}

impl Allowance {
    /// Sets a limit by name.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), LimitError> {
        let limit = ALL.into_iter().find(|limit| limit.name == name);
        let limit = limit.ok_or_else(|| LimitError::Unknown { name: name.to_owned() })?;
        let value = limit.read(text)?;
        self.0.insert(limit.name, value);
        Ok(())
    }

    /// The value of a limit.
    pub fn get(&self, limit: &Limit) -> u64 {
        self.0.get(limit.name).copied().unwrap_or(limit.default)
    }

    /// Takes the value that a document asks for, unless the caller has set the limit.
    pub(crate) fn or(&mut self, limit: &Limit, value: u64) {
        self.0.entry(limit.name).or_insert(value);
    }
}

impl Limit {
    /// A value as people write it: a number, or a duration.
    pub fn read(&self, text: &str) -> Result<u64, LimitError> {
        let value = if self.unit == Unit::Time { duration::millis(text).ok() } else { text.parse().ok() };
        let wrong = || LimitError::Value {
            name: self.name,
            text: text.chars().take(40).collect(),
            example: self.spell(self.default),
        };
        self.admit(value.ok_or_else(wrong)?)
    }

    /// The value, when it lies between 1 and the hard maximum.
    pub fn admit(&self, value: u64) -> Result<u64, LimitError> {
        match value {
            1.. if value <= self.max => Ok(value),
            _ => Err(LimitError::Range { name: self.name, max: self.spell(self.max) }),
        }
    }

    /// A value as people write it.
    pub fn spell(&self, value: u64) -> String {
        match self.unit {
            Unit::Time if value.is_multiple_of(HOUR) => format!("PT{}H", value / HOUR),
            Unit::Time => format!("PT{}S", value.div_ceil(1000)),
            Unit::Count | Unit::Bytes => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_by_name_up_to_its_maximum() {
        let mut limits = Allowance::default();
        assert_eq!(limits.get(&STEPS), STEPS.default);
        limits.set("steps", "20000").unwrap();
        limits.set("run_time", "PT2H").unwrap();
        assert_eq!(limits.get(&STEPS), 20_000);
        assert_eq!(limits.get(&RUN_TIME), 2 * HOUR);
        assert!(matches!(limits.set("steps", "20001"), Err(LimitError::Range { .. })));
        assert!(matches!(limits.set("steps", "0"), Err(LimitError::Range { .. })));
        assert!(matches!(limits.set("steps", "many"), Err(LimitError::Value { .. })));
        assert!(matches!(limits.set("run_time", "7200"), Err(LimitError::Value { .. })));
        assert!(matches!(limits.set("step", "1"), Err(LimitError::Unknown { .. })));
    }

    #[test]
    fn the_caller_decides_before_the_document() {
        let mut limits = Allowance::default();
        limits.set("items", "5").unwrap();
        limits.or(&ITEMS, 7);
        limits.or(&STEPS, 7);
        assert_eq!(limits.get(&ITEMS), 5);
        assert_eq!(limits.get(&STEPS), 7);
    }

    #[test]
    fn every_default_can_be_written_and_is_below_the_maximum() {
        for limit in ALL {
            assert_eq!(limit.read(&limit.spell(limit.default)), Ok(limit.default));
            assert!(limit.default < limit.max);
        }
    }
}
