//! One step: condition, kind, what its failure means.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Place, Run, RunError};
use crate::activity::{Family, StepError};
use crate::expr::{self, Scope};
use crate::journal::{StepEntry, StepState};
use crate::model::Step;

impl Run<'_> {
    /// Performs a step and gives what `steps.<id>` holds afterwards. Boxed: loops contain steps.
    pub(super) fn step<'a>(
        &'a self,
        step: &'a Step,
        place: &'a Place,
        scope: &'a Scope,
    ) -> BoxFuture<'a, Result<Value, RunError>> {
        Box::pin(async move {
            if !self.wanted(step, place, scope).await? {
                return Ok(Value::Null);
            }
            match self.perform(step, place, scope).await {
                Err(error) if step.continue_on_error && error.family == Family::Problem => {
                    Ok(json!({"error": {"code": error.code, "message": error.message}}))
                }
                result => result,
            }
        })
    }

    async fn wanted(&self, step: &Step, place: &Place, scope: &Scope) -> Result<bool, RunError> {
        let Some(condition) = &step.condition else {
            return Ok(true);
        };
        let value = self.resolve(&Value::from(condition.as_str()), place, "if", scope)?;
        let wanted = expr::truth(&value);
        if !wanted {
            let now = self.clock.now_ms();
            let entry = StepEntry { state: StepState::Skipped, ended_at: Some(now), ..self.entry(step, place, now) };
            self.record(&entry, place).await?;
        }
        Ok(wanted)
    }

    async fn perform(&self, step: &Step, place: &Place, scope: &Scope) -> Result<Value, RunError> {
        if let Some(activity) = &step.activity {
            return self.activity(activity, step, place, scope).await;
        }
        let mut entry = self.entry(step, place, self.clock.now_ms());
        self.record(&entry, place).await?;
        let result = if let Some(list) = &step.for_each {
            self.each(list, step, place, scope).await
        } else if let Some(set) = &step.set {
            self.resolve(&Value::Object(set.clone()), place, "set", scope)
        } else {
            Err(self.fail(step, place, scope))
        };
        self.finish(&mut entry, &result);
        self.record(&entry, place).await?;
        result
    }

    fn fail(&self, step: &Step, place: &Place, scope: &Scope) -> RunError {
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

    /// A step that begins.
    pub(super) fn entry(&self, step: &Step, place: &Place, now: i64) -> StepEntry {
        StepEntry {
            run: self.id.to_owned(),
            path: place.path.clone(),
            activity: step.activity.clone(),
            state: StepState::Started,
            attempt: 1,
            started_at: now,
            ended_at: None,
            input: None,
            output: None,
            error: None,
        }
    }

    /// Writes a result into a step's record.
    pub(super) fn finish(&self, entry: &mut StepEntry, result: &Result<Value, RunError>) {
        entry.ended_at = Some(self.clock.now_ms());
        match result {
            Ok(output) => {
                entry.state = StepState::Succeeded;
                entry.output = Some(output.clone());
                entry.error = None;
            }
            Err(error) => {
                entry.state = StepState::Failed;
                entry.error = Some(error.to_json());
            }
        }
    }

    pub(super) async fn record(&self, entry: &StepEntry, place: &Place) -> Result<(), RunError> {
        let values = [&entry.input, &entry.output].into_iter().flatten();
        let bytes = values.map(crate::expr::size).fold(0, u64::saturating_add);
        // A step that failed is recorded: why it did must not be lost.
        if entry.error.is_none() {
            self.budget.journal(bytes).map_err(|cause| self.error(place, cause))?;
        }
        self.journal.step(entry).await.map_err(|error| {
            let error = RunError::journal(self.doc, &error);
            RunError { step: Some(place.path.clone()), ..error }
        })
    }

    pub(super) fn error(&self, place: &Place, cause: StepError) -> RunError {
        RunError::new(self.doc, Some(&place.path), &place.pointer, cause)
    }
}
