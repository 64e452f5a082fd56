//! Time that a call has beyond its own: for downloads, while their bytes come.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchboard_egress::SILENCE_LIMIT;
use tokio::time::Instant;

/// Shared by a call's clock and its downloads.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    most: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: Duration,
    /// When the last bytes of the download under way came.
    last: Option<Instant>,
}

impl Allowance {
    /// Of so much at most, over all downloads of the call.
    pub(crate) fn new(most: Duration) -> Self {
        Self { most, state: Mutex::default() }
    }

    /// Bytes came: the time since the last ones is the download's, as far as it may be silent.
    pub(crate) fn note_bytes(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let last = state.last.replace(now);
        state.used += since(last, now);
    }

    /// The download is over.
    pub(crate) fn end_download(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let last = state.last.take();
        state.used += since(last, Instant::now());
    }

    /// What was used up to now.
    pub(crate) fn used(&self) -> Duration {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.used + since(state.last, Instant::now())).min(self.most)
    }

    /// What is left.
    pub(crate) fn left(&self) -> Duration {
        self.most.saturating_sub(self.used())
    }

    /// The work's outcome, unless it takes longer than `own` and what is used of the allowance. None then.
    pub(crate) async fn bound<T>(&self, own: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        let begin = Instant::now();
        loop {
            let end = begin + own + self.used();
            if let Ok(done) = tokio::time::timeout_at(end, work.as_mut()).await {
                return Some(done);
            }
            if Instant::now() >= begin + own + self.used() {
                return None;
            }
            // A download goes on: look again in a moment.
            tokio::select! {
                done = work.as_mut() => return Some(done),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

/// How often the clock of a call that lives by its download alone is looked at.
const LOOK: Duration = Duration::from_millis(200);

fn since(last: Option<Instant>, now: Instant) -> Duration {
    last.map_or(Duration::ZERO, |last| now.saturating_duration_since(last).min(SILENCE_LIMIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_call_lives_while_bytes_come() {
        let allowance = Allowance::new(3_600 * SECOND);
        let work = async {
            for _ in 0..50 {
                tokio::time::sleep(20 * SECOND).await;
                allowance.note_bytes();
            }
            allowance.end_download();
        };
        assert!(allowance.bound(30 * SECOND, work).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it() {
        let allowance = Allowance::new(3_600 * SECOND);
        let begin = Instant::now();
        let work = async {
            allowance.note_bytes();
            tokio::time::sleep(600 * SECOND).await;
        };
        assert!(allowance.bound(30 * SECOND, work).await.is_none());
        assert!(begin.elapsed() < 65 * SECOND, "{:?}", begin.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn all_downloads_of_a_call_have_one_allowance() {
        let allowance = Allowance::new(100 * SECOND);
        let begin = Instant::now();
        let work = async {
            loop {
                tokio::time::sleep(SECOND).await;
                allowance.note_bytes();
            }
        };
        assert!(allowance.bound(30 * SECOND, work).await.is_none());
        assert!(begin.elapsed() < 135 * SECOND, "{:?}", begin.elapsed());
    }
}
