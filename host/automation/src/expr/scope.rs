//! The names expressions can read, with cheap copies for the items of a loop.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;

/// Names and what they hold. Values are shared between copies.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: BTreeMap<String, Value>,
    steps: BTreeMap<String, Value>,
    size: u64,
}

impl Scope {
    /// The members of an object as names; its `steps` as results.
    pub fn of(names: &serde_json::Value) -> Scope {
        let mut scope = Scope::default();
        for (name, value) in names.as_object().into_iter().flatten() {
            match value.as_object() {
                Some(steps) if name == "steps" => steps.iter().for_each(|(id, result)| scope.step(id, result)),
                _ => scope.set(name, value),
            }
        }
        scope
    }

    /// Gives a name a value.
    pub fn set(&mut self, name: &str, value: &serde_json::Value) {
        self.names.insert(name.to_owned(), Value::from(Serde(value)));
    }

    /// Makes a step's result readable; `null` for a skipped one.
    pub fn step(&mut self, id: &str, result: &serde_json::Value) {
        self.size += super::size(result);
        self.steps.insert(id.to_owned(), Value::from(Serde(result)));
    }

    /// Makes steps readable as `none` until they have a result.
    pub fn declare<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) {
        for id in ids {
            self.steps.insert(id.to_owned(), Value::from(()));
        }
    }

    /// Takes results over from a scope that was a copy of this one when this one had `before` bytes.
    pub fn adopt<'a>(&mut self, other: &Scope, before: u64, ids: impl IntoIterator<Item = &'a str>) {
        self.size += other.size.saturating_sub(before);
        for id in ids {
            if let Some(result) = other.steps.get(id) {
                self.steps.insert(id.to_owned(), result.clone());
            }
        }
    }

    /// Bytes of the steps' results as JSON.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn context(&self) -> Value {
        let mut names = self.names.clone();
        names.insert("steps".to_owned(), Value::from(self.steps.clone()));
        Value::from(names)
    }
}
