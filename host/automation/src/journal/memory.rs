//! A journal that ends with the process, for tests and embedders that keep their own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Journal, JournalError, RunEnd, RunStart, StepEntry};

/// Every record in the order it was written, nothing replaced.
#[derive(Debug, Default)]
pub struct Memory {
    records: Mutex<Records>,
}

#[derive(Debug, Default)]
struct Records {
    starts: Vec<RunStart>,
    ends: Vec<RunEnd>,
    steps: Vec<StepEntry>,
}

impl Memory {
    /// An empty journal.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The runs that began.
    pub fn starts(&self) -> Vec<RunStart> {
        self.lock().starts.clone()
    }

    /// The runs that ended.
    pub fn ends(&self) -> Vec<RunEnd> {
        self.lock().ends.clone()
    }

    /// Every record of a step.
    pub fn steps(&self) -> Vec<StepEntry> {
        self.lock().steps.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for Memory {
    async fn run_started(&self, run: &RunStart) -> Result<(), JournalError> {
        self.lock().starts.push(run.clone());
        Ok(())
    }

    async fn run_ended(&self, run: &RunEnd) -> Result<(), JournalError> {
        self.lock().ends.push(run.clone());
        Ok(())
    }

    async fn step(&self, step: &StepEntry) -> Result<(), JournalError> {
        self.lock().steps.push(step.clone());
        Ok(())
    }
}
