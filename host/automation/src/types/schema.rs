//! Types from JSON Schemas.
//!
//! A schema of somebody else is measured first, and its parts are counted. What is past a bound is *any*.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{Lack, MAX_DEPTH, Object, Type};

/// Parts of one schema that become types. The largest of our activities has a tenth of it.
const MAX_PARTS: usize = 5_000;

/// Whose schema it is. It decides what a field that is not required means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// What an activity gives: a field without a value is left out.
    Output,
    /// What a document asks for: a field with a default is always there.
    Inputs,
    /// What an activity takes.
    Wanted,
}

/// The type of the values that fit a schema, or more.
pub fn of_schema(schema: &Value, origin: Origin) -> Type {
    if switchboard_schema::measure(schema).is_err() {
        return Type::any();
    }
    Reader { root: schema, origin, known: HashMap::new(), parts: 0 }.read(schema, 0)
}

struct Reader<'s> {
    root: &'s Value,
    origin: Origin,
    /// Definitions that were read before; `None` while one is being read.
    known: HashMap<&'s str, Option<Type>>,
    parts: usize,
}

impl<'s> Reader<'s> {
    fn read(&mut self, schema: &'s Value, depth: usize) -> Type {
        self.parts += 1;
        let Some(keys) = schema.as_object().filter(|_| depth < MAX_DEPTH && self.parts < MAX_PARTS) else {
            return Type::any();
        };
        if let Some(target) = keys.get("$ref").and_then(Value::as_str) {
            return self.reference(target, depth);
        }
        if let Some(value) = keys.get("const") {
            return constant(value);
        }
        if let Some(values) = keys.get("enum").and_then(Value::as_array) {
            return values.iter().map(constant).reduce(|all, one| all.union(&one)).unwrap_or_else(Type::any);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = keys.get(key).and_then(Value::as_array) {
                let choices = choices.iter().map(|choice| self.read(choice, depth + 1));
                return choices.reduce(|all, one| all.union(&one)).unwrap_or_else(Type::any);
            }
        }
        match keys.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) if !keys.contains_key("properties") => return self.read(only, depth + 1),
            Some(_) => return Type::any(),
            None => {}
        }
        let kinds: Vec<&str> = match keys.get("type") {
            Some(Value::String(kind)) => vec![kind.as_str()],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ if keys.contains_key("properties") => vec!["object"],
            _ if keys.contains_key("items") => vec!["array"],
            _ => return Type::any(),
        };
        let kinds = kinds.into_iter().map(|kind| self.kind(kind, keys, depth));
        kinds.reduce(|all, one| all.union(&one)).unwrap_or_else(Type::any)
    }

    fn reference(&mut self, target: &'s str, depth: usize) -> Type {
        match self.known.get(target) {
            Some(Some(known)) => return known.clone(),
            // It contains itself.
            Some(None) => return Type::any(),
            None => {}
        }
        let Some(schema) = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) else {
            return Type::any();
        };
        self.known.insert(target, None);
        let found = self.read(schema, depth + 1);
        self.known.insert(target, Some(found.clone()));
        found
    }

    fn kind(&mut self, kind: &str, keys: &'s Map<String, Value>, depth: usize) -> Type {
        match kind {
            "null" => Type::default().or_none(if self.origin == Origin::Inputs { Lack::Input } else { Lack::Field }),
            "boolean" => Type::boolean(),
            "integer" => Type::integer(),
            "number" => Type::number(),
            "string" => Type::text(),
            "array" => Type::list(keys.get("items").map_or_else(Type::any, |items| self.read(items, depth + 1))),
            "object" => Type::object(self.object(keys, depth)),
            _ => Type::any(),
        }
    }

    fn object(&mut self, keys: &'s Map<String, Value>, depth: usize) -> Object {
        let properties = keys.get("properties").and_then(Value::as_object);
        let required = keys.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: BTreeSet<&str> = required.filter_map(Value::as_str).collect();
        let mut object = Object::default();
        for (name, property) in properties.into_iter().flatten() {
            let mut field = self.read(property, depth + 1);
            if !required.contains(name.as_str()) {
                field = self.optional(field, property);
            }
            object.fields.insert(name.clone(), field);
        }
        object.rest = match keys.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(rest) => Some(Box::new(self.read(rest, depth + 1))),
            None if keys.contains_key("patternProperties") => Some(Box::new(Type::any())),
            // A name that the schema does not list is taken for a slip.
            None if properties.is_some() => None,
            None => Some(Box::new(Type::any())),
        };
        object
    }

    fn optional(&self, mut field: Type, property: &Value) -> Type {
        match self.origin {
            Origin::Output => {
                field.none = Lack::Never;
                field.or_absent(Lack::Field)
            }
            Origin::Inputs if property.get("default").is_some() => field,
            Origin::Inputs => field.or_absent(Lack::Input),
            Origin::Wanted => field.or_absent(Lack::Unsure),
        }
    }
}

fn constant(value: &Value) -> Type {
    match value {
        Value::String(text) => Type::among([text.clone()].into(), true),
        Value::Null => Type::default().or_none(Lack::Field),
        other => Type::of_value(other),
    }
}
