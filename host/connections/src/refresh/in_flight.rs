//! Work that must not be lost when whoever asked for it goes away: its answer may hold the only copy of a token.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::{Instant, sleep};

use crate::token_endpoint::request::TIMEOUT;

/// So much of it in this process.
static UNDER_WAY: AtomicU64 = AtomicU64::new(0);

/// Whether the program is about to end.
static ENDING: AtomicBool = AtomicBool::new(false);

/// While it is there, [`settled`] waits.
pub(crate) struct UnderWay;

impl UnderWay {
    fn begin() -> UnderWay {
        UNDER_WAY.fetch_add(1, Ordering::SeqCst);
        UnderWay
    }

    /// The same, unless the program is about to end: then nothing more may be begun.
    pub fn begin_unless_ending() -> Option<UnderWay> {
        // Counted first, so that whoever ends the program sees it, or it sees the end.
        let under_way = UnderWay::begin();
        (!ENDING.load(Ordering::SeqCst)).then_some(under_way)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Does the work in a task of its own: it goes on to its end when the caller is dropped, and [`settled`] waits for it.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let under_way = UnderWay::begin();
    tokio::spawn(async move {
        let done = work.await;
        drop(under_way);
        done
    })
    .await
}

/// Waits until no answer with a token is awaited in this process. A program that is about to end calls this last: an answer
/// that nobody keeps costs the grant. From here on no token is replaced. It takes little longer than one question to the
/// token service may.
pub async fn settled() {
    ENDING.store(true, Ordering::SeqCst);
    let give_up = Instant::now() + TIMEOUT + Duration::from_secs(2);
    while UNDER_WAY.load(Ordering::SeqCst) > 0 && Instant::now() < give_up {
        sleep(Duration::from_millis(10)).await;
    }
}
