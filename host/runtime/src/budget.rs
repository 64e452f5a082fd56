//! Requests per second, shared by all calls of one connection, kept before the service refuses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::{Duration, Instant};

/// The next free moment of each rate class of each connection.
#[derive(Clone, Default)]
pub(crate) struct Budget {
    next: Arc<Mutex<HashMap<(String, String), Instant>>>,
}

/// Unused moments that may be caught up with in a burst.
const BURST: u32 = 5;

impl Budget {
    /// When a request of `class` may go out. Reserves that moment.
    pub(crate) fn reserve(&self, connection: &str, class: &str, per_second: u32) -> Instant {
        let gap = Duration::from_secs(1) / per_second.max(1);
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = next.entry((connection.to_owned(), class.to_owned())).or_insert(now);
        let earliest = now.checked_sub(gap * BURST).unwrap_or(now);
        let at = (*slot).max(earliest);
        *slot = at + gap;
        at.max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_holds_no_more_than_its_share() {
        let budget = Budget::default();
        let start = Instant::now();
        let last = (0..30).map(|_| budget.reserve("a", "light", 10)).max().unwrap();
        assert!(last - start >= Duration::from_millis(2_300), "{:?}", last - start);
        assert_eq!(budget.reserve("b", "light", 10), start, "connections do not share");
    }
}
