//! Deviations from a schema in plain words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::{Map, Value};
use switchboard_suggest::suggest;

use super::mistakes::{choose, quote};
use super::shape::{Deviation, Deviations};
use crate::span::join;
use crate::text::brief;

/// Characters of a value in a message.
const VALUE: usize = 200;

/// Puts one error into words. `schema` is the whole schema, `base` the pointer of the value.
pub fn explain(error: &ValidationError<'_>, schema: &Value, base: &str, found: &mut Deviations) {
    let add = |found: &mut Deviations, of_key: bool, code, pointer: &str, message: String, fix: Option<String>| {
        found.push(Deviation { code, pointer: pointer.to_owned(), of_key, message, fix });
    };
    let pointer = format!("{base}{}", error.instance_path().as_str());
    let subject = match pointer.rsplit('/').next() {
        Some(index) if index.parse::<usize>().is_ok() => format!("item {index} (counted from 0)"),
        Some(name) if !pointer.is_empty() => {
            format!("`{}`", name.replace("~1", "/").replace("~0", "~"))
        }
        _ => "the document".to_owned(),
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let known = known_keys(error, schema);
            let present = error.instance().as_object();
            for name in unexpected {
                // Looking for what was meant takes time for each name there is.
                if found.is_full() {
                    found.more += 1;
                    continue;
                }
                let free =
                    known.iter().map(String::as_str).filter(|key| present.is_none_or(|map| !map.contains_key(*key)));
                let fix = suggest(name, free)
                    .or_else(|| choose(name, "known are", known.iter().map(String::as_str)))
                    .or_else(|| Some("remove it".to_owned()));
                add(found, true, "unknown-key", &join(&pointer, name), format!("`{name}` is not known here"), fix);
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            add(
                found,
                true,
                "missing-key",
                &pointer,
                format!("{subject} lacks `{name}`"),
                Some(format!("add `\"{name}\": …`")),
            );
        }
        Kind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(one) => article(&one.to_string()),
                TypeKind::Multiple(set) => {
                    set.iter().map(|one| article(&one.to_string())).collect::<Vec<_>>().join(" or ")
                }
            };
            let message = format!("{subject} must be {wanted}, it is {}", article(kind_of(error.instance())));
            add(found, false, "type", &pointer, message, unquoted(error.instance()));
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let given = plain(error.instance());
            let message = format!("{subject} cannot be `{given}`");
            let fix = match suggest(&given, options.iter().copied()) {
                _ if !error.instance().is_string() && options.contains(&given.as_str()) => {
                    format!("write `\"{given}\"`, in quotes")
                }
                Some(nearest) => format!("{nearest} allowed are {}", quote(&options)),
                None => format!("allowed are {}", quote(&options)),
            };
            add(found, false, "value", &pointer, message, Some(fix));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            choices(error, context, &pointer, &subject, schema, base, found);
        }
        Kind::Constant { expected_value } => {
            let message = format!("{subject} cannot be `{}`", plain(error.instance()));
            add(found, false, "value", &pointer, message, Some(format!("write `{expected_value}`")));
        }
        Kind::Pattern { pattern } => {
            let message = format!("{subject} cannot be `{}`", plain(error.instance()));
            add(found, false, "value", &pointer, message, Some(format!("it must match `{pattern}`")));
        }
        _ => add(found, false, "value", &pointer, format!("{subject}: {}", brief(&error.to_string(), VALUE)), None),
    }
}

/// Several schemas, none fits: the mistakes of the only one that is of the value's kind, else the values there are.
fn choices(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    pointer: &str,
    subject: &str,
    schema: &Value,
    base: &str,
    found: &mut Deviations,
) {
    let here = error.instance_path().as_str();
    let other_kind = |one: &ValidationError<'_>| {
        one.instance_path().as_str() == here && matches!(one.kind(), Kind::Type { .. } | Kind::Constant { .. })
    };
    let near: Vec<_> = context.iter().filter(|branch| !branch.iter().any(other_kind)).collect();
    if let [branch] = near.as_slice() {
        return branch.iter().for_each(|inner| explain(inner, schema, base, found));
    }
    let allowed = context.iter().flatten().filter_map(|inner| match inner.kind() {
        Kind::Constant { expected_value } => Some(plain(expected_value)),
        _ => None,
    });
    let allowed: Vec<String> = allowed.collect();
    let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
    found.push(Deviation {
        code: "value",
        pointer: pointer.to_owned(),
        of_key: false,
        message: format!("{subject} cannot be `{}`", plain(error.instance())),
        fix: (!allowed.is_empty()).then(|| format!("allowed are {}", quote(&allowed))),
    });
}

/// The keys the schema allows where an unknown one was found.
fn known_keys(error: &ValidationError<'_>, schema: &Value) -> Vec<String> {
    let at = error.schema_path().as_str();
    let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let properties = |found: &Value| -> Option<Vec<String>> {
        found.get("properties").and_then(Value::as_object).map(|map: &Map<String, Value>| map.keys().cloned().collect())
    };
    schema.pointer(parent).and_then(properties).unwrap_or_default()
}

fn article(kind: &str) -> String {
    match kind {
        "null" => "null".to_owned(),
        "array" => "a list".to_owned(),
        "integer" | "object" => format!("an {kind}"),
        "number" => "a number".to_owned(),
        _ => format!("a {kind}"),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number or truth value in quotes is the common slip.
fn unquoted(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let inner: Value = serde_json::from_str(text).ok()?;
    (inner.is_number() || inner.is_boolean()).then(|| format!("write `{text}` without quotes"))
}

fn plain(value: &Value) -> String {
    brief(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), VALUE)
}
