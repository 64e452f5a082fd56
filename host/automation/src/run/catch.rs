//! What a failure leads to: `catch`, `finally`.

use serde_json::{Value, json};

use super::block::visible_ids;
use super::{Run, RunError, boxed};
use crate::activity::Family;
use crate::durable::Durable;
use crate::expr::Scope;
use crate::model::Catch;

impl<D: Durable> Run<'_, D> {
    /// Carries out the first entry that is for this failure. A failure that none is for is given back, and so is one that is no
    /// problem of the service or of the input: a rule of this program or a defect is not passed over.
    pub(super) async fn catch(
        &self,
        catches: &[Catch],
        error: RunError,
        pointer: &str,
        prefix: &str,
        scope: &mut Scope,
    ) -> Result<(), RunError> {
        let fitting = catches.iter().enumerate().find(|(_, catch)| catch.is_for(&error.code));
        let Some((index, catch)) = fitting.filter(|_| error.family == Family::Problem) else {
            return Err(error);
        };
        let before = scope.size();
        let mut inner = scope.clone();
        inner.set("error", &failure(&error));
        let pointer = format!("{pointer}/catch/{index}/steps");
        let result = boxed(|| self.steps(&catch.steps, &pointer, prefix, &mut inner)).await;
        scope.adopt(&inner, before, visible_ids(&catch.steps));
        result
    }

    /// Carries out `finally`, which reads the failure as `run.error`. The first failure is the one that counts.
    pub(super) async fn finally(&self, result: Result<(), RunError>, scope: &mut Scope) -> Result<(), RunError> {
        let Some(steps) = &self.doc.automation.finally else {
            return result;
        };
        self.budget.extend();
        scope.set("run", &self.names(result.as_ref().err()));
        let ended = boxed(|| self.steps(steps, "/finally", "", scope)).await;
        result.and(ended)
    }
}

/// What expressions read of a failure.
pub(super) fn failure(error: &RunError) -> Value {
    json!({"code": error.code, "message": error.message, "step": error.step})
}
