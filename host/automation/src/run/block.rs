//! Steps below a step that run at most once: blocks, alternatives, branches. Their results are visible after it.

use serde_json::{Value, json};

use super::{Run, RunError, boxed};
use crate::durable::{Branches, Durable, StepPlace};
use crate::expr::{self, Scope};
use crate::model::{Branch, Choice, Step};

impl<D: Durable> Run<'_, D> {
    /// The body of a block or, where its condition is false, its `else`.
    pub(super) async fn block(
        &self,
        step: &Step,
        place: &StepPlace,
        is_wanted: bool,
        scope: &mut Scope,
    ) -> Result<Value, RunError> {
        let (body, key) = if is_wanted { (&step.steps, "steps") } else { (&step.otherwise, "else") };
        self.body(body.as_deref().unwrap_or_default(), place, key, scope).await?;
        Ok(json!({}))
    }

    /// The first alternative whose condition is true, else `else`.
    pub(super) async fn choose(
        &self,
        choices: &[Choice],
        step: &Step,
        place: &StepPlace,
        scope: &mut Scope,
    ) -> Result<Value, RunError> {
        for (index, choice) in choices.iter().enumerate() {
            let key = format!("choose/{index}/if");
            let value = self.resolve(&Value::from(choice.condition.as_str()), place, &key, scope)?;
            if expr::truth(&value) {
                self.body(&choice.steps, place, &format!("choose/{index}/steps"), scope).await?;
                return Ok(json!({}));
            }
        }
        self.body(step.otherwise.as_deref().unwrap_or_default(), place, "else", scope).await?;
        Ok(json!({}))
    }

    /// All branches at the same time. When one fails, the others still come to their end; the first failure in the order of the
    /// document counts.
    pub(super) async fn parallel(
        &self,
        branches: &[Branch],
        place: &StepPlace,
        scope: &mut Scope,
    ) -> Result<Value, RunError> {
        let before = scope.clone();
        let results = self.engine.join(branches.len(), &Bodies { run: self, branches, place, scope: &before }).await;
        let mut first_error = None;
        for (branch, (inner, result)) in branches.iter().zip(results) {
            match result {
                Ok(()) => {}
                Err(error) => drop(first_error.get_or_insert(error)),
            }
            scope.adopt(&inner, before.size(), visible_ids(&branch.steps));
        }
        first_error.map_or_else(|| Ok(json!({})), Err)
    }

    /// The steps at a key of a step.
    pub(super) async fn body(
        &self,
        steps: &[Step],
        place: &StepPlace,
        key: &str,
        scope: &mut Scope,
    ) -> Result<(), RunError> {
        let (pointer, prefix) = (format!("{}/{key}", place.pointer), format!("{}/", place.path));
        boxed(|| self.steps(steps, &pointer, &prefix, scope)).await
    }
}

/// The branches of a step.
struct Bodies<'a, D> {
    run: &'a Run<'a, D>,
    branches: &'a [Branch],
    place: &'a StepPlace,
    scope: &'a Scope,
}

impl<D: Durable> Branches for Bodies<'_, D> {
    /// The results of its steps, also of a branch that failed.
    type Output = (Scope, Result<(), RunError>);

    fn count(&self) -> usize {
        self.branches.len()
    }

    async fn branch(&self, index: usize) -> Self::Output {
        let mut scope = self.scope.clone();
        let steps = self.branches.get(index).map(|branch| branch.steps.as_slice()).unwrap_or_default();
        let result = self.run.body(steps, self.place, &format!("parallel/{index}/steps"), &mut scope).await;
        (scope, result)
    }
}

/// The steps whose results are visible after these steps, these included.
pub(super) fn visible_ids(steps: &[Step]) -> Vec<&str> {
    let mut ids = Vec::new();
    for step in steps {
        ids.push(step.id.as_str());
        for (_, body) in step.visible_bodies() {
            ids.extend(visible_ids(body));
        }
    }
    ids
}
