//! The interpreter: one asynchronous function over [`Durable`]. It knows no clock, no randomness, no files and spawns
//! nothing.

mod activity;
mod budget;
mod each;
mod error;
mod inputs;
mod retry;
mod step;

use std::pin::Pin;

use serde_json::{Value, json};

use crate::activity::StepError;
use crate::document::Document;
use crate::durable::{Durable, Note, StepPlace};
use crate::expr::{self, Scope};
use crate::journal::{JournalError, RunStart};
use crate::span::join;

pub use budget::Budget;
pub use error::RunError;
pub use inputs::prepare_inputs;
pub use retry::next as next_attempt;

/// Interprets a document over an engine and gives its outputs. `start` must be a run of this document.
///
/// The same start and the same records give the same result. The engine keeps the beginning and the end of the run:
/// [`crate::JournalEngine`] does. The future is `Send` where those of the engine are.
pub async fn run<D: Durable>(engine: &D, doc: &Document, start: &RunStart) -> Result<Value, RunError> {
    Run { engine, doc, start, budget: Budget::of(&doc.limits, start.at) }.all().await
}

/// A future on the heap, made in a frame that ends before the future is polled: loops in loops fit into a small stack.
#[inline(never)]
fn boxed<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

struct Run<'a, D> {
    engine: &'a D,
    doc: &'a Document,
    start: &'a RunStart,
    budget: Budget,
}

impl<D: Durable> Run<'_, D> {
    async fn all(&self) -> Result<Value, RunError> {
        let started = jiff::Timestamp::from_millisecond(self.start.at).map(|time| time.to_string()).unwrap_or_default();
        let names = json!({
            "inputs": self.start.inputs,
            "run": {"id": self.start.id, "automation": self.doc.automation.id, "started_at": started},
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
            let path = format!("{prefix}{}", step.id);
            let started_at = self.engine.now(&path).await.map_err(|error| self.unrecorded(&path, &error))?;
            let activity = step.activity.clone();
            let place = StepPlace { path, pointer: join(pointer, index), activity, started_at };
            self.budget.time(started_at).map_err(|cause| self.error(&place, cause))?;
            let result = boxed(|| self.step(step, &place, scope)).await?;
            scope.step(&step.id, &result);
            self.budget.results(scope.size()).map_err(|cause| self.error(&place, cause))?;
        }
        Ok(())
    }

    fn resolve(&self, value: &Value, place: &StepPlace, key: &str, scope: &Scope) -> Result<Value, RunError> {
        let value = expr::resolve(value, scope).map_err(|(below, error)| {
            let pointer = format!("{}/{key}{below}", place.pointer);
            RunError::expression(self.doc, Some(&place.path), &pointer, &error)
        })?;
        budget::value(&value).map_err(|cause| self.error(place, cause))?;
        Ok(value)
    }

    async fn note(&self, place: &StepPlace, note: Note<'_>) -> Result<(), RunError> {
        if let Note::Succeed(output) = note {
            self.budget.journal(expr::size(output)).map_err(|cause| self.error(place, cause))?;
        }
        self.engine.note(place, note).await.map_err(|error| self.unrecorded(&place.path, &error))
    }

    fn error(&self, place: &StepPlace, cause: StepError) -> RunError {
        RunError::new(self.doc, Some(&place.path), &place.pointer, cause)
    }

    fn unrecorded(&self, path: &str, error: &JournalError) -> RunError {
        RunError { step: Some(path.to_owned()), ..RunError::journal(self.doc, error) }
    }
}
