//! The names an expression may read, and expressions against them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::mistakes::Mistakes;
use super::templates;
use crate::expr::infer::{self, Facts, Place, TypeScope};
use crate::expr::{self, Part};
use crate::span::join;
use crate::types::{Lack, Object, Origin, Type, of_schema};

/// The names in scope at one place of the document, with their types.
#[derive(Clone, Default)]
pub struct Names {
    scope: TypeScope,
}

impl Names {
    /// What every expression may read.
    pub fn new(inputs: &Value, elsewhere: HashSet<String>) -> Names {
        let mut inputs = inputs.clone();
        if let Some(schema) = inputs.as_object_mut() {
            schema.entry("properties").or_insert_with(|| json!({}));
            schema.entry("type").or_insert_with(|| json!("object"));
        }
        let mut inputs = of_schema(&inputs, Origin::Inputs);
        if !inputs.any && inputs.object.is_none() {
            inputs = Type::any();
        }
        Names { scope: TypeScope::new(inputs, elsewhere) }
    }

    /// A step's result becomes visible. `condition` is its `if`.
    pub fn step(&mut self, id: &str, result: Type, condition: Option<&Value>) {
        let conditions = condition.and_then(sole_source).map(infer::conditions).unwrap_or_default();
        match condition {
            // A condition that is no expression is a mistake of its own.
            Some(_) if conditions.is_empty() => self.scope.step(id, Type::any(), &[]),
            _ => self.scope.step(id, result, &conditions),
        }
    }

    /// Begins a part of the document that runs only if a condition has this value.
    pub fn enter(&mut self, condition: Option<&Value>, value: bool) -> Assumptions {
        let before = Assumptions(self.scope.facts());
        if let Some(source) = condition.and_then(sole_source) {
            self.scope.assume(&infer::facts(source, value));
        }
        before
    }

    /// Ends that part: what was known before is known now.
    pub fn leave(&mut self, before: Assumptions) {
        self.scope.set_facts(before.0);
    }

    /// How many steps are visible.
    pub fn count(&self) -> usize {
        self.scope.count()
    }

    /// Hides the steps that became visible after there were `count` of them, and gives them.
    pub fn hide_after(&mut self, count: usize) -> Vec<(String, Type)> {
        self.scope.hide_after(count)
    }

    /// Makes steps visible that may not have run.
    pub fn add_unsure(&mut self, steps: Vec<(String, Type)>) {
        for (id, result) in steps {
            self.scope.step(&id, result.or_none(Lack::Unsure), &[]);
        }
    }

    /// Gives `error` the failure that a `catch` is for; see [`Names::set_error`].
    pub fn catch_error(&mut self) -> Option<Type> {
        self.scope.replace_root("error", Some(Type::object(failure())))
    }

    /// Gives `error` back what it was.
    pub fn set_error(&mut self, former: Option<Type>) {
        self.scope.replace_root("error", former);
    }

    /// The names of `finally`, and of what comes after it.
    pub fn finally(&mut self) {
        let text = |name: &str| (name.to_owned(), Type::text());
        let error = ("error".to_owned(), Type::object(failure()).or_none(Lack::Unsure));
        self.scope
            .root("run", Type::object(Object::closed([text("id"), text("automation"), text("started_at"), error])));
    }

    /// The names in the condition and the body of a `while`.
    pub fn iteration(&self) -> Names {
        let mut names = self.clone();
        let at = [("index", Type::integer()), ("index0", Type::integer()), ("last", Type::any())];
        names.scope.root("loop", Type::object(Object::closed(at.map(|(name, holds)| (name.to_owned(), holds)))));
        names
    }

    /// A step ended the run or the item where its condition holds, so it does not hold from here on.
    pub fn after_end(&mut self, condition: &Value) {
        if let Some(source) = sole_source(condition) {
            self.scope.assume(&infer::facts(source, false));
        }
    }

    /// An expression that had to have a value, such as the key of an item: what it reads is there.
    pub fn after_use(&mut self, value: &Value) {
        if let Some(source) = sole_source(value) {
            self.scope.assume(&Facts::has(source.trim()));
        }
    }

    /// The names inside a loop's body.
    pub fn inside(&self, item: &str, holds: Type) -> Names {
        let mut names = self.clone();
        names.scope.root(item, holds);
        let at = [("index", Type::integer()), ("index0", Type::integer()), ("key", Type::text())];
        names.scope.root("loop", Type::object(Object::closed(at.map(|(name, holds)| (name.to_owned(), holds)))));
        names
    }

    /// Checks every expression inside a value and gives its type.
    pub fn check(&self, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) -> Type {
        match value {
            Value::String(text) => self.string(text, pointer, mistakes),
            Value::Array(items) => {
                let mut all: Option<Type> = None;
                for (index, item) in items.iter().enumerate() {
                    let item = self.check(item, &join(pointer, index), mistakes);
                    all = Some(all.map_or_else(|| item.clone(), |all| all.union(&item)));
                }
                Type::list(all.unwrap_or_else(Type::any))
            }
            Value::Object(members) => Type::object(self.members(members, pointer, mistakes)),
            plain => Type::of_value(plain),
        }
    }

    fn members(&self, members: &Map<String, Value>, pointer: &str, mistakes: &mut Mistakes<'_>) -> Object {
        Object::closed(
            members.iter().map(|(name, member)| (name.clone(), self.check(member, &join(pointer, name), mistakes))),
        )
    }

    /// Checks a string that must be one expression and gives its type.
    pub fn sole(&self, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) -> Type {
        self.sole_at(value, pointer, Place::Value, mistakes)
    }

    /// Checks a condition.
    pub fn condition(&self, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) {
        self.sole_at(value, pointer, Place::Condition, mistakes);
    }

    fn sole_at(&self, value: &Value, pointer: &str, place: Place, mistakes: &mut Mistakes<'_>) -> Type {
        let Some(text) = value.as_str() else { return Type::any() };
        match expr::parts(text).as_deref() {
            Ok([Part::Expression { source, at }]) => self.expression(source, at.start, pointer, place, mistakes),
            Err(_) => self.string(text, pointer, mistakes),
            _ => {
                mistakes.value(
                    "expression",
                    pointer,
                    "this must be one expression".to_owned(),
                    Some(format!("write `${{{{ {} }}}}`", text.trim())),
                );
                Type::any()
            }
        }
    }

    /// Checks the expressions of a string and gives its type.
    pub fn string(&self, text: &str, pointer: &str, mistakes: &mut Mistakes<'_>) -> Type {
        self.string_at(text, pointer, Place::Value, mistakes)
    }

    /// The same for a sole expression in a place of its own.
    pub fn string_at(&self, text: &str, pointer: &str, place: Place, mistakes: &mut Mistakes<'_>) -> Type {
        let parts = match expr::parts(text) {
            Ok(parts) => parts,
            Err(error) => {
                mistakes.expression(pointer, error);
                return Type::any();
            }
        };
        if let [Part::Expression { source, at }] = parts.as_slice() {
            return self.expression(source, at.start, pointer, place, mistakes).present();
        }
        let mut dynamic = false;
        let mut start = 0;
        for part in parts {
            match part {
                Part::Text(piece) => {
                    templates::check(piece, start, &self.scope, pointer, mistakes);
                    start += piece.len();
                }
                Part::Expression { source, at } => {
                    dynamic = true;
                    self.expression(source, at.start, pointer, Place::Text, mistakes);
                    start = at.end + 2;
                }
            }
        }
        if dynamic { Type::text() } else { Type::literal(text) }
    }

    fn expression(&self, source: &str, start: usize, pointer: &str, place: Place, mistakes: &mut Mistakes<'_>) -> Type {
        if let Err(error) = expr::reads(source, start) {
            mistakes.expression(pointer, error);
            return Type::any();
        }
        let (found, findings) = infer::infer(source, &self.scope, place);
        let calls = expr::call_mistakes(source, start);
        for mistake in findings {
            let range = mistake.range.start + start..mistake.range.end + start;
            // A filter that does not exist is named below.
            if calls.iter().any(|call| call.range == range) {
                continue;
            }
            mistakes.part(mistake.code, pointer, &range, mistake.message, mistake.fix);
        }
        for mistake in calls {
            mistakes.part(mistake.code, pointer, &mistake.range, mistake.message, Some(mistake.fix));
        }
        found
    }
}

/// What was known before a part of the document.
pub struct Assumptions(Facts);

/// What expressions read of a failure.
fn failure() -> Object {
    let text = |name: &str| (name.to_owned(), Type::text());
    Object::closed([text("code"), text("message"), ("step".to_owned(), Type::text().or_none(Lack::Unsure))])
}

/// The result of a `while`.
pub fn while_result(collected: Type) -> Type {
    let last = collected.or_none(Lack::Unsure);
    Type::object(Object::closed([("count".to_owned(), Type::integer()), ("last".to_owned(), last)]))
}

/// The result of a `wait`.
pub fn wait_result() -> Type {
    Type::object(Object::closed([("until".to_owned(), Type::text())]))
}

/// The result of a loop.
pub fn loop_result(collected: Type) -> Type {
    let text = |name: &str| (name.to_owned(), Type::text());
    let error = ("error".to_owned(), Type::object(failure()));
    let failed = Object::closed([text("key"), ("index".to_owned(), Type::integer()), error]);
    Type::object(Object::closed([
        ("items".to_owned(), Type::list(collected)),
        ("failed".to_owned(), Type::list(Type::object(failed))),
        ("count".to_owned(), Type::integer()),
    ]))
}

/// The result of a step that goes on when it fails: what it gives, or its error.
pub fn or_error(result: Type) -> Type {
    let Some(object) = result.object.as_ref().filter(|_| !result.any) else { return result };
    let text = |name: &str| (name.to_owned(), Type::text());
    let error = Type::object(Object::closed([text("code"), text("message")])).or_absent(Lack::Error);
    let mut fields = object.as_ref().clone();
    fields.fields.values_mut().for_each(|field| *field = std::mem::take(field).or_absent(Lack::Unsure));
    fields.fields.insert("error".to_owned(), error);
    Type::object(fields)
}

/// The expression of a string that is only one.
fn sole_source(value: &Value) -> Option<&str> {
    match expr::parts(value.as_str()?).ok()?.as_slice() {
        [Part::Expression { source, .. }] => Some(source),
        _ => None,
    }
}
