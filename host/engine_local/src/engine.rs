//! The engine of one machine.

#![expect(clippy::result_large_err, reason = "a run fails once; every field is shown to people")]

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use switchboard_automation::journal::{RetryOf, StepEntry, StepState};
use switchboard_automation::{
    ActivityRunner, Clock, Document, Family, FormerRun, JournalEngine, JournalError, RetryHint, RunError, RunOutcome,
    RunStart,
};
use switchboard_store::{RunItems, RunRetry, Store};

use crate::rows::step_entry;
use crate::run_id::new_run_id;
use crate::{LocalJournal, SystemClock};

/// Runs automations with the journal in the embedded database.
///
/// A run holds a lock while its future lives. A run whose future was dropped, or whose process ended, is `interrupted`;
/// [`LocalEngine::resume`] carries it on. The futures are `Send`.
#[derive(Clone)]
pub struct LocalEngine {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl LocalEngine {
    /// An engine on this store, with the time of the machine.
    pub fn new(store: Store) -> LocalEngine {
        LocalEngine { store, clock: Arc::new(SystemClock) }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> LocalEngine {
        LocalEngine { clock, ..self }
    }

    /// A run that can begin now, with a new id. `connections` are the labels of those that it uses, by the document's
    /// names. Nothing is recorded yet.
    ///
    /// # Errors
    /// Inputs that do not fit.
    pub fn prepare(
        &self,
        document: &Document,
        inputs: Value,
        connections: BTreeMap<String, String>,
    ) -> Result<RunStart, RunError> {
        let now = self.clock.now_ms();
        Ok(RunStart::new(new_run_id(now), document, inputs, now)?.with_connections(connections))
    }

    /// Runs a document and gives its outcome. See [`JournalEngine::run`].
    ///
    /// # Errors
    /// The failure of a step. A second run of one id is refused before anything is performed.
    pub async fn run(
        &self,
        document: &Document,
        start: &RunStart,
        runner: &dyn ActivityRunner,
    ) -> Result<RunOutcome, RunError> {
        let journal = LocalJournal::new(self.store.clone());
        let former = self.former(start.retry.as_ref()).await.map_err(|error| RunError::journal(document, &error))?;
        self.over(&journal, runner).with_former(former.as_ref()).run(document, start).await
    }

    /// The run that a run tries again.
    async fn retry_of(&self, run: &str) -> Result<Option<RetryOf>, JournalError> {
        let (store, id) = (self.store.clone(), run.to_owned());
        let record = self.store.call(move || store.run(&id)).await;
        let record = record.map_err(|cause| JournalError::Read { cause: Box::new(cause) })?;
        Ok(record.and_then(|run| run.retry).map(|RunRetry { run, from }| RetryOf { run, from }))
    }

    /// The results of the run that is tried again, and of those that it tried again itself.
    async fn former(&self, retry: Option<&RetryOf>) -> Result<Option<FormerRun>, JournalError> {
        let mut chain = Vec::new();
        let mut next = retry.cloned();
        while let Some(RetryOf { run, from }) = next {
            let steps = self.steps(&run).await?.into_iter();
            let results = steps.filter(|step| step.activity.is_some() && step.state == StepState::Succeeded);
            chain.push(FormerRun::new(results, from));
            next = self.retry_of(&run).await?;
        }
        Ok(chain.into_iter().rev().fold(None, |before, run| Some(run.after(before))))
    }

    /// The steps of a run, in the order in which they began.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn steps(&self, run: &str) -> Result<Vec<StepEntry>, JournalError> {
        let (store, run) = (self.store.clone(), run.to_owned());
        let records = self.store.call(move || store.steps(&run)).await;
        let records = records.map_err(|cause| JournalError::Read { cause: Box::new(cause) })?;
        records.into_iter().map(step_entry).collect()
    }

    /// Carries on a run that was interrupted. See [`JournalEngine::resume`].
    ///
    /// # Errors
    /// The failure of a step. A run that has ended or goes on, and another document, are refused.
    pub async fn resume(
        &self,
        document: &Document,
        run: &str,
        runner: &dyn ActivityRunner,
    ) -> Result<RunOutcome, RunError> {
        let journal = LocalJournal::new(self.store.clone());
        let retry = self.retry_of(run).await.map_err(|error| RunError::journal(document, &error))?;
        let former = self.former(retry.as_ref()).await.map_err(|error| RunError::journal(document, &error))?;
        self.over(&journal, runner).with_former(former.as_ref()).resume(document, run).await
    }

    /// Records that a run was stopped, and why. Drop its future after that. Nobody waits for the database.
    pub fn cancel(&self, run: &str, reason: &str) {
        let (store, run, now) = (self.store.clone(), run.to_owned(), self.clock.now_ms());
        let error = cancelled(reason).to_json();
        self.store.spawn(move || drop(store.end_run(&run, "cancelled", now, None, Some(&error), RunItems::default())));
    }

    fn over<'a>(&'a self, journal: &'a LocalJournal, runner: &'a dyn ActivityRunner) -> JournalEngine<'a> {
        JournalEngine::new(journal, runner, &*self.clock)
    }
}

/// The failure of a run that was stopped. It is at no step and at no place of the document.
fn cancelled(reason: &str) -> RunError {
    RunError {
        code: "cancelled".to_owned(),
        message: reason.to_owned(),
        fix: None,
        family: Family::Problem,
        retry: RetryHint::Never,
        step: None,
        pointer: String::new(),
        file: String::new(),
        line: 0,
        column: 0,
        by_document: false,
        outcome_unknown: false,
        details: None,
    }
}
