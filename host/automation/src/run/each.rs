//! A loop: each item under its own address, `max_parallel` of them at the same time.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use super::catch::failure;
use super::{Run, RunError, boxed};
use crate::activity::{Family, StepError};
use crate::durable::{Branches, Durable, StepPlace};
use crate::expr::{self, Scope};
use crate::model::{OnItemError, Step};

impl<D: Durable> Run<'_, D> {
    pub(super) async fn each(
        &self,
        list: &str,
        step: &Step,
        place: &StepPlace,
        scope: &Scope,
    ) -> Result<Value, RunError> {
        let list = match self.resolve(&Value::from(list), place, "for_each", scope)? {
            Value::Array(list) => list,
            _ => {
                let error = StepError::problem("for-each", "`for_each` gives no list");
                return Err(self.error(place, error.fix("give it a list, for example `${{ inputs.users }}`")));
            }
        };
        self.budget.items(list.len()).map_err(|cause| self.error(place, cause))?;
        let keys = self.item_keys(step, place, &list, scope)?;
        let limit = step.max_parallel.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1);
        let (size, has_failed) = (AtomicU64::new(scope.size()), AtomicBool::new(false));
        let items = Items { run: self, step, place, list: &list, keys: &keys, scope, size, has_failed };
        let results = self.engine.join(limit, &items).await;
        let (mut items, mut failed) = (Vec::new(), Vec::new());
        for ((index, key), result) in keys.iter().enumerate().zip(results) {
            match result {
                None => {}
                Some(Ok(collected)) => items.push(collected),
                Some(Err(error)) if goes_on(step, &error) => {
                    failed.push(json!({"key": key, "index": index, "error": failure(&error)}));
                }
                Some(Err(error)) => return Err(error),
            }
        }
        if step.on_item_error == Some(OnItemError::Continue) {
            self.items.add(failed.len(), list.len());
        }
        Ok(json!({"items": items, "failed": failed, "count": list.len()}))
    }

    /// The keys of all items, before the first one runs: a key that is there twice changes nothing.
    fn item_keys(
        &self,
        step: &Step,
        place: &StepPlace,
        list: &[Value],
        scope: &Scope,
    ) -> Result<Vec<String>, RunError> {
        let mut keys = Vec::with_capacity(list.len());
        let mut known = HashSet::new();
        let mut inner = scope.clone();
        for (index, item) in list.iter().enumerate() {
            if step.item_key.is_some() {
                inner.set(step.item.as_deref().unwrap_or("item"), item);
                inner.set("loop", &json!({"index": index + 1, "index0": index, "key": null}));
            }
            let key = self.item_key(step, place, index, &inner)?;
            if !known.insert(key.clone()) {
                let error = StepError::problem("item-key", format!("two items have the key `{key}`; no item has run"));
                let fix =
                    "remove the double item from the list, for example with `| unique`, or choose another `item_key`";
                return Err(self.error(place, error.fix(fix)));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    fn item_key(&self, step: &Step, place: &StepPlace, index: usize, scope: &Scope) -> Result<String, RunError> {
        let Some(key) = &step.item_key else {
            return Ok(index.to_string());
        };
        match self.resolve(&Value::from(key.as_str()), place, "item_key", scope)? {
            Value::String(key) if !key.is_empty() => Ok(key),
            Value::Number(key) => Ok(key.to_string()),
            _ => {
                let error =
                    StepError::problem("item-key", format!("the key of item {index} is neither a text nor a number"));
                Err(self.error(place, error.fix("choose a field that every item has")))
            }
        }
    }
}

/// The items of a loop.
struct Items<'a, D> {
    run: &'a Run<'a, D>,
    step: &'a Step,
    place: &'a StepPlace,
    list: &'a [Value],
    keys: &'a [String],
    scope: &'a Scope,
    /// Bytes of the results so far, those before the loop included.
    size: AtomicU64,
    /// No further item begins.
    has_failed: AtomicBool,
}

impl<D: Durable> Branches for Items<'_, D> {
    /// What the item collects; nothing when an item before it has ended the loop.
    type Output = Option<Result<Value, RunError>>;

    fn count(&self) -> usize {
        self.list.len()
    }

    async fn branch(&self, index: usize) -> Self::Output {
        let (item, key) = (self.list.get(index)?, self.keys.get(index)?);
        if self.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let result = boxed(|| self.item(index, item, key)).await;
        if result.as_ref().is_err_and(|error| !goes_on(self.step, error)) {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        Some(result)
    }
}

impl<D: Durable> Items<'_, D> {
    async fn item(&self, index: usize, item: &Value, key: &str) -> Result<Value, RunError> {
        let Items { run, step, place, .. } = self;
        let mut scope = self.scope.clone();
        scope.set(step.item.as_deref().unwrap_or("item"), item);
        scope.set("loop", &json!({"index": index + 1, "index0": index, "key": key}));
        let body = step.steps.as_deref().unwrap_or_default();
        let prefix = format!("{}[{}]/", place.path, address(key));
        run.steps(body, &format!("{}/steps", place.pointer), &prefix, &mut scope).await?;
        let collected = match &step.collect {
            Some(collect) => run.resolve(collect, place, "collect", &scope)?,
            None => item.clone(),
        };
        let size = expr::size(&collected);
        let all = self.size.fetch_add(size, Ordering::Relaxed).saturating_add(size);
        run.budget.results(all).map_err(|cause| run.error(place, cause))?;
        Ok(collected)
    }
}

/// Whether the loop goes on after this failure of an item.
fn goes_on(step: &Step, error: &RunError) -> bool {
    step.on_item_error == Some(OnItemError::Continue) && error.family == Family::Problem
}

/// A key as it stands between brackets: nothing in it can end the bracket or break a line.
fn address(key: &str) -> String {
    key.chars().fold(String::new(), |mut out, c| {
        match c {
            '%' | '[' | ']' => drop(write!(out, "%{:02X}", u32::from(c))),
            c if c.is_control() => drop(write!(out, "%{:02X}", u32::from(c))),
            c => out.push(c),
        }
        out
    })
}
