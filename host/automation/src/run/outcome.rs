//! How a run ended that did not fail.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// Its outputs.
    pub outputs: Value,
    /// The items of the loops that go on when one fails.
    pub items: ItemCount,
}

/// Items of loops with `"on_item_error": "continue"`. A run with failed ones has failed in part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCount {
    /// Those that failed.
    pub failed: u32,
    /// All of them.
    pub all: u32,
}

/// The count while the run goes on.
#[derive(Default)]
pub(super) struct Items {
    failed: AtomicU32,
    all: AtomicU32,
}

impl Items {
    /// Adds a loop that has come to its end.
    pub(super) fn add(&self, failed: usize, all: usize) {
        // A run has a million items at most.
        self.failed.fetch_add(u32::try_from(failed).unwrap_or(u32::MAX), Ordering::Relaxed);
        self.all.fetch_add(u32::try_from(all).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> ItemCount {
        ItemCount { failed: self.failed.load(Ordering::Relaxed), all: self.all.load(Ordering::Relaxed) }
    }
}
