//! A step that performs an activity: recorded, timed, tried again where that does no harm.

use futures_util::future::{Either, select};
use serde_json::Value;

use super::{Place, Run, RunError, retry};
use crate::activity::{ActivityCall, RetryHint, StepError};
use crate::document::sha256;
use crate::duration;
use crate::expr::Scope;
use crate::model::Step;

impl Run<'_> {
    pub(super) async fn activity(
        &self,
        activity: &str,
        step: &Step,
        place: &Place,
        scope: &Scope,
    ) -> Result<Value, RunError> {
        let mut entry = self.entry(step, place, self.clock.now_ms());
        let input = match self.resolve(&Value::Object(step.input.clone().unwrap_or_default()), place, "with", scope) {
            Ok(input) => input,
            Err(error) => {
                self.finish(&mut entry, &Err(error.clone()));
                self.record(&entry, place).await?;
                return Err(error);
            }
        };
        let timeout = match step.timeout.as_deref().map(duration::millis).transpose() {
            Ok(timeout) => timeout,
            Err(message) => return Err(self.error(place, StepError::problem("value", message))),
        };
        entry.input = Some(input.clone());
        let mut call = ActivityCall {
            activity: activity.to_owned(),
            connection: self.connection(activity, step),
            input,
            attempt: 1,
            idempotency_key: idempotency_key(self.id, &place.path),
            timeout_ms: timeout,
        };
        let defaults = self.doc.automation.defaults.as_ref().and_then(|defaults| defaults.retry.as_ref());
        let policy = step.retry.as_ref().or(defaults);
        loop {
            entry.attempt = call.attempt;
            self.record(&entry, place).await?;
            let error = match self.attempt(&call).await {
                Ok(output) => {
                    self.finish(&mut entry, &Ok(output.clone()));
                    self.record(&entry, place).await?;
                    return Ok(output);
                }
                Err(error) => error,
            };
            let wait = retry::next(policy, &error, call.attempt, self.runner.repeatable(activity));
            let outcome_unknown = error.is_unknown() && !self.runner.repeatable(activity);
            let failed = RunError { outcome_unknown, ..self.error(place, error) };
            let Some(ms) = wait else {
                self.finish(&mut entry, &Err(failed.clone()));
                self.record(&entry, place).await?;
                return Err(failed);
            };
            entry.error = Some(failed.to_json());
            let left = self.budget.time(self.clock.now_ms()).map_err(|cause| self.error(place, cause))?;
            self.clock.sleep(ms.min(left)).await;
            call.attempt += 1;
        }
    }

    async fn attempt(&self, call: &ActivityCall) -> Result<Value, StepError> {
        let left = self.budget.time(self.clock.now_ms())?;
        let ms = call.timeout_ms.map_or(left, |timeout| timeout.min(left));
        match select(self.runner.run(call), self.clock.sleep(ms)).await {
            Either::Left((result, _)) => result,
            Either::Right(_) if ms == left => Err(StepError { not_sent: false, ..self.budget.late() }),
            Either::Right(_) => Err(StepError {
                retry: RetryHint::After(0),
                not_sent: false,
                ..StepError::problem("timeout", format!("`{}` took longer than {ms} ms", call.activity))
                    .fix("raise the step's `timeout`; check first whether the call took effect")
            }),
        }
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
