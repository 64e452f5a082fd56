//! Whether values of one type fit where another is wanted.

use super::{Kinds, LIST, Lack, NONE, NUMBER, OBJECT, TEXT, Type};

/// Why values of a type do not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Names of fields from the value down; `[]` stands for an item.
    pub path: Vec<String>,
    pub reason: Reason,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// No value of it is of a kind that is wanted.
    Kind { wanted: Type, given: Type },
    /// It is never, or not always, one of the values that are wanted.
    Value { wanted: Type, given: Vec<String> },
    /// It may be none where a value is required.
    None { lack: Lack },
    /// A field that is required is never there.
    Missing { field: String },
    /// A field that is not known there.
    Unknown { field: String, known: Vec<String> },
    /// A field that is required may be missing.
    Optional { field: String, lack: Lack },
}

impl Type {
    /// The first reason why a value of this type does not fit into `wanted`. Whether it is absent is not judged.
    pub fn misfit(&self, wanted: &Type) -> Option<Misfit> {
        misfit(self, wanted, &mut Vec::new())
    }
}

fn misfit(given: &Type, wanted: &Type, path: &mut Vec<String>) -> Option<Misfit> {
    if given.any || wanted.any {
        return None;
    }
    let fail = |path: &[String], reason| Some(Misfit { path: path.to_vec(), reason });
    let (have, want) = (given.kinds(), wanted.kinds());
    if given.none.is_known() && want & NONE == 0 && have != NONE {
        return fail(path, Reason::None { lack: given.none });
    }
    let have = have & !NONE;
    if have != 0 && have & want == 0 {
        return fail(path, Reason::Kind { wanted: wanted.clone(), given: given.clone() });
    }
    if have == TEXT
        && let (Some((values, declared)), Some((allowed, _))) = (given.values(), wanted.values())
    {
        let others: Vec<String> = values.difference(allowed).cloned().collect();
        // A service may send a value that another activity does not take; the author cannot always know.
        if !others.is_empty() && (!declared || others.len() == values.len()) {
            return fail(path, Reason::Value { wanted: wanted.clone(), given: others });
        }
    }
    if have == LIST
        && let (Some(item), Some(other)) = (&given.list, &wanted.list)
    {
        path.push("[]".to_owned());
        let found = misfit(item, other, path);
        path.pop();
        return found;
    }
    if have == OBJECT && want & !NONE == OBJECT {
        return fields(given, wanted, path);
    }
    None
}

fn fields(given: &Type, wanted: &Type, path: &mut Vec<String>) -> Option<Misfit> {
    let (one, two) = (given.object.as_ref()?, wanted.object.as_ref()?);
    for (name, field) in &two.fields {
        let required = field.absent == Lack::Never;
        let reason = match one.field(name) {
            None if required => Reason::Missing { field: name.clone() },
            Some(held) if required && held.absent.is_known() => {
                Reason::Optional { field: name.clone(), lack: held.absent }
            }
            Some(held) => {
                path.push(name.clone());
                let found = misfit(&held, field, path);
                path.pop();
                match found {
                    Some(found) => return Some(found),
                    None => continue,
                }
            }
            None => continue,
        };
        return Some(Misfit { path: path.clone(), reason });
    }
    let name = one.fields.keys().find(|name| two.rest.is_none() && !two.fields.contains_key(*name))?;
    let known = two.fields.keys().cloned().collect();
    Some(Misfit { path: path.clone(), reason: Reason::Unknown { field: name.clone(), known } })
}

/// A remedy for a value of the wrong kind: a filter that makes one of the kinds that are wanted.
pub fn conversion(given: &Type, wanted: Kinds) -> Option<&'static str> {
    let of_texts = given.list.as_ref().is_some_and(|item| item.kinds() & (OBJECT | LIST) == 0);
    match given.kinds() & !NONE {
        TEXT if wanted & NUMBER != 0 => Some("int"),
        NUMBER if wanted & TEXT != 0 => Some("string"),
        LIST if wanted & TEXT != 0 && of_texts => Some("join(', ')"),
        _ => None,
    }
}
