//! Processor time of one call.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Counts the processor time of the thread that runs a guest, while it runs it. Waiting costs nothing, however often; what the
/// host does for the guest in between, such as copying its text, counts as the guest's own.
///
/// A call is polled by one thread at a time, so the numbers need no order among threads.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Nanoseconds of the stretches that have ended.
    spent: AtomicU64,
    /// When the stretch under way began, on the thread's own clock; 0 when none is.
    began: AtomicU64,
}

impl Meter {
    /// Processor time used so far. To be asked by the thread that runs the guest.
    pub(crate) fn used(&self) -> Duration {
        Duration::from_nanos(self.spent.load(Ordering::Relaxed).saturating_add(self.under_way()))
    }

    /// Counts whenever `work` is polled.
    pub(crate) fn count<F: Future>(self: &Arc<Self>, work: F) -> Metered<F> {
        Metered { meter: Arc::clone(self), counts: true, work: Box::pin(work) }
    }

    /// Does not count when `work` is polled within a stretch that counts: it is the network's work, not the guest's. What
    /// bounds it is the number of requests and the call's deadline.
    pub(crate) fn excuse<F: Future>(self: &Arc<Self>, work: F) -> Metered<F> {
        Metered { meter: Arc::clone(self), counts: false, work: Box::pin(work) }
    }

    /// Count from here on, or not; and whether it was so before.
    fn switch(&self, counts: bool) -> bool {
        self.spent.fetch_add(self.under_way(), Ordering::Relaxed);
        let now = if counts { thread_time().max(1) } else { 0 };
        self.began.swap(now, Ordering::Relaxed) != 0
    }

    fn under_way(&self) -> u64 {
        match self.began.load(Ordering::Relaxed) {
            0 => 0,
            began => thread_time().saturating_sub(began),
        }
    }
}

/// Work whose processor time counts, or does not.
pub(crate) struct Metered<F> {
    meter: Arc<Meter>,
    counts: bool,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let counted = self.meter.switch(self.counts);
        let polled = self.work.as_mut().poll(context);
        self.meter.switch(counted);
        polled
    }
}

/// Nanoseconds of processor time that this thread has had.
fn thread_time() -> u64 {
    u64::try_from(cpu_time::ThreadTime::now().as_duration().as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spin(for_at_least: Duration) {
        let began = thread_time();
        let wanted = u64::try_from(for_at_least.as_nanos()).unwrap();
        while thread_time() - began < wanted {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn waiting_costs_nothing() {
        let meter = Arc::new(Meter::default());
        meter.count(tokio::time::sleep(Duration::from_millis(100))).await;
        assert!(meter.used() < Duration::from_millis(20), "{:?}", meter.used());
    }

    #[tokio::test]
    async fn computing_between_waits_adds_up() {
        let meter = Arc::new(Meter::default());
        let work = async {
            for _ in 0..5 {
                spin(Duration::from_millis(10));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        meter.count(work).await;
        assert!(meter.used() >= Duration::from_millis(50), "{:?}", meter.used());
    }

    #[tokio::test]
    async fn excused_work_is_left_out() {
        let meter = Arc::new(Meter::default());
        let work = async {
            spin(Duration::from_millis(10));
            meter.excuse(async { spin(Duration::from_millis(200)) }).await;
            spin(Duration::from_millis(10));
        };
        meter.count(work).await;
        let used = meter.used();
        assert!(used >= Duration::from_millis(20), "{used:?}");
        assert!(used < Duration::from_millis(150), "{used:?}");
    }

    #[tokio::test]
    async fn work_counted_inside_excused_work_counts() {
        let meter = Arc::new(Meter::default());
        let work = meter.excuse(async { meter.count(async { spin(Duration::from_millis(30)) }).await });
        meter.count(work).await;
        assert!(meter.used() >= Duration::from_millis(30), "{:?}", meter.used());
    }
}
