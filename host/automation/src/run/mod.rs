//! The interpreter: one asynchronous function over [`Durable`]. It knows no clock, no randomness, no files and spawns
//! nothing.

mod activity;
mod block;
mod budget;
mod catch;
mod each;
mod error;
mod inputs;
mod outcome;
mod repeat;
mod retry;
mod step;
mod wait;

use std::pin::Pin;

use serde_json::{Value, json};

use crate::activity::StepError;
use crate::document::Document;
use crate::durable::{Durable, Note, StepPlace};
use crate::expr::{self, Scope};
use crate::journal::{JournalError, RunStart};
use crate::span::join;
use block::visible_ids;
use outcome::Items;

pub use budget::Budget;
pub use error::RunError;
pub use inputs::prepare_inputs;
pub use outcome::{ItemCount, RunOutcome};
pub use retry::next as next_attempt;
pub(crate) use wait::moment;

/// Interprets a document over an engine and gives its outcome. `start` must be a run of this document.
///
/// The same start and the same records give the same result. The engine keeps the beginning and the end of the run:
/// [`crate::JournalEngine`] does. The future is `Send` where those of the engine are.
pub async fn run<D: Durable>(engine: &D, doc: &Document, start: &RunStart) -> Result<RunOutcome, RunError> {
    Run { engine, doc, start, budget: Budget::of(&doc.limits, start.at), items: Items::default() }.all().await
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
    items: Items,
}

impl<D: Durable> Run<'_, D> {
    async fn all(&self) -> Result<RunOutcome, RunError> {
        let automation = &self.doc.automation;
        let mut scope = Scope::of(&json!({"inputs": self.start.inputs, "run": self.names(None)}));
        scope.declare(visible_ids(&automation.steps));
        let mut result = self.steps(&automation.steps, "/steps", "", &mut scope).await;
        for catch in automation.catch.iter().flatten() {
            scope.declare(visible_ids(&catch.steps));
        }
        if let (Err(error), Some(catches)) = (&result, &automation.catch) {
            result = self.catch(catches, error.clone(), "", "", &mut scope).await;
        }
        self.finally(result, &mut scope).await?;
        let outputs = Value::Object(automation.outputs.clone());
        let outputs = expr::resolve(&outputs, &scope)
            .map_err(|(below, error)| RunError::expression(self.doc, None, &format!("/outputs{below}"), &error))?;
        Ok(RunOutcome { outputs, items: self.items.count() })
    }

    /// What expressions read as `run`.
    fn names(&self, error: Option<&RunError>) -> Value {
        let started = jiff::Timestamp::from_millisecond(self.start.at).map(|time| time.to_string()).unwrap_or_default();
        let (id, automation) = (&self.start.id, &self.doc.automation.id);
        json!({"id": id, "automation": automation, "started_at": started, "error": error.map(catch::failure)})
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
