//! How many instances run at the same time, by what they are for.
//!
//! A call keeps its instance while the host asks the connector for it: what an answer means, or whose a renewed token is. So these
//! questions have slots of their own, and an owner check, which is a call itself, has others than they.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::engine::RuntimeConfig;

/// One check serves all calls of a connection, and takes one or two requests.
const OWNER_CHECKS: u32 = 8;
/// A question about an answer takes a millisecond.
const QUESTIONS: u32 = 8;

/// Who waits here has its turn in order.
#[derive(Debug)]
pub(crate) struct Slots {
    pub(crate) calls: Semaphore,
    pub(crate) owner_checks: Semaphore,
    questions: Semaphore,
}

impl Slots {
    /// As many as the pool has; without a pool there is no limit.
    pub(crate) fn new(config: &RuntimeConfig) -> Self {
        let of = |count: u32| {
            let most = Semaphore::MAX_PERMITS;
            Semaphore::new(if config.pooled { usize::try_from(count).unwrap_or(most).min(most) } else { most })
        };
        Self { calls: of(config.slots), owner_checks: of(OWNER_CHECKS), questions: of(QUESTIONS) }
    }

    /// Instances of the pool.
    pub(crate) fn total(calls: u32) -> u32 {
        calls.saturating_add(OWNER_CHECKS).saturating_add(QUESTIONS)
    }

    /// A slot for a question that needs no network.
    pub(crate) async fn question(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.questions.acquire().await.ok()
    }
}
