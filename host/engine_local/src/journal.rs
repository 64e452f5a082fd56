//! The journal in the embedded database.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use switchboard_automation::journal::{RunEnd, StepEntry};
use switchboard_automation::{Journal, JournalError, RunError, RunStart};
use switchboard_store::{RunItems, RunLock, Store, StoreError};

use crate::rows::{new_run, run_start, step_entry, step_record};

/// Writes to the store; a record is on disk when its call returns. The store's thread waits for that.
pub struct LocalJournal {
    store: Store,
    /// Of the runs that go on. They end with the journal and with its process, so that a run that nobody carries out is
    /// known at once.
    locks: Mutex<BTreeMap<String, RunLock>>,
}

impl LocalJournal {
    /// A journal in this store.
    pub fn new(store: Store) -> LocalJournal {
        LocalJournal { store, locks: Mutex::default() }
    }

    fn locks(&self) -> MutexGuard<'_, BTreeMap<String, RunLock>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for LocalJournal {
    async fn start_run(&self, run: &RunStart) -> Result<(), JournalError> {
        let (store, record) = (self.store.clone(), new_run(run));
        let lock = self.store.call(move || store.start_run(&record)).await.map_err(unwritten)?;
        self.locks().insert(run.id.clone(), lock);
        Ok(())
    }

    async fn resume_run(&self, run: &str) -> Result<RunStart, JournalError> {
        let (store, id) = (self.store.clone(), run.to_owned());
        let read = move || {
            let lock = store.resume_run(&id)?;
            let ended = || StoreError::RunEnded { run: id.clone() };
            let record = store.run(&id)?.ok_or_else(ended)?;
            let document = store.run_document(&id)?.ok_or_else(ended)?;
            Ok::<_, StoreError>((lock, run_start(record, document)))
        };
        let result = self.store.call(read).await;
        let (lock, start) = result.map_err(|cause| JournalError::Resume { cause: Box::new(cause) })?;
        self.locks().insert(run.to_owned(), lock);
        Ok(start)
    }

    async fn end_run(&self, run: &RunEnd) -> Result<(), JournalError> {
        let state = if run.error.is_some() { "failed" } else { "succeeded" };
        let (store, end) = (self.store.clone(), run.clone());
        let write = move || {
            let error = end.error.as_ref().map(RunError::to_json);
            let items = RunItems { failed: end.items.failed, all: end.items.all };
            store.end_run(&end.id, state, end.at, end.outputs.as_ref(), error.as_ref(), items)
        };
        let result = self.store.call(write).await;
        self.locks().remove(&run.id);
        result.map_err(unwritten)
    }

    async fn put_step(&self, step: &StepEntry) -> Result<(), JournalError> {
        let (store, record) = (self.store.clone(), step_record(step));
        self.store.call(move || store.put_step(&record)).await.map_err(unwritten)
    }

    async fn step(&self, run: &str, path: &str) -> Result<Option<StepEntry>, JournalError> {
        let record = self.store.step(run, path).map_err(|cause| JournalError::Read { cause: Box::new(cause) })?;
        record.map(step_entry).transpose()
    }
}

fn unwritten(cause: StoreError) -> JournalError {
    JournalError::Write { cause: Box::new(cause) }
}
