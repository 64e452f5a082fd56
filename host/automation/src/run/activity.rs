//! A step that performs an activity.

use serde_json::Value;

use super::{Run, RunError, boxed};
use crate::activity::{ActivityCall, StepError};
use crate::document::sha256;
use crate::durable::{Durable, Invocation, Note, StepPlace};
use crate::duration;
use crate::expr::{Scope, size};
use crate::model::Step;

impl<D: Durable> Run<'_, D> {
    pub(super) async fn activity(
        &self,
        activity: &str,
        step: &Step,
        place: &StepPlace,
        scope: &Scope,
    ) -> Result<Value, RunError> {
        let input = match self.resolve(&Value::Object(step.input.clone().unwrap_or_default()), place, "with", scope) {
            Ok(input) => input,
            Err(error) => {
                self.note(place, Note::Fail(&error)).await?;
                return Err(error);
            }
        };
        let timeout_ms = match step.timeout.as_deref().map(duration::millis).transpose() {
            Ok(timeout) => timeout,
            Err(message) => return Err(self.error(place, StepError::problem("value", message))),
        };
        let input_size = size(&input);
        self.budget.journal(input_size).map_err(|cause| self.error(place, cause))?;
        let call = ActivityCall {
            activity: activity.to_owned(),
            connection: self.connection(activity, step),
            input,
            attempt: 1,
            idempotency_key: idempotency_key(&self.start.id, &place.path),
            timeout_ms,
        };
        let defaults = self.doc.automation.defaults.as_ref().and_then(|defaults| defaults.retry.as_ref());
        let retry = step.retry.as_ref().or(defaults);
        let invocation = Invocation { doc: self.doc, budget: &self.budget, step: place, call, retry };
        let output = boxed(|| self.engine.invoke(&invocation)).await?;
        let bytes = input_size.saturating_add(size(&output));
        self.budget.journal(bytes).map_err(|cause| self.error(place, StepError { not_sent: false, ..cause }))?;
        Ok(output)
    }

    /// The step's connection, else the only one of the activity's kind.
    fn connection(&self, activity: &str, step: &Step) -> Option<String> {
        let kind = activity.split('.').next().unwrap_or_default();
        let fitting = || self.doc.automation.connections.iter().find(|(_, declared)| declared.kind == kind);
        step.connection.clone().or_else(|| fitting().map(|(name, _)| name.clone()))
    }
}

/// The same for every attempt of a step of a run.
fn idempotency_key(run: &str, path: &str) -> String {
    // The length keeps `ab`+`c` and `a`+`bc` apart.
    sha256(format!("{}:{run}/{path}", run.len()).as_bytes())
}
