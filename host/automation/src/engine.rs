//! An engine over a journal, a runner and a clock that its caller chooses.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesOrdered, StreamExt};
use serde_json::Value;

use crate::activity::{ActivityRunner, StepError};
use crate::clock::Clock;
use crate::document::Document;
use crate::durable::{Branches, Durable, Invocation, Note, StepPlace};
use crate::journal::{Journal, JournalError, RunEnd, RunStart, StepEntry, StepState};
use crate::run::{ItemCount, RunError, RunOutcome, run};

/// Runs documents and keeps every step in a journal. With [`crate::journal::Memory`] nothing outlives the process.
///
/// Dropping a future of it stops the run where it is; [`JournalEngine::resume`] carries it on.
#[derive(Clone, Copy)]
pub struct JournalEngine<'a> {
    /// Keeps what happened.
    pub journal: &'a dyn Journal,
    /// Performs the activities.
    pub runner: &'a dyn ActivityRunner,
    /// Gives the time of what has no record yet.
    pub clock: &'a dyn Clock,
    /// Results of the run that is tried again.
    former: Option<&'a FormerRun>,
}

impl<'a> JournalEngine<'a> {
    /// An engine over these three.
    pub fn new(journal: &'a dyn Journal, runner: &'a dyn ActivityRunner, clock: &'a dyn Clock) -> JournalEngine<'a> {
        JournalEngine { journal, runner, clock, former: None }
    }

    /// Runs a document and gives its outcome.
    ///
    /// # Errors
    /// The failure of a step. The journal refuses a second run of one id before anything is performed.
    pub async fn run(&self, doc: &Document, start: &RunStart) -> Result<RunOutcome, RunError> {
        self.journal.start_run(start).await.map_err(|error| RunError::journal(doc, &error))?;
        self.carry_out(doc, start, Execution::new(*self, &start.id, false)).await
    }

    /// The same with the results of an earlier run: a step that has one is not performed.
    #[must_use]
    pub fn with_former(self, former: Option<&'a FormerRun>) -> JournalEngine<'a> {
        JournalEngine { former, ..self }
    }

    /// Carries on a run that was cut short. Steps that ended are not performed again. A step without a result is
    /// performed again where that does no harm, else it fails with an unknown outcome.
    ///
    /// # Errors
    /// The failure of a step. A run that has ended or goes on, and another document, are refused.
    pub async fn resume(&self, doc: &Document, run: &str) -> Result<RunOutcome, RunError> {
        let start = self.journal.resume_run(run).await.map_err(|error| RunError::journal(doc, &error))?;
        if start.document_sha256 != doc.sha256 {
            return Err(RunError::journal(doc, &JournalError::OtherDocument { run: run.to_owned() }));
        }
        self.carry_out(doc, &start, Execution::new(*self, run, true)).await
    }

    async fn carry_out(
        &self,
        doc: &Document,
        start: &RunStart,
        execution: Execution<'_>,
    ) -> Result<RunOutcome, RunError> {
        let result = run(&execution, doc, start).await;
        let end = RunEnd {
            id: start.id.clone(),
            at: self.clock.now_ms(),
            outputs: result.as_ref().ok().map(|outcome| outcome.outputs.clone()),
            items: result.as_ref().map_or_else(|_| ItemCount::default(), |outcome| outcome.items),
            error: result.as_ref().err().cloned(),
        };
        let ended = self.journal.end_run(&end).await.map_err(|error| RunError::journal(doc, &error));
        // The first error is the one that matters.
        result.and_then(|outcome| ended.map(|()| outcome))
    }
}

/// Milliseconds after which a sleeping run looks at the clock again: it may have been set.
const LONGEST_SLEEP: u64 = 60_000;

/// One run.
struct Execution<'a> {
    engine: JournalEngine<'a>,
    run: &'a str,
    /// An earlier process may have recorded steps.
    has_records: bool,
}

/// Results of earlier runs of the same document.
#[derive(Debug, Default)]
pub struct FormerRun {
    records: HashMap<String, StepEntry>,
    /// From this step on, steps are performed again.
    from: Option<String>,
    is_past: AtomicBool,
    /// The run that this one tried again: it may have results that this one did not come to.
    before: Option<Box<FormerRun>>,
}

impl FormerRun {
    /// The outputs of these steps, which succeeded, until the step of the path `from` is reached.
    pub fn new(steps: impl IntoIterator<Item = StepEntry>, from: Option<String>) -> FormerRun {
        let records = steps.into_iter().map(|step| (step.path.clone(), step)).collect();
        FormerRun { records, from, is_past: AtomicBool::new(false), before: None }
    }

    /// The same, with the results of the run that it tried again.
    #[must_use]
    pub fn after(self, before: Option<FormerRun>) -> FormerRun {
        FormerRun { before: before.map(Box::new), ..self }
    }

    /// Notes that the run has come to this step.
    fn reach(&self, path: &str) {
        if self.from.as_deref() == Some(path) {
            self.is_past.store(true, Ordering::Relaxed);
        }
        self.before.iter().for_each(|before| before.reach(path));
    }

    fn record(&self, path: &str) -> Option<&StepEntry> {
        if self.is_past.load(Ordering::Relaxed) {
            return None;
        }
        self.records.get(path).or_else(|| self.before.as_ref()?.record(path))
    }
}

impl<'a> Execution<'a> {
    fn new(engine: JournalEngine<'a>, run: &'a str, has_records: bool) -> Execution<'a> {
        Execution { engine, run, has_records }
    }

    /// What an earlier process recorded of a step.
    async fn record(&self, path: &str) -> Result<Option<StepEntry>, JournalError> {
        if self.has_records { self.engine.journal.step(self.run, path).await } else { Ok(None) }
    }

    /// The result that an earlier run has of the same call, as a result of this run. One of another input is no result of
    /// this call: a read is performed again, anything else fails. What a failure led to belongs to the run that failed.
    async fn former_result(&self, invocation: &Invocation<'_>) -> Option<Result<Value, RunError>> {
        let pointer = &invocation.step().pointer;
        if pointer.starts_with("/finally/") || pointer.contains("/catch/") {
            return None;
        }
        let record = self.engine.former?.record(&invocation.step().path)?;
        let is_same = record.activity.as_deref() == Some(invocation.activity())
            && record.input.as_ref() == Some(&invocation.call(1).input);
        if !is_same {
            let is_repeatable = self.engine.runner.repeatable(invocation.activity());
            return (!is_repeatable).then(|| Err(invocation.input_change()));
        }
        let record = StepEntry { run: self.run.to_owned(), ..record.clone() };
        let output = record.output.clone().unwrap_or_default();
        Some(self.put(&record, invocation).await.map(|()| output))
    }

    /// A step that begins.
    fn entry(&self, step: &StepPlace) -> StepEntry {
        StepEntry {
            run: self.run.to_owned(),
            path: step.path.clone(),
            activity: step.activity.clone(),
            state: StepState::Started,
            attempt: 1,
            started_at: step.started_at,
            ended_at: None,
            input: None,
            output: None,
            error: None,
        }
    }

    async fn put(&self, entry: &StepEntry, invocation: &Invocation<'_>) -> Result<(), RunError> {
        self.engine.journal.put_step(entry).await.map_err(|error| invocation.unrecorded(&error))
    }

    async fn end(
        &self,
        mut entry: StepEntry,
        result: Result<Value, RunError>,
        invocation: &Invocation<'_>,
    ) -> Result<Value, RunError> {
        entry.ended_at = Some(self.engine.clock.now_ms());
        match &result {
            Ok(output) => {
                entry.state = StepState::Succeeded;
                entry.output = Some(output.clone());
                entry.error = None;
            }
            Err(error) => {
                entry.state = StepState::Failed;
                entry.error = Some(error.clone());
            }
        }
        self.put(&entry, invocation).await?;
        result
    }

    async fn attempt(&self, invocation: &Invocation<'_>, attempt: u32) -> Result<Value, StepError> {
        let limit = invocation.time_limit(self.engine.clock.now_ms())?;
        let call = invocation.call(attempt);
        match select(self.engine.runner.run(&call), self.engine.clock.sleep(limit.ms)).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(limit.error),
        }
    }

    /// Attempts until one succeeds or no other may follow.
    async fn attempts(&self, mut entry: StepEntry, invocation: &Invocation<'_>) -> Result<Value, RunError> {
        let repeatable = self.engine.runner.repeatable(invocation.activity());
        loop {
            self.put(&entry, invocation).await?;
            let error = match self.attempt(invocation, entry.attempt).await {
                Ok(output) => return self.end(entry, Ok(output), invocation).await,
                Err(error) => error,
            };
            let delay = invocation.delay(&error, entry.attempt, repeatable);
            let failure = invocation.failure(error, repeatable);
            let Some(ms) = delay else {
                return self.end(entry, Err(failure), invocation).await;
            };
            entry.error = Some(failure);
            let ms = invocation.bounded_delay(ms, self.engine.clock.now_ms())?;
            self.engine.clock.sleep(ms).await;
            entry.attempt += 1;
        }
    }
}

impl Durable for Execution<'_> {
    async fn now(&self, path: &str) -> Result<i64, JournalError> {
        pause().await;
        self.engine.former.iter().for_each(|former| former.reach(path));
        let record = self.record(path).await?;
        Ok(record.map_or_else(|| self.engine.clock.now_ms(), |record| record.started_at))
    }

    async fn invoke(&self, invocation: &Invocation<'_>) -> Result<Value, RunError> {
        let step = invocation.step();
        let entry = StepEntry { input: Some(invocation.call(1).input), ..self.entry(step) };
        let Some(record) = self.record(&step.path).await.map_err(|error| invocation.unrecorded(&error))? else {
            return match self.former_result(invocation).await {
                Some(Ok(output)) => Ok(output),
                Some(Err(error)) => self.end(entry, Err(error), invocation).await,
                None => self.attempts(entry, invocation).await,
            };
        };
        let other = || Err(invocation.unrecorded(&JournalError::OtherStep { path: step.path.clone() }));
        if record.activity != step.activity {
            return other();
        }
        let entry = StepEntry { attempt: record.attempt, ..entry };
        match (record.state, record.error) {
            (StepState::Succeeded, _) => Ok(record.output.unwrap_or_default()),
            (StepState::Failed, Some(error)) => Err(error),
            (StepState::Started, _) if self.engine.runner.repeatable(invocation.activity()) => {
                self.attempts(StepEntry { attempt: entry.attempt + 1, ..entry }, invocation).await
            }
            (StepState::Started, _) => self.end(entry, Err(invocation.interruption()), invocation).await,
            (StepState::Failed, None) | (StepState::Skipped, _) => other(),
        }
    }

    async fn sleep_until(&self, _step: &StepPlace, moment: i64) -> Result<(), JournalError> {
        // A timer can be early, and the clock can be set while it runs.
        loop {
            let left = u64::try_from(moment.saturating_sub(self.engine.clock.now_ms())).unwrap_or_default();
            if left == 0 {
                return Ok(());
            }
            self.engine.clock.sleep(left.min(LONGEST_SLEEP)).await;
        }
    }

    async fn join<B: Branches>(&self, limit: usize, branches: &B) -> Vec<B::Output> {
        let mut under_way = FuturesOrdered::new();
        let (mut next, mut results) = (0, Vec::with_capacity(branches.count()));
        loop {
            while next < branches.count() && under_way.len() < limit.max(1) {
                under_way.push_back(branches.branch(next));
                next += 1;
            }
            match under_way.next().await {
                Some(result) => results.push(result),
                None => return results,
            }
        }
    }

    async fn note(&self, step: &StepPlace, note: Note<'_>) -> Result<(), JournalError> {
        let record = self.record(&step.path).await?;
        let begins = matches!(note, Note::Start);
        if record.is_some_and(|record| begins || record.state != StepState::Started) {
            return Ok(());
        }
        let entry = self.entry(step);
        let ended_at = Some(self.engine.clock.now_ms());
        let entry = match note {
            Note::Start => entry,
            Note::Skip => StepEntry { state: StepState::Skipped, ended_at, ..entry },
            Note::Succeed(output) => {
                StepEntry { state: StepState::Succeeded, ended_at, output: Some(output.clone()), ..entry }
            }
            Note::Fail(error) => StepEntry { state: StepState::Failed, ended_at, error: Some(error.clone()), ..entry },
        };
        self.engine.journal.put_step(&entry).await
    }
}

/// Gives way once to whatever else its thread has to do.
async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
