//! The thread of a store: it waits, so that threads with timers and sockets on them need not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

use crate::{Store, StoreError};

type Job = Box<dyn FnOnce() + Send>;

/// Begins with the first job and ends with the store.
#[derive(Default)]
pub(crate) struct Worker {
    /// None inside when the system gives no thread.
    jobs: OnceLock<Option<Sender<Job>>>,
    /// Somebody has done the first work without it.
    is_passed: AtomicBool,
}

impl Worker {
    /// Whether this is the first work of the store. True once, so that a program which does more waits for no disk anywhere else.
    pub fn is_first_work(&self) -> bool {
        self.jobs.get().is_none() && !self.is_passed.swap(true, Ordering::Relaxed)
    }

    fn push(&self, job: Job) {
        let jobs = self.jobs.get_or_init(|| {
            let (sender, jobs) = channel::<Job>();
            let thread = std::thread::Builder::new().name("store".to_owned());
            let each = |job: Job| {
                // Whoever waits for it is told; the next job is another one's.
                let _ = catch_unwind(AssertUnwindSafe(job));
            };
            thread.spawn(move || jobs.into_iter().for_each(each)).ok().map(|_| sender)
        });
        let left = match jobs {
            Some(jobs) => jobs.send(job).err().map(|unsent| unsent.0),
            None => Some(job),
        };
        // Late is better than not at all.
        if let Some(job) = left {
            job();
        }
    }
}

impl Store {
    /// Does work with this store on its own thread, in the order of the calls. Begun work is done to its end, also when nobody waits for
    /// it any more.
    ///
    /// # Errors
    /// Those of the work; [`StoreError::CutShort`] when it panicked.
    pub async fn call<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.worker().push(Box::new(move || {
            // What it holds of the store is gone before anybody goes on.
            let result = work();
            let _ = sender.send(result);
        }));
        receiver.await.unwrap_or_else(|_| Err(StoreError::CutShort.into()))
    }

    /// The same for work that nobody waits for.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        self.worker().push(Box::new(work));
    }

    /// Waits until all of the work is done that was begun so far.
    pub async fn settle(&self) {
        if self.worker().jobs.get().is_some() {
            // Nothing in it can fail.
            let _ = self.call(|| Ok::<(), StoreError>(())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Fence;

    /// Another process that writes until it is dropped.
    fn writer(dir: &std::path::Path) -> rusqlite::Connection {
        let other = rusqlite::Connection::open(dir.join("switchboard.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    }

    #[tokio::test]
    async fn timers_go_on_while_another_process_writes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let other = writer(dir.path());
        let write = store.clone();
        let work = tokio::spawn({
            let store = store.clone();
            async move { store.call(move || write.put_meta("a", "1")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(store.get_meta("a").unwrap(), None, "reads wait for nobody");
        assert!(!work.is_finished());
        drop(other);
        work.await.unwrap().unwrap();
        assert_eq!(store.get_meta("a").unwrap().as_deref(), Some("1"));
    }

    #[tokio::test]
    async fn work_is_done_in_order_and_to_its_end() {
        let store = Store::in_memory().unwrap();
        let number = store.take_lease("x", &"a", 60_000, 1_000).unwrap().unwrap();
        let release = store.clone();
        store.spawn(move || release.release_lease(&Fence::new("x", number)).unwrap());
        let take = store.clone();
        assert!(store.call(move || take.take_lease("x", &"b", 60_000, 1_001)).await.unwrap().is_some());
        let write = store.clone();
        // Begun, and no longer waited for.
        let unwanted = store.call(move || write.put_meta("a", "1"));
        assert!(
            tokio::time::timeout(Duration::ZERO, unwanted).await.is_err() || store.get_meta("a").unwrap().is_some()
        );
        store.settle().await;
        assert_eq!(store.get_meta("a").unwrap().as_deref(), Some("1"));
    }

    #[tokio::test]
    async fn panic_ends_its_own_work_alone() {
        let store = Store::in_memory().unwrap();
        let cut: Result<(), StoreError> = store.call(|| panic!("a test's")).await;
        assert!(matches!(cut, Err(StoreError::CutShort)), "{cut:?}");
        let write = store.clone();
        store.call(move || write.put_meta("a", "1")).await.unwrap();
    }
}
