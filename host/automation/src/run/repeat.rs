//! `while`: the same steps again, as long as its condition is true.

use serde_json::{Value, json};

use super::{Run, RunError, boxed};
use crate::activity::StepError;
use crate::durable::{Durable, StepPlace};
use crate::expr::{self, Scope};
use crate::model::Step;

/// Iterations of a `while` without its own bound.
const MAX_ITERATIONS: u64 = 100;

impl<D: Durable> Run<'_, D> {
    /// Gives the number of iterations and what the last one collected. The condition and the body read the iteration before
    /// as `loop.last`.
    pub(super) async fn repeat(
        &self,
        condition: &str,
        step: &Step,
        place: &StepPlace,
        scope: &Scope,
    ) -> Result<Value, RunError> {
        let most = step.max_iterations.unwrap_or(MAX_ITERATIONS);
        let mut last = Value::Null;
        let mut count = 0_u64;
        loop {
            let mut inner = scope.clone();
            inner.set("loop", &json!({"index": count + 1, "index0": count, "last": last}));
            let value = self.resolve(&Value::from(condition), place, "while", &inner)?;
            if !expr::truth(&value) {
                return Ok(json!({"count": count, "last": last}));
            }
            if count == most {
                let error =
                    StepError::problem("max-iterations", format!("`while` is still true after {most} iterations"));
                let fix = "raise `max_iterations`, or check what `while` waits for";
                return Err(self.error(place, error.fix(fix)));
            }
            self.budget.items(1).map_err(|cause| self.error(place, cause))?;
            count += 1;
            let body = step.steps.as_deref().unwrap_or_default();
            let (pointer, prefix) = (format!("{}/steps", place.pointer), format!("{}[{count}]/", place.path));
            boxed(|| self.steps(body, &pointer, &prefix, &mut inner)).await?;
            last = match &step.collect {
                Some(collect) => self.resolve(collect, place, "collect", &inner)?,
                None => Value::Null,
            };
            self.budget.results(scope.size() + expr::size(&last)).map_err(|cause| self.error(place, cause))?;
        }
    }
}
