//! One step: condition, kind, what its failure means.

use serde_json::{Value, json};

use super::block::visible_ids;
use super::{Run, RunError, boxed};
use crate::activity::{Family, StepError};
use crate::durable::{Durable, Note, StepPlace};
use crate::expr::{self, Scope};
use crate::model::Step;

impl<D: Durable> Run<'_, D> {
    /// Performs a step and gives what `steps.<id>` holds afterwards.
    pub(super) async fn step(&self, step: &Step, place: &StepPlace, scope: &mut Scope) -> Result<Value, RunError> {
        for (_, body) in step.visible_bodies() {
            scope.declare(visible_ids(body));
        }
        let result = match self.is_wanted(step, place, scope) {
            // `else` of `choose` belongs to its alternatives.
            Ok(false) if step.otherwise.is_none() || step.choose.is_some() => {
                self.note(place, Note::Skip).await?;
                return Ok(Value::Null);
            }
            Ok(is_wanted) => self.perform(step, place, is_wanted, scope).await,
            Err(error) => {
                self.note(place, Note::Fail(&error)).await?;
                Err(error)
            }
        };
        let result = match (result, &step.catch) {
            (Err(error), Some(catches)) => {
                let prefix = format!("{}/", place.path);
                let caught = boxed(|| self.catch(catches, error, &place.pointer, &prefix, scope)).await;
                caught.map(|()| Value::Null)
            }
            (result, _) => result,
        };
        match result {
            Err(error) if step.continue_on_error && error.family == Family::Problem => {
                Ok(json!({"error": {"code": error.code, "message": error.message}}))
            }
            result => result,
        }
    }

    fn is_wanted(&self, step: &Step, place: &StepPlace, scope: &Scope) -> Result<bool, RunError> {
        let Some(condition) = &step.condition else {
            return Ok(true);
        };
        Ok(expr::truth(&self.resolve(&Value::from(condition.as_str()), place, "if", scope)?))
    }

    async fn perform(
        &self,
        step: &Step,
        place: &StepPlace,
        is_wanted: bool,
        scope: &mut Scope,
    ) -> Result<Value, RunError> {
        if let Some(activity) = &step.activity {
            return boxed(|| self.activity(activity, step, place, scope)).await;
        }
        self.note(place, Note::Start).await?;
        let result = if let Some(list) = &step.for_each {
            boxed(|| self.each(list, step, place, scope)).await
        } else if let Some(condition) = &step.repeat {
            boxed(|| self.repeat(condition, step, place, scope)).await
        } else if let Some(branches) = &step.parallel {
            boxed(|| self.parallel(branches, place, scope)).await
        } else if let Some(choices) = &step.choose {
            boxed(|| self.choose(choices, step, place, scope)).await
        } else if let Some(wait) = &step.wait {
            self.wait(wait, place, scope).await
        } else if let Some(set) = &step.set {
            self.resolve(&Value::Object(set.clone()), place, "set", scope)
        } else if step.fail.is_some() {
            Err(self.fail(step, place, scope))
        } else {
            boxed(|| self.block(step, place, is_wanted, scope)).await
        };
        let note = match &result {
            Ok(output) => Note::Succeed(output),
            Err(error) => Note::Fail(error),
        };
        self.note(place, note).await?;
        result
    }

    fn fail(&self, step: &Step, place: &StepPlace, scope: &Scope) -> RunError {
        let Some(fail) = &step.fail else {
            return self.error(place, StepError::problem("step-kind", "this step does nothing"));
        };
        let text = |value: &str, key: &str| self.resolve(&Value::from(value), place, key, scope);
        match text(&fail.message, "fail/message") {
            Err(error) => error,
            Ok(message) => {
                let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
                let cause = StepError::problem(fail.code.as_deref().unwrap_or("failed"), message);
                RunError { by_document: true, ..self.error(place, cause) }
            }
        }
    }
}
