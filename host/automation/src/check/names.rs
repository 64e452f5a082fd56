//! The names an expression may read, and expressions against them.

use serde_json::{Map, Value, json};

use super::mistakes::{Mistakes, choose};
use crate::expr::{self, Part};
use crate::span::join;

/// The names in scope at one place of the document.
#[derive(Clone, Default)]
pub struct Names {
    /// Top-level names with the schema of what they hold; no schema, nothing known.
    roots: Map<String, Value>,
    /// Steps before this place, visible here, with the schema of their result.
    steps: Map<String, Value>,
    /// Ids of every step of the document, to tell a later step from one that does not exist.
    elsewhere: Vec<String>,
}

impl Names {
    /// What every expression may read.
    pub fn new(inputs: &Value, elsewhere: Vec<String>) -> Names {
        let mut roots = Map::new();
        let mut inputs = inputs.clone();
        if let Some(schema) = inputs.as_object_mut() {
            schema.entry("properties").or_insert_with(|| json!({}));
        }
        roots.insert("inputs".to_owned(), inputs);
        roots.insert("run".to_owned(), object(["id", "automation", "started_at"]));
        Names { roots, steps: Map::new(), elsewhere }
    }

    /// A step's result becomes visible.
    pub fn step(&mut self, id: &str, result: Value) {
        self.steps.insert(id.to_owned(), result);
    }

    /// The names inside a loop's body.
    pub fn inside(&self, item: &str) -> Names {
        let mut names = self.clone();
        names.roots.insert(item.to_owned(), json!({}));
        names.roots.insert("loop".to_owned(), object(["index", "index0", "key"]));
        names
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
            match expr::reads(source, at.start) {
                Err(error) => mistakes.expression(pointer, error),
                Ok(reads) => {
                    for path in reads {
                        let place = source
                            .find(&path)
                            .map_or(at.clone(), |found| at.start + found..at.start + found + path.len());
                        if let Some((code, message, fix)) = self.wrong(&path) {
                            mistakes.part(code, pointer, &place, message, fix);
                        }
                    }
                }
            }
            for (name, place) in expr::unknown_filters(source, at.start) {
                let fix = choose(&name, "filters are", expr::known_filters().iter().copied());
                mistakes.part("unknown-filter", pointer, &place, format!("there is no filter `{name}`"), fix);
            }
        }
    }

    /// What is wrong with a dotted name, if anything.
    fn wrong(&self, path: &str) -> Option<(&'static str, String, Option<String>)> {
        let mut names = path.split('.');
        let root = names.next()?;
        if root == "steps" {
            let id = names.next()?;
            let Some(schema) = self.steps.get(id) else {
                let known = self.steps.keys().map(String::as_str);
                return Some(if self.elsewhere.iter().any(|other| other == id) {
                    let message =
                        format!("step `{id}` has no result here: it comes later, or belongs to a loop's body");
                    let fix = "move it before this step; a loop hands out `items` through `collect`".to_owned();
                    ("step-out-of-reach", message, Some(fix))
                } else {
                    ("unknown-step", format!("there is no step `{id}`"), choose(id, "steps before this one are", known))
                });
            };
            return descend(schema, &format!("steps.{id}"), names);
        }
        match self.roots.get(root) {
            Some(schema) => descend(schema, root, names),
            None => {
                let known = self.roots.keys().map(String::as_str).chain(["steps"]);
                Some(("unknown-name", format!("`{root}` is not known here"), choose(root, "known are", known)))
            }
        }
    }
}

/// Follows fields into a schema as far as the schema says which fields there are.
fn descend<'a>(
    root: &Value,
    start: &str,
    fields: impl Iterator<Item = &'a str>,
) -> Option<(&'static str, String, Option<String>)> {
    let mut schema = follow(root, root)?;
    let mut path = start.to_owned();
    for field in fields {
        let properties = schema.get("properties").and_then(Value::as_object)?;
        let Some(next) = properties.get(field) else {
            let open = schema.get("additionalProperties").is_some_and(|rule| rule != &Value::Bool(false));
            if open || schema.get("patternProperties").is_some() {
                return None;
            }
            let code = if start == "inputs" { "unknown-input" } else { "unknown-field" };
            let what = if start == "inputs" { "inputs are" } else { "fields are" };
            return Some((
                code,
                format!("`{path}` has no `{field}`"),
                choose(field, what, properties.keys().map(String::as_str)),
            ));
        };
        path = format!("{path}.{field}");
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
