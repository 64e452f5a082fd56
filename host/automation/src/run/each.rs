//! A loop: one item after the other, each under its own address.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Run, RunError};
use crate::activity::{Family, StepError};
use crate::durable::{Durable, StepPlace};
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
        let mut items = Vec::new();
        let mut failed = Vec::new();
        let mut size = 0;
        for ((index, item), key) in list.iter().enumerate().zip(keys) {
            let mut inner = scope.clone();
            inner.set(step.item.as_deref().unwrap_or("item"), item);
            inner.set("loop", &json!({"index": index + 1, "index0": index, "key": key}));
            match self.item(step, place, &key, item, inner).await {
                Ok(collected) => {
                    size += expr::size(&collected);
                    self.budget.results(scope.size() + size).map_err(|cause| self.error(place, cause))?;
                    items.push(collected);
                }
                Err(error) if step.on_item_error == Some(OnItemError::Continue) && error.family == Family::Problem => {
                    failed.push(json!({"key": key, "index": index, "error": {"code": error.code, "message": error.message, "step": error.step}}));
                }
                Err(error) => return Err(error),
            }
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

    async fn item(
        &self,
        step: &Step,
        place: &StepPlace,
        key: &str,
        item: &Value,
        mut scope: Scope,
    ) -> Result<Value, RunError> {
        let body = step.steps.as_deref().unwrap_or_default();
        let prefix = format!("{}[{}]/", place.path, address(key));
        self.steps(body, &format!("{}/steps", place.pointer), &prefix, &mut scope).await?;
        match &step.collect {
            Some(collect) => self.resolve(collect, place, "collect", &scope),
            None => Ok(item.clone()),
        }
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
