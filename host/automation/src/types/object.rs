//! Objects: their fields, and whether there can be others.

use std::collections::BTreeMap;

use super::{Lack, Type};

/// Fields of an object. One that has more has any field.
const MAX_FIELDS: usize = 2_000;

/// The fields of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Those that are known. A field that may be missing is *absent* in its type.
    pub fields: BTreeMap<String, Type>,
    /// What every other field holds; `None` when there is no other.
    pub rest: Option<Box<Type>>,
}

impl Object {
    /// An object with these fields and no other.
    pub fn closed(fields: impl IntoIterator<Item = (String, Type)>) -> Object {
        Object { fields: fields.into_iter().collect(), rest: None }
    }

    /// An object of which nothing is known.
    pub fn open() -> Object {
        Object { fields: BTreeMap::new(), rest: Some(Box::new(Type::any())) }
    }

    /// The type of a field; `None` when there is no such field.
    pub fn field(&self, name: &str) -> Option<Type> {
        match (self.fields.get(name), &self.rest) {
            (Some(field), _) => Some(field.clone()),
            // A map may hold the name or not.
            (None, Some(rest)) => Some(rest.as_ref().clone().or_absent(Lack::Unsure)),
            (None, None) => None,
        }
    }

    /// The same with another type of one field.
    #[must_use]
    pub fn with(&self, name: &str, field: Type) -> Object {
        let mut object = self.clone();
        object.fields.insert(name.to_owned(), field);
        object
    }

    pub(super) fn merge(&self, other: &Object, depth: usize) -> Object {
        if depth == 0 || self.fields.len() + other.fields.len() > MAX_FIELDS {
            return Object::open();
        }
        let mut fields = BTreeMap::new();
        for (name, field) in &self.fields {
            let merged = match other.field(name) {
                Some(theirs) => field.merge(&theirs, depth - 1),
                None => field.clone().or_absent(Lack::Unsure),
            };
            fields.insert(name.clone(), merged);
        }
        for (name, field) in &other.fields {
            if !self.fields.contains_key(name) {
                let merged = match &self.rest {
                    Some(rest) => field.merge(rest, depth - 1).or_absent(Lack::Unsure),
                    None => field.clone().or_absent(Lack::Unsure),
                };
                fields.insert(name.clone(), merged);
            }
        }
        let rest = match (&self.rest, &other.rest) {
            (Some(one), Some(two)) => Some(Box::new(one.merge(two, depth - 1))),
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        Object { fields, rest }
    }
}
