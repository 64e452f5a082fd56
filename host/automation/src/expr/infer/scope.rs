//! The names that an expression may read, with their types.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use super::Facts;
use crate::types::{Lack, Object, Type};

/// Names in scope at one place of a document.
#[derive(Clone, Default)]
pub struct TypeScope {
    pub(super) roots: BTreeMap<String, Type>,
    pub(super) steps: BTreeMap<String, StepType>,
    /// The names of both in the order of the document, for suggestions.
    pub(super) order: (Vec<String>, Vec<String>),
    /// Ids of every step of the document, to tell a later step from one that does not exist.
    pub(super) elsewhere: Rc<HashSet<String>>,
    pub(super) facts: Facts,
}

/// The result of a step.
#[derive(Clone, Debug)]
pub struct StepType {
    pub result: Type,
    /// The conditions that it runs under; it is skipped when one does not hold.
    pub conditions: Rc<[String]>,
}

impl TypeScope {
    /// What every expression of a document may read.
    pub fn new(inputs: Type, elsewhere: HashSet<String>) -> TypeScope {
        let mut scope = TypeScope { elsewhere: Rc::new(elsewhere), ..TypeScope::default() };
        scope.root("inputs", inputs);
        let run = ["id", "automation", "started_at"].map(|name| (name.to_owned(), Type::text()));
        scope.root("run", Type::object(Object::closed(run)));
        scope
    }

    /// Gives a name a type.
    pub fn root(&mut self, name: &str, holds: Type) {
        if self.roots.insert(name.to_owned(), holds).is_none() {
            self.order.0.push(name.to_owned());
        }
    }

    /// A step's result becomes visible. `conditions` are those it runs under.
    pub fn step(&mut self, id: &str, result: Type, conditions: &[String]) {
        let held = conditions.iter().all(|condition| self.facts.holds.contains(condition));
        let result = if held { result } else { result.or_none(Lack::Skipped) };
        let step = StepType { result, conditions: conditions.into() };
        if self.steps.insert(id.to_owned(), step).is_none() {
            self.order.1.push(id.to_owned());
        }
    }

    /// What is known from here on.
    pub fn assume(&mut self, facts: &Facts) {
        self.facts.learn(facts);
    }

    /// What is known here.
    pub fn facts(&self) -> Facts {
        self.facts.clone()
    }

    /// Replaces what is known.
    pub fn set_facts(&mut self, facts: Facts) {
        self.facts = facts;
    }

    /// Gives a name a type, or takes it away, and gives the type that it had.
    pub fn replace_root(&mut self, name: &str, holds: Option<Type>) -> Option<Type> {
        match holds {
            Some(holds) => {
                let former = self.roots.get(name).cloned();
                self.root(name, holds);
                former
            }
            None => {
                self.order.0.retain(|known| known != name);
                self.roots.remove(name)
            }
        }
    }

    /// How many steps are visible.
    pub fn count(&self) -> usize {
        self.order.1.len()
    }

    /// Hides the steps that became visible after there were `count` of them, and gives them.
    pub fn hide_after(&mut self, count: usize) -> Vec<(String, Type)> {
        let ids = self.order.1.split_off(count.min(self.order.1.len()));
        ids.into_iter().filter_map(|id| self.steps.remove_entry(&id)).map(|(id, step)| (id, step.result)).collect()
    }

    /// Whether an expression may begin with this name.
    pub fn knows(&self, name: &str) -> bool {
        name == "steps" || self.roots.contains_key(name)
    }

    /// Steps that are visible here.
    pub(super) fn visible(&self) -> impl Iterator<Item = &str> {
        self.order.1.iter().map(String::as_str)
    }
}
