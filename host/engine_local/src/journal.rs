//! The journal in the embedded database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use switchboard_automation::journal::{RunEnd, RunStart, StepEntry};
use switchboard_automation::{Journal, JournalError};
use switchboard_store::{NewRun, RunLock, StepRecord, Store, StoreError};

/// Writes to the store; a record is on disk when its call returns. The store's thread waits for that.
#[derive(Clone)]
pub struct LocalJournal {
    store: Store,
    connections: BTreeMap<String, String>,
    /// Of the runs that go on. They end with the process, so that a run without its process is known at once.
    locks: Arc<Mutex<BTreeMap<String, RunLock>>>,
}

impl LocalJournal {
    /// A journal in this store.
    pub fn new(store: Store) -> LocalJournal {
        LocalJournal { store, connections: BTreeMap::new(), locks: Arc::default() }
    }

    /// The same for runs that use these connections: labels, by the document's names.
    #[must_use]
    pub fn using(self, connections: BTreeMap<String, String>) -> LocalJournal {
        LocalJournal { connections, ..self }
    }

    fn locks(&self) -> MutexGuard<'_, BTreeMap<String, RunLock>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for LocalJournal {
    async fn run_started(&self, run: &RunStart) -> Result<(), JournalError> {
        let run = run.clone();
        let record = NewRun {
            id: run.id,
            automation: run.automation,
            document: run.document,
            document_sha256: run.document_sha256,
            inputs: run.inputs,
            started_at: run.at,
            connections: self.connections.clone(),
        };
        let store = self.store.clone();
        let (id, start) = (record.id.clone(), move || store.start_run(&record));
        let lock = self.store.call(start).await.map_err(failed)?;
        self.locks().insert(id, lock);
        Ok(())
    }

    async fn run_ended(&self, run: &RunEnd) -> Result<(), JournalError> {
        let state = if run.error.is_some() { "failed" } else { "succeeded" };
        let (store, ended) = (self.store.clone(), run.clone());
        let end = move || store.end_run(&ended.id, state, ended.at, ended.outputs.as_ref(), ended.error.as_ref());
        let kept = self.store.call(end).await;
        self.locks().remove(&run.id);
        kept.map_err(failed)
    }

    async fn step(&self, step: &StepEntry) -> Result<(), JournalError> {
        let step = step.clone();
        let record = StepRecord {
            run: step.run,
            path: step.path,
            activity: step.activity,
            state: step.state.as_str().to_owned(),
            attempt: step.attempt,
            started_at: step.started_at,
            ended_at: step.ended_at,
            input: step.input,
            output: step.output,
            error: step.error,
        };
        let store = self.store.clone();
        self.store.call(move || store.put_step(&record)).await.map_err(failed)
    }
}

fn failed(error: StoreError) -> JournalError {
    JournalError { cause: Box::new(error) }
}
