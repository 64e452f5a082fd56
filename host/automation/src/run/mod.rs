//! The interpreter: one async function over three traits. It knows no clock, no randomness, no files and spawns nothing.

#![expect(clippy::result_large_err, reason = "a run fails once; every field is shown to people")]

mod activity;
mod budget;
mod each;
mod error;
mod inputs;
mod retry;
mod step;

use std::future::poll_fn;
use std::task::Poll;

use serde_json::{Value, json};

use crate::activity::ActivityRunner;
use crate::clock::Clock;
use crate::document::Document;
use crate::expr::{self, Scope};
use crate::journal::{Journal, RunEnd, RunStart};
use crate::span::join;

use budget::Budget;

pub use error::RunError;
pub use inputs::prepare_inputs;

/// Runs a document and gives its outputs. `run_id` must be new for each run; it makes the idempotency keys.
///
/// Inputs that do not fit are refused before anything is recorded. Dropping the future stops the run where it is.
pub async fn run(
    doc: &Document,
    inputs: Value,
    runner: &dyn ActivityRunner,
    journal: &dyn Journal,
    clock: &dyn Clock,
    run_id: &str,
) -> Result<Value, RunError> {
    let inputs = prepare_inputs(doc, inputs)?;
    let at = clock.now_ms();
    let run = Run { doc, runner, journal, clock, id: run_id, budget: Budget::of(&doc.limits, at) };
    let start = RunStart {
        id: run_id.to_owned(),
        automation: doc.automation.id.clone(),
        document: doc.source.clone(),
        document_sha256: doc.sha256.clone(),
        inputs: inputs.clone(),
        at,
    };
    journal.run_started(&start).await.map_err(|error| RunError::journal(doc, &error))?;
    let result = run.all(&inputs, at).await;
    let end = RunEnd {
        id: run_id.to_owned(),
        at: clock.now_ms(),
        outputs: result.as_ref().ok().cloned(),
        error: result.as_ref().err().map(RunError::to_json),
    };
    let kept = journal.run_ended(&end).await.map_err(|error| RunError::journal(doc, &error));
    // The first error is the one that matters.
    result.and_then(|outputs| kept.map(|()| outputs))
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

struct Run<'a> {
    doc: &'a Document,
    runner: &'a dyn ActivityRunner,
    journal: &'a dyn Journal,
    clock: &'a dyn Clock,
    id: &'a str,
    budget: Budget,
}

/// Where a step is: in the document and in the run.
struct Place {
    /// JSON pointer.
    pointer: String,
    /// For example `users[ada@example.edu]/list`.
    path: String,
}

impl Run<'_> {
    async fn all(&self, inputs: &Value, at: i64) -> Result<Value, RunError> {
        let started = jiff::Timestamp::from_millisecond(at).map(|time| time.to_string()).unwrap_or_default();
        let names = json!({
            "inputs": inputs,
            "run": {"id": self.id, "automation": self.doc.automation.id, "started_at": started},
        });
        let mut scope = Scope::of(&names);
        self.steps(&self.doc.automation.steps, "/steps", "", &mut scope).await?;
        let outputs = Value::Object(self.doc.automation.outputs.clone());
        expr::resolve(&outputs, &scope)
            .map_err(|(below, error)| RunError::expression(self.doc, None, &format!("/outputs{below}"), &error))
    }

    async fn steps(
        &self,
        steps: &[crate::model::Step],
        pointer: &str,
        prefix: &str,
        scope: &mut Scope,
    ) -> Result<(), RunError> {
        for (index, step) in steps.iter().enumerate() {
            let place = Place { pointer: join(pointer, index), path: format!("{prefix}{}", step.id) };
            // A run of steps that wait for nothing must let its caller end it.
            pause().await;
            self.budget.time(self.clock.now_ms()).map_err(|cause| self.error(&place, cause))?;
            let result = self.step(step, &place, scope).await?;
            scope.step(&step.id, &result);
            self.budget.results(scope.size()).map_err(|cause| self.error(&place, cause))?;
        }
        Ok(())
    }

    fn resolve(&self, value: &Value, place: &Place, key: &str, scope: &Scope) -> Result<Value, RunError> {
        let value = expr::resolve(value, scope).map_err(|(below, error)| {
            let pointer = format!("{}/{key}{below}", place.pointer);
            RunError::expression(self.doc, Some(&place.path), &pointer, &error)
        })?;
        budget::value(&value).map_err(|cause| self.error(place, cause))?;
        Ok(value)
    }
}
