//! What a value can be, as far as a document and its activities say it.
//!
//! A type is a record of kinds: text, number, list and so on, each there or not. So a union has at most one part of each kind and
//! stays small. What is not known is *any*, and nothing is ever said against it.

mod fit;
mod object;
mod schema;
mod show;

use std::collections::BTreeSet;
use std::rc::Rc;

pub use fit::{Misfit, Reason, conversion};
pub use object::Object;
pub use schema::{Origin, of_schema};

/// Types inside each other. Deeper ones are *any*.
const MAX_DEPTH: usize = 16;
/// Values of an enumeration. One with more is any text.
const MAX_VALUES: usize = 128;

/// A set of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Type {
    /// Nothing is known.
    pub any: bool,
    /// There may be no value at all.
    pub absent: Lack,
    /// It may be `none`.
    pub none: Lack,
    pub boolean: bool,
    pub integer: bool,
    /// Numbers that are not whole.
    pub fraction: bool,
    pub text: Option<Text>,
    /// A list, with the type of its items.
    pub list: Option<Rc<Type>>,
    pub object: Option<Rc<Object>>,
}

/// Whether, and why, a value may be missing. The later ones are surer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// It is there.
    #[default]
    Never,
    /// It may be missing, but nothing in the document says so: the first of a list that may be empty.
    Unsure,
    /// The service does not always send it.
    Field,
    /// An input that is not required and has no default, or that may be `null`.
    Input,
    /// A step whose `if` is false.
    Skipped,
    /// The error of a step that went on.
    Error,
}

impl Lack {
    /// Whether the checker may hold it against an expression.
    pub fn is_known(self) -> bool {
        self > Lack::Unsure
    }
}

/// Which texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Any,
    /// One of these. `declared` when a schema lists them, not a constant of the document that its author may change.
    Among {
        values: Rc<BTreeSet<String>>,
        declared: bool,
    },
}

/// Kinds of values, as a set.
pub type Kinds = u8;
pub const BOOLEAN: Kinds = 1;
pub const NUMBER: Kinds = 2;
pub const TEXT: Kinds = 4;
pub const LIST: Kinds = 8;
pub const OBJECT: Kinds = 16;
pub const NONE: Kinds = 32;
/// Whatever can be gone through.
pub const ITERABLE: Kinds = LIST | TEXT | OBJECT;
pub const ALL: Kinds = 63;

impl Type {
    pub fn any() -> Type {
        Type { any: true, ..Type::default() }
    }

    pub fn none() -> Type {
        Type { none: Lack::Unsure, ..Type::default() }
    }

    pub fn boolean() -> Type {
        Type { boolean: true, ..Type::default() }
    }

    pub fn integer() -> Type {
        Type { integer: true, ..Type::default() }
    }

    pub fn number() -> Type {
        Type { integer: true, fraction: true, ..Type::default() }
    }

    pub fn text() -> Type {
        Type { text: Some(Text::Any), ..Type::default() }
    }

    /// One text that the document itself holds.
    pub fn literal(text: &str) -> Type {
        Type::among([text.to_owned()].into(), false)
    }

    pub fn among(values: BTreeSet<String>, declared: bool) -> Type {
        let text =
            if values.len() > MAX_VALUES { Text::Any } else { Text::Among { values: Rc::new(values), declared } };
        Type { text: Some(text), ..Type::default() }
    }

    pub fn list(item: Type) -> Type {
        Type { list: Some(Rc::new(item)), ..Type::default() }
    }

    pub fn object(object: Object) -> Type {
        Type { object: Some(Rc::new(object)), ..Type::default() }
    }

    /// What a JSON value in a document is.
    pub fn of_value(value: &serde_json::Value) -> Type {
        use serde_json::Value;
        match value {
            Value::Null => Type::none(),
            Value::Bool(_) => Type::boolean(),
            Value::Number(number) if number.is_f64() => Type { fraction: true, ..Type::default() },
            Value::Number(_) => Type::integer(),
            Value::String(text) => Type::literal(text),
            Value::Array(items) => Type::list(
                items.iter().map(Type::of_value).reduce(|all, item| all.union(&item)).unwrap_or_else(Type::any),
            ),
            Value::Object(members) => {
                Type::object(Object::closed(members.iter().map(|(name, value)| (name.clone(), Type::of_value(value)))))
            }
        }
    }

    /// The same with the reason why it may be absent.
    #[must_use]
    pub fn or_absent(mut self, lack: Lack) -> Type {
        self.absent = self.absent.max(lack);
        self
    }

    /// The same with the reason why it may be none.
    #[must_use]
    pub fn or_none(mut self, lack: Lack) -> Type {
        self.none = self.none.max(lack);
        self
    }

    /// The same without "may be absent".
    #[must_use]
    pub fn present(mut self) -> Type {
        self.absent = Lack::Never;
        self
    }

    /// The same without "may be absent" and "may be none".
    #[must_use]
    pub fn some(mut self) -> Type {
        self.absent = Lack::Never;
        self.none = Lack::Never;
        self
    }

    /// The kinds that are known to be possible.
    pub fn kinds(&self) -> Kinds {
        if self.any {
            return ALL;
        }
        let mut kinds = 0;
        for (there, kind) in [
            (self.boolean, BOOLEAN),
            (self.integer || self.fraction, NUMBER),
            (self.text.is_some(), TEXT),
            (self.list.is_some(), LIST),
            (self.object.is_some(), OBJECT),
            (self.none > Lack::Never, NONE),
        ] {
            if there {
                kinds |= kind;
            }
        }
        kinds
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Type) -> Type {
        self.merge(other, MAX_DEPTH)
    }

    fn merge(&self, other: &Type, depth: usize) -> Type {
        if self == other {
            return self.clone();
        }
        if depth == 0 {
            return Type::any();
        }
        let list = match (&self.list, &other.list) {
            (Some(one), Some(two)) if !Rc::ptr_eq(one, two) => Some(Rc::new(one.merge(two, depth - 1))),
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        let object = match (&self.object, &other.object) {
            (Some(one), Some(two)) if !Rc::ptr_eq(one, two) => Some(Rc::new(one.merge(two, depth - 1))),
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        Type {
            any: self.any || other.any,
            absent: self.absent.max(other.absent),
            none: self.none.max(other.none),
            boolean: self.boolean || other.boolean,
            integer: self.integer || other.integer,
            fraction: self.fraction || other.fraction,
            text: merge_texts(self.text.as_ref(), other.text.as_ref()),
            list,
            object,
        }
    }

    /// The texts it is one of, when they are known.
    pub fn values(&self) -> Option<(&BTreeSet<String>, bool)> {
        match &self.text {
            Some(Text::Among { values, declared }) => Some((values, *declared)),
            _ => None,
        }
    }

    /// What going through it gives.
    pub fn item(&self) -> Type {
        if self.any {
            return Type::any();
        }
        let of_list = self.list.as_ref().map(|item| item.as_ref().clone());
        let of_others = (self.text.is_some() || self.object.is_some()).then(Type::text);
        match (of_list, of_others) {
            (Some(one), Some(two)) => one.union(&two),
            (one, two) => one.or(two).unwrap_or_else(Type::any),
        }
    }
}

fn merge_texts(one: Option<&Text>, two: Option<&Text>) -> Option<Text> {
    match (one, two) {
        (Some(Text::Among { values: a, declared: x }), Some(Text::Among { values: b, declared: y })) => {
            let values: BTreeSet<String> = a.union(b).cloned().collect();
            if values.len() > MAX_VALUES {
                return Some(Text::Any);
            }
            Some(Text::Among { values: Rc::new(values), declared: *x && *y })
        }
        (Some(_), Some(_)) => Some(Text::Any),
        (one, two) => one.or(two).cloned(),
    }
}

#[cfg(test)]
mod tests;
