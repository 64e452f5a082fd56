//! A journal that ends with the process, for tests and for embedders that keep their own.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Journal, JournalError, RunEnd, RunStart, StepEntry, StepState};

/// One record, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalRecord {
    /// A run began.
    Start(RunStart),
    /// A step, as it stood.
    Step(StepEntry),
    /// A run ended.
    End(RunEnd),
}

/// Every record in the order it was written, nothing replaced.
#[derive(Debug, Default)]
pub struct Memory {
    records: Mutex<Records>,
}

#[derive(Debug, Default)]
struct Records {
    all: Vec<JournalRecord>,
    starts: BTreeMap<String, RunStart>,
    ends: BTreeMap<String, RunEnd>,
    /// The latest record of each step, by run and path.
    steps: BTreeMap<(String, String), StepEntry>,
}

/// Why a record is refused.
#[derive(Debug, thiserror::Error)]
enum MemoryError {
    #[error("the run `{0}` was recorded before")]
    RunTaken(String),
    #[error("there is no run `{0}` that goes on")]
    NoRun(String),
    #[error("the step `{path}` of the run `{run}` was recorded before")]
    StepTaken { run: String, path: String },
}

impl Memory {
    /// An empty journal.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Every record, in order.
    pub fn records(&self) -> Vec<JournalRecord> {
        self.lock().all.clone()
    }

    /// The runs that began.
    pub fn starts(&self) -> Vec<RunStart> {
        self.lock().starts.values().cloned().collect()
    }

    /// The runs that ended.
    pub fn ends(&self) -> Vec<RunEnd> {
        self.lock().ends.values().cloned().collect()
    }

    /// Every record of a step.
    pub fn steps(&self) -> Vec<StepEntry> {
        let step = |record: JournalRecord| match record {
            JournalRecord::Step(step) => Some(step),
            JournalRecord::Start(_) | JournalRecord::End(_) => None,
        };
        self.records().into_iter().filter_map(step).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    /// A run that has begun and not ended.
    fn open_run(&self, run: &str) -> Result<&RunStart, MemoryError> {
        let start = self.starts.get(run).filter(|_| !self.ends.contains_key(run));
        start.ok_or_else(|| MemoryError::NoRun(run.to_owned()))
    }

    fn start_run(&mut self, run: &RunStart) -> Result<(), MemoryError> {
        if self.starts.contains_key(&run.id) {
            return Err(MemoryError::RunTaken(run.id.clone()));
        }
        self.starts.insert(run.id.clone(), run.clone());
        self.all.push(JournalRecord::Start(run.clone()));
        Ok(())
    }

    fn end_run(&mut self, run: &RunEnd) -> Result<(), MemoryError> {
        self.open_run(&run.id)?;
        self.ends.insert(run.id.clone(), run.clone());
        self.all.push(JournalRecord::End(run.clone()));
        Ok(())
    }

    fn put_step(&mut self, step: &StepEntry) -> Result<(), MemoryError> {
        let key = (step.run.clone(), step.path.clone());
        if let Some(former) = self.steps.get(&key) {
            let follows = step.state != StepState::Started || step.attempt > former.attempt;
            if former.state != StepState::Started || !follows {
                return Err(MemoryError::StepTaken { run: key.0, path: key.1 });
            }
        }
        self.steps.insert(key, step.clone());
        self.all.push(JournalRecord::Step(step.clone()));
        Ok(())
    }
}

#[async_trait]
impl Journal for Memory {
    async fn start_run(&self, run: &RunStart) -> Result<(), JournalError> {
        self.lock().start_run(run).map_err(refused)
    }

    async fn resume_run(&self, run: &str) -> Result<RunStart, JournalError> {
        let start = self.lock().open_run(run).cloned();
        start.map_err(|error| JournalError::Resume { cause: Box::new(error) })
    }

    async fn end_run(&self, run: &RunEnd) -> Result<(), JournalError> {
        self.lock().end_run(run).map_err(refused)
    }

    async fn put_step(&self, step: &StepEntry) -> Result<(), JournalError> {
        self.lock().put_step(step).map_err(refused)
    }

    async fn step(&self, run: &str, path: &str) -> Result<Option<StepEntry>, JournalError> {
        Ok(self.lock().steps.get(&(run.to_owned(), path.to_owned())).cloned())
    }
}

fn refused(error: MemoryError) -> JournalError {
    JournalError::Write { cause: Box::new(error) }
}
