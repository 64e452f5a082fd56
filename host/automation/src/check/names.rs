//! The names an expression may read, and expressions against them.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::mistakes::{Mistakes, choose};
use crate::expr::{self, Part};
use crate::span::join;

/// The names in scope at one place of the document.
#[derive(Clone, Default)]
pub struct Names {
    /// Top-level names with the schema of what they hold; no schema, nothing known.
    roots: BTreeMap<String, Rc<Value>>,
    /// Steps before this place, visible here, with the schema of their result.
    steps: BTreeMap<String, Rc<Value>>,
    /// The names of both in the order of the document, for suggestions.
    order: (Vec<String>, Vec<String>),
    /// Ids of every step of the document, to tell a later step from one that does not exist.
    elsewhere: Rc<HashSet<String>>,
}

/// What is wrong with a dotted name. Its words are made only when they are shown.
enum Wrong<'n> {
    OutOfReach { id: &'n str },
    UnknownStep { id: &'n str },
    UnknownName { root: &'n str },
    UnknownField { path: String, field: &'n str, of_inputs: bool, properties: &'n Map<String, Value> },
}

impl Names {
    /// What every expression may read.
    pub fn new(inputs: &Value, elsewhere: HashSet<String>) -> Names {
        let mut inputs = inputs.clone();
        if let Some(schema) = inputs.as_object_mut() {
            schema.entry("properties").or_insert_with(|| json!({}));
        }
        let mut names = Names { elsewhere: Rc::new(elsewhere), ..Names::default() };
        names.root("inputs", inputs);
        names.root("run", object(["id", "automation", "started_at"]));
        names
    }

    /// Gives a top-level name its schema.
    pub fn root(&mut self, name: &str, schema: Value) {
        if self.roots.insert(name.to_owned(), Rc::new(schema)).is_none() {
            self.order.0.push(name.to_owned());
        }
    }

    /// A step's result becomes visible.
    pub fn step(&mut self, id: &str, result: Rc<Value>) {
        if self.steps.insert(id.to_owned(), result).is_none() {
            self.order.1.push(id.to_owned());
        }
    }

    /// The names inside a loop's body.
    pub fn inside(&self, item: &str) -> Names {
        let mut names = self.clone();
        names.root(item, json!({}));
        names.root("loop", object(["index", "index0", "key"]));
        names
    }

    /// The names in the condition and the body of a `while`.
    pub fn iteration(&self) -> Names {
        let mut names = self.clone();
        names.root("loop", object(["index", "index0", "last"]));
        names
    }

    /// Takes a top-level name away, or gives it back what it had.
    pub fn restore_root(&mut self, name: &str, former: Option<Rc<Value>>) {
        match former {
            Some(schema) => drop(self.roots.insert(name.to_owned(), schema)),
            None => {
                self.roots.remove(name);
                self.order.0.retain(|known| known != name);
            }
        }
    }

    /// Gives a top-level name another schema for a while; see [`Names::restore_root`].
    pub fn replace_root(&mut self, name: &str, schema: Value) -> Option<Rc<Value>> {
        let former = self.roots.get(name).cloned();
        self.root(name, schema);
        former
    }

    /// How many steps are visible.
    pub fn count(&self) -> usize {
        self.order.1.len()
    }

    /// Hides the steps that became visible after there were `count` of them, and gives them.
    pub fn hide_after(&mut self, count: usize) -> Vec<(String, Rc<Value>)> {
        let ids = self.order.1.split_off(count.min(self.order.1.len()));
        ids.into_iter().filter_map(|id| self.steps.remove_entry(&id)).collect()
    }

    /// Checks every expression inside a value.
    pub fn check(&self, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) {
        match value {
            Value::String(text) => self.string(text, pointer, mistakes),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.check(item, &join(pointer, index), mistakes);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.check(member, &join(pointer, name), mistakes);
                }
            }
            _ => {}
        }
    }

    /// Checks a string that must be one expression.
    pub fn sole(&self, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) {
        let Some(text) = value.as_str() else { return };
        match expr::parts(text).as_deref() {
            Ok([Part::Expression { .. }]) | Err(_) => self.string(text, pointer, mistakes),
            _ => mistakes.value(
                "expression",
                pointer,
                "this must be one expression".to_owned(),
                Some(format!("write `${{{{ {} }}}}`", text.trim())),
            ),
        }
    }

    fn string(&self, text: &str, pointer: &str, mistakes: &mut Mistakes<'_>) {
        let parts = match expr::parts(text) {
            Ok(parts) => parts,
            Err(error) => return mistakes.expression(pointer, error),
        };
        for part in parts {
            let Part::Expression { source, at } = part else {
                continue;
            };
            let calls = expr::call_mistakes(source, at.start);
            match expr::reads(source, at.start) {
                Err(error) => {
                    mistakes.expression(pointer, error);
                    continue;
                }
                Ok(reads) => {
                    for path in reads {
                        let Some(wrong) = self.wrong(&path) else { continue };
                        // The call is named below.
                        if calls.iter().any(|call| text.get(call.range.clone()) == Some(&path)) {
                            continue;
                        }
                        if mistakes.is_full() {
                            mistakes.count(1);
                            continue;
                        }
                        let place = source
                            .find(&path)
                            .map_or(at.clone(), |found| at.start + found..at.start + found + path.len());
                        let (code, message, fix) = self.describe(wrong);
                        mistakes.part(code, pointer, &place, message, fix);
                    }
                }
            }
            for mistake in calls {
                mistakes.part(mistake.code, pointer, &mistake.range, mistake.message, Some(mistake.fix));
            }
        }
    }

    /// What is wrong with a dotted name, if anything.
    fn wrong<'n>(&'n self, path: &'n str) -> Option<Wrong<'n>> {
        let mut names = path.split('.');
        let root = names.next()?;
        if root == "steps" {
            let id = names.next()?;
            return match self.steps.get(id) {
                Some(schema) => descend(schema, &format!("steps.{id}"), names),
                None if self.elsewhere.contains(id) => Some(Wrong::OutOfReach { id }),
                None => Some(Wrong::UnknownStep { id }),
            };
        }
        match self.roots.get(root) {
            Some(schema) => descend(schema, root, names),
            None => Some(Wrong::UnknownName { root }),
        }
    }

    fn describe(&self, wrong: Wrong<'_>) -> (&'static str, String, Option<String>) {
        let (roots, steps) = (&self.order.0, &self.order.1);
        match wrong {
            Wrong::OutOfReach { id } => {
                let message = format!("step `{id}` has no result here: it comes later, or belongs to a loop's body");
                let fix = "move it before this step; a loop hands out `items` through `collect`".to_owned();
                ("step-out-of-reach", message, Some(fix))
            }
            Wrong::UnknownStep { id } => {
                let fix = choose(id, "steps before this one are", steps.iter().map(String::as_str));
                ("unknown-step", format!("there is no step `{id}`"), fix)
            }
            Wrong::UnknownName { root } => {
                let fix = choose(root, "known are", roots.iter().map(String::as_str).chain(["steps"]));
                ("unknown-name", format!("`{root}` is not known here"), fix)
            }
            Wrong::UnknownField { path, field, of_inputs, properties } => {
                let code = if of_inputs { "unknown-input" } else { "unknown-field" };
                let what = if of_inputs { "inputs are" } else { "fields are" };
                let fix = choose(field, what, properties.keys().map(String::as_str));
                (code, format!("`{path}` has no `{field}`"), fix)
            }
        }
    }
}

/// Follows fields into a schema as far as the schema says which fields there are.
fn descend<'n>(root: &'n Value, start: &str, fields: impl Iterator<Item = &'n str>) -> Option<Wrong<'n>> {
    let mut schema = follow(root, root)?;
    let mut path = start.to_owned();
    for field in fields {
        let properties = schema.get("properties").and_then(Value::as_object)?;
        let Some(next) = properties.get(field) else {
            let open = schema.get("additionalProperties").is_some_and(|rule| rule != &Value::Bool(false));
            if open || schema.get("patternProperties").is_some() {
                return None;
            }
            return Some(Wrong::UnknownField { path, field, of_inputs: start == "inputs", properties });
        };
        path.push('.');
        path.push_str(field);
        schema = follow(root, next)?;
    }
    None
}
/// The schema itself, through `$ref` and through "this or null".
fn follow<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let mut schema = schema;
    // Bounded: a schema may refer to itself.
    for _ in 0..16 {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            schema = root.pointer(target.strip_prefix('#')?)?;
        } else if let Some(choices) =
            ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key).and_then(Value::as_array))
        {
            let mut real = choices.iter().filter(|choice| choice.get("type") != Some(&Value::from("null")));
            schema = real.next()?;
            if real.next().is_some() {
                return None;
            }
        } else {
            return Some(schema);
        }
    }
    None
}

/// A schema with just these fields, of any type.
pub fn object<'a>(fields: impl IntoIterator<Item = &'a str>) -> Value {
    let properties: Map<String, Value> = fields.into_iter().map(|field| (field.to_owned(), json!({}))).collect();
    json!({ "type": "object", "properties": properties })
}
