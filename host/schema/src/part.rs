//! One subschema: what it compares by itself, and which subschemas it hands a value or a part of it to.

use serde_json::{Map, Value};

use crate::{MAX_PARTS, MAX_PATTERN_LENGTH, MAX_POINTER, SchemaError};

/// Keywords whose target is only known while a value is validated, or that move the root of references.
const DYNAMIC: [&str; 4] = ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];
/// A list of subschemas for the same value.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// A subschema for the same value.
const SAME: [&str; 4] = ["not", "if", "then", "else"];
/// Subschemas for the same value, by member.
const BY_MEMBER: [&str; 2] = ["dependentSchemas", "dependencies"];

/// What a subschema hands on; `S` is a place in the schema at first, a number of a part later.
pub(crate) struct Part<S> {
    /// Its own comparisons.
    pub(crate) work: u64,
    /// Its own regular expressions.
    pub(crate) patterns: u64,
    /// How often it compares the same value with what it hands on.
    pub(crate) repeat: u64,
    /// For the same value.
    pub(crate) same: Vec<S>,
    /// For members of an object.
    pub(crate) members: Children<S>,
    /// For items of a list.
    pub(crate) items: Children<S>,
}

/// Subschemas for the children of a value.
pub(crate) struct Children<S> {
    /// One child has to do with one of them.
    pub(crate) one: Vec<S>,
    /// Each child has to do with all of them.
    pub(crate) all: Vec<S>,
}

/// A place in a schema: where it stands, what stands there.
pub(crate) type Place<'a> = (String, &'a Value);

impl<'a> Part<Place<'a>> {
    /// Reads one subschema. `root` is where references begin.
    pub(crate) fn read(pointer: &str, schema: &'a Value, root: &'a Value) -> Result<Self, SchemaError> {
        let mut part = Part {
            work: 1,
            patterns: 0,
            repeat: 1,
            same: Vec::new(),
            members: Children { one: Vec::new(), all: Vec::new() },
            items: Children { one: Vec::new(), all: Vec::new() },
        };
        let Some(keywords) = schema.as_object() else { return Ok(part) };
        if pointer.len() > MAX_POINTER {
            return Err(SchemaError::Pointer { pointer: brief(pointer) });
        }
        supported(pointer, keywords)?;
        for (keyword, value) in keywords {
            part.keyword(&join(pointer, keyword), keyword, value, root)?;
        }
        Ok(part)
    }

    fn keyword(&mut self, at: &str, keyword: &str, value: &'a Value, root: &'a Value) -> Result<(), SchemaError> {
        self.work += 1;
        if value.as_object().map(Map::len).or(value.as_array().map(Vec::len)).is_some_and(|len| len > MAX_PARTS) {
            return Err(SchemaError::Parts);
        }
        match keyword {
            "$ref" => self.same.push(target(at, value, root)?),
            "pattern" => self.pattern(at, value.as_str().unwrap_or_default())?,
            "patternProperties" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    self.pattern(&join(at, name), name)?;
                }
                self.members.all.extend(named(at, value));
            }
            "enum" | "required" | "const" | "dependentRequired" => self.work += crate::Size::of(value).values,
            "properties" => {
                let before = self.members.one.len();
                self.members.one.extend(named(at, value));
                self.work += (self.members.one.len() - before) as u64;
            }
            "additionalProperties" => self.members.one.push((at.to_owned(), value)),
            "propertyNames" => self.members.all.push((at.to_owned(), value)),
            // They ask all others again which members or items they have looked at.
            "unevaluatedProperties" => {
                self.repeat = 2;
                self.members.all.push((at.to_owned(), value));
            }
            "unevaluatedItems" => {
                self.repeat = 2;
                self.items.all.push((at.to_owned(), value));
            }
            "items" | "prefixItems" if value.is_array() => self.items.one.extend(numbered(at, value)),
            "items" | "additionalItems" => self.items.one.push((at.to_owned(), value)),
            "contains" => self.items.all.push((at.to_owned(), value)),
            list if LISTS.contains(&list) => self.same.extend(numbered(at, value)),
            one if SAME.contains(&one) => self.same.push((at.to_owned(), value)),
            // The older spelling may also hold lists of names.
            members if BY_MEMBER.contains(&members) => self.same.extend(named(at, value)),
            _ => {}
        }
        Ok(())
    }

    fn pattern(&mut self, at: &str, pattern: &str) -> Result<(), SchemaError> {
        if pattern.len() > MAX_PATTERN_LENGTH {
            return Err(SchemaError::Pattern { pointer: brief(at) });
        }
        self.patterns += 1;
        Ok(())
    }

    /// Every place that it hands something to.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place<'a>> {
        let children = [&self.members.one, &self.members.all, &self.items.one, &self.items.all];
        self.same.iter().chain(children.into_iter().flatten())
    }
}

impl<S> Part<S> {
    /// The same part with other names for what it hands to.
    pub(crate) fn map<T>(self, name: impl Fn(S) -> T) -> Part<T> {
        let each = |places: Vec<S>| places.into_iter().map(&name).collect::<Vec<T>>();
        Part {
            work: self.work,
            patterns: self.patterns,
            repeat: self.repeat,
            same: each(self.same),
            members: Children { one: each(self.members.one), all: each(self.members.all) },
            items: Children { one: each(self.items.one), all: each(self.items.all) },
        }
    }
}

fn supported(pointer: &str, keywords: &Map<String, Value>) -> Result<(), SchemaError> {
    let refuse = |keyword| Err(SchemaError::Keyword { pointer: brief(pointer), keyword });
    match DYNAMIC.into_iter().find(|keyword| keywords.contains_key(*keyword)) {
        Some(keyword) => refuse(keyword),
        // At the root it is the schema's name.
        None if !pointer.is_empty() && keywords.contains_key("$id") => refuse("$id"),
        None => Ok(()),
    }
}

fn target<'a>(at: &str, reference: &Value, root: &'a Value) -> Result<Place<'a>, SchemaError> {
    let text = reference.as_str().unwrap_or_default();
    let none = || SchemaError::Reference { pointer: brief(at), target: brief(text) };
    let pointer = text.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/')).ok_or_else(none)?;
    let found = root.pointer(pointer).ok_or_else(none)?;
    Ok((pointer.to_owned(), found))
}

fn named<'a>(at: &str, value: &'a Value) -> Vec<Place<'a>> {
    value.as_object().into_iter().flatten().map(|(name, schema)| (join(at, name), schema)).collect()
}

fn numbered<'a>(at: &str, value: &'a Value) -> Vec<Place<'a>> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(index, schema)| (format!("{at}/{index}"), schema))
        .collect()
}

fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Characters of a place or a reference in a message.
const BRIEF: usize = 200;

pub(crate) fn brief(text: &str) -> String {
    match text.char_indices().nth(BRIEF) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
