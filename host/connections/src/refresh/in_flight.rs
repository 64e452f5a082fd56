//! Work that must not be lost when its caller goes away: its answer may hold the only copy of a token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::{Instant, sleep};

use crate::connections::Connections;
use crate::token_endpoint::request::TIMEOUT;

/// One question to the token service, and the write after it.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(TIMEOUT.as_secs() + 2);
const DRAIN_POLL: Duration = Duration::from_millis(10);

/// The work in flight of one [`Connections`] and its clones.
#[derive(Default)]
pub(crate) struct InFlight {
    count: Arc<AtomicU64>,
    draining: AtomicBool,
}

/// One piece of work. While it is there, [`Connections::drain`] waits.
pub(crate) struct Work {
    count: Arc<AtomicU64>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}

impl InFlight {
    /// Counts work that finishes what was begun before.
    pub fn begin(&self) -> Work {
        self.count.fetch_add(1, Ordering::SeqCst);
        Work { count: self.count.clone() }
    }

    /// Counts new work. None once a drain has begun.
    pub fn try_begin(&self) -> Option<Work> {
        // Counted first: either the drain sees the work, or the work sees the drain.
        let work = self.begin();
        if self.draining.load(Ordering::SeqCst) { None } else { Some(work) }
    }

    /// Runs work in a task of its own: it goes on when the caller is dropped, and a drain waits for it.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, JoinError> {
        let counted = self.begin();
        tokio::spawn(async move {
            let result = work.await;
            drop(counted);
            result
        })
        .await
    }

    async fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        let give_up = Instant::now() + DRAIN_TIMEOUT;
        while self.count.load(Ordering::SeqCst) > 0 && Instant::now() < give_up {
            sleep(DRAIN_POLL).await;
        }
    }
}

impl Connections {
    /// Ends the use of these connections: no further token is requested from here on, and this waits until no answer with a
    /// token is awaited. Call it last, before the program ends or the connections are opened anew: an answer that nobody
    /// saves costs the grant. Clones are drained too; other connections of the process go on. It takes little longer than one
    /// question to the token service may.
    pub async fn drain(&self) {
        self.core.in_flight.drain().await;
    }
}
