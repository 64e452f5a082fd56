//! What the interpreter asks of an engine.

use serde_json::Value;

use crate::activity::{ActivityCall, RetryHint, StepError};
use crate::document::Document;
use crate::journal::JournalError;
use crate::model::Retry;
use crate::run::{Budget, RunError, next_attempt};

/// All that a run does to the world: one value is one run. Everything else in the interpreter is a pure function, so a
/// run that was cut short is carried on by interpreting its document again from the first step.
///
/// For that an engine can be read. It answers a step that has a record from that record: the time when the step began,
/// the output or the error of its activity. It performs nothing twice.
///
/// # Threads
/// The futures need not be `Send`. The future of [`crate::run`] is `Send` where those of the engine are, so a server
/// can spawn it on any thread. An engine whose context belongs to one thread, as a Temporal workflow's does, can
/// implement the trait as well.
///
/// # Growth
/// Documents cannot wait for events or run other documents yet. Each of these becomes one more method that takes the step's
/// place first and answers from the record that is kept there: `wait_event(step, name, until)` and `run_child(step, child)`.
/// No method here changes for them, because each asks for one step by its place and none counts calls.
pub trait Durable {
    /// When the step of this path began, in milliseconds since 1970: as its record says, else now. The interpreter asks
    /// once for each step, before anything else. The engine gives way to other work of its thread here, so that whoever
    /// waits for the run can drop it although its steps wait for nothing.
    fn now(&self, path: &str) -> impl Future<Output = Result<i64, JournalError>>;

    /// Performs the activity of a step, with its further attempts. Each attempt is recorded before it begins, and the
    /// last one again with its result. A step with a recorded result gives that result. An attempt that was recorded
    /// without a result is made again where that does no harm, else it ends as [`Invocation::interruption`].
    fn invoke(&self, invocation: &Invocation<'_>) -> impl Future<Output = Result<Value, RunError>>;

    /// Returns when this moment has come, in milliseconds since 1970. The step has a record of its beginning.
    fn sleep_until(&self, step: &StepPlace, moment: i64) -> impl Future<Output = Result<(), JournalError>>;

    /// Carries branches out, at most `limit` of them at the same time, and gives their results in the order of the branches.
    /// Each branch asks for steps with paths of its own.
    fn join<B: Branches>(&self, limit: usize, branches: &B) -> impl Future<Output = Vec<B::Output>>;

    /// Records how far a step is that the interpreter carries out itself. What is recorded of it already stays.
    fn note(&self, step: &StepPlace, note: Note<'_>) -> impl Future<Output = Result<(), JournalError>>;
}

/// Parts of a run that can be carried out at the same time.
pub trait Branches {
    /// What a branch gives.
    type Output;

    /// How many there are.
    fn count(&self) -> usize;

    /// The branch of a position, from zero on. Each one is asked for once, in order.
    fn branch(&self, index: usize) -> impl Future<Output = Self::Output>;
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPlace {
    /// Where it is in the run, one path for each item of a loop: `users[ada@example.edu]/list`.
    pub path: String,
    /// Where it is in the document, as a JSON pointer.
    pub pointer: String,
    /// The activity it performs.
    pub activity: Option<String>,
    /// What [`Durable::now`] gave for it.
    pub started_at: i64,
}

/// How far a step is.
#[derive(Clone, Copy, Debug)]
pub enum Note<'a> {
    /// It begins.
    Start,
    /// Its condition was false.
    Skip,
    /// It has a result.
    Succeed(&'a Value),
    /// It has failed.
    Fail(&'a RunError),
}

/// An activity to perform, and the rules for its attempts. The rules are pure; an engine only waits and records.
pub struct Invocation<'a> {
    pub(crate) doc: &'a Document,
    pub(crate) budget: &'a Budget,
    pub(crate) step: &'a StepPlace,
    pub(crate) call: ActivityCall,
    pub(crate) retry: Option<&'a Retry>,
}

/// How long an attempt may take.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeLimit {
    /// Milliseconds.
    pub ms: u64,
    /// How an attempt that takes longer fails.
    pub error: StepError,
}

impl Invocation<'_> {
    /// The step that asks.
    pub fn step(&self) -> &StepPlace {
        self.step
    }

    /// The activity's id.
    pub fn activity(&self) -> &str {
        &self.call.activity
    }

    /// The call of an attempt, counted from one.
    pub fn call(&self, attempt: u32) -> ActivityCall {
        ActivityCall { attempt, ..self.call.clone() }
    }

    /// How long an attempt that begins now may take; an error when the run has no time left.
    pub fn time_limit(&self, now: i64) -> Result<TimeLimit, StepError> {
        let left = self.budget.time(now)?;
        match self.call.timeout_ms {
            Some(ms) if ms < left => {
                let message = format!("`{}` took longer than {ms} ms", self.call.activity);
                let error = StepError::problem("timeout", message)
                    .fix("raise the step's `timeout`; check first whether the call took effect");
                Ok(TimeLimit { ms, error: StepError { retry: RetryHint::After(0), not_sent: false, ..error } })
            }
            _ => Ok(TimeLimit { ms: left, error: StepError { not_sent: false, ..self.budget.late() } }),
        }
    }

    /// Milliseconds to wait before the attempt after this one; nothing when there is none. `repeatable` is
    /// [`crate::ActivityRunner::repeatable`] for the activity.
    pub fn delay(&self, error: &StepError, attempt: u32, repeatable: bool) -> Option<u64> {
        next_attempt(self.retry, error, attempt, repeatable)
    }

    /// The same, at most until the time of the run ends.
    pub fn bounded_delay(&self, ms: u64, now: i64) -> Result<u64, RunError> {
        let left = self.budget.time(now).map_err(|cause| self.at_step(cause))?;
        Ok(ms.min(left))
    }

    /// The failure of the step whose attempt failed so.
    pub fn failure(&self, error: StepError, repeatable: bool) -> RunError {
        let outcome_unknown = error.is_unknown() && !repeatable;
        RunError { outcome_unknown, ..self.at_step(error) }
    }

    /// The failure of a step that began before its process ended, where a repeat could do harm.
    pub fn interruption(&self) -> RunError {
        let activity = &self.call.activity;
        let message = format!("the run was interrupted during `{activity}`, and no result was recorded");
        let error =
            StepError::problem("interrupted", message).fix("check whether it took effect before you run it again");
        RunError { outcome_unknown: true, ..self.at_step(StepError { not_sent: false, ..error }) }
    }

    /// The failure of a step that succeeded in an earlier run with another input.
    pub fn input_change(&self) -> RunError {
        let activity = &self.call.activity;
        let message =
            format!("`{activity}` succeeded in the earlier run with another input, so it is not performed again");
        let fix = "check at the service what the earlier run did, then try again from this step";
        self.at_step(StepError::problem("input-changed", message).fix(fix))
    }

    /// The failure of a step that cannot be recorded or read.
    pub fn unrecorded(&self, error: &JournalError) -> RunError {
        RunError { step: Some(self.step.path.clone()), ..RunError::journal(self.doc, error) }
    }

    fn at_step(&self, cause: StepError) -> RunError {
        RunError::new(self.doc, Some(&self.step.path), &self.step.pointer, cause)
    }
}
