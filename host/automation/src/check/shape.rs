//! A value against a JSON Schema, each deviation in plain words.

use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};
use switchboard_near::suggest;

use super::mistakes::{Mistakes, choose, quote};
use crate::expr::is_dynamic;
use crate::span::join;

static DOCUMENT: LazyLock<(Value, Option<Validator>)> = LazyLock::new(|| {
    let schema = crate::document::schema();
    let validator = validator(&schema).ok();
    (schema, validator)
});

/// The document against the schema of documents, and its inputs as a schema of their own.
pub fn document(value: &Value, mistakes: &mut Mistakes<'_>) {
    if let (schema, Some(validator)) = &*DOCUMENT {
        against(validator, schema, value, "", mistakes);
    }
    inputs(value, mistakes);
}

/// An activity's `with` against its input schema. Values that are expressions are not known yet and are passed over.
pub fn input(schema: &Value, value: &Value, pointer: &str, mistakes: &mut Mistakes<'_>) {
    match validator(schema) {
        Ok(validator) => against(&validator, schema, value, pointer, mistakes),
        Err(message) => {
            mistakes.key("schema", pointer, format!("the activity's own schema is broken: {message}"), None)
        }
    }
}

/// A validator that reaches no file and no network.
pub fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options().should_validate_formats(true).build(schema).map_err(|error| error.to_string())
}

fn inputs(value: &Value, mistakes: &mut Mistakes<'_>) {
    let Some(inputs) = value.get("inputs").filter(|inputs| inputs.as_object().is_some_and(|schema| !schema.is_empty()))
    else {
        return;
    };
    if inputs.get("type") != Some(&Value::from("object")) {
        let fix = r#"write `"inputs": {"type": "object", "properties": {…}}`"#;
        mistakes.key("schema", "/inputs", "`inputs` is a JSON Schema of an object".to_owned(), Some(fix.to_owned()));
    }
    if let Err(message) = validator(inputs) {
        mistakes.key("schema", "/inputs", format!("`inputs` is not a JSON Schema: {message}"), None);
        return;
    }
    for (name, property) in inputs.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let (Some(default), Ok(validator)) = (property.get("default"), validator(property)) else {
            continue;
        };
        let pointer = format!("{}/default", join("/inputs/properties", name));
        against(&validator, property, default, &pointer, mistakes);
    }
}

fn against(validator: &Validator, schema: &Value, value: &Value, base: &str, mistakes: &mut Mistakes<'_>) {
    for Deviation { code, pointer, of_key, message, fix } in deviations(validator, schema, value, base) {
        match of_key {
            true => mistakes.key(code, &pointer, message, fix),
            false => mistakes.value(code, &pointer, message, fix),
        }
    }
}

/// One way in which a value is not what its schema says.
pub struct Deviation {
    pub code: &'static str,
    pub pointer: String,
    /// It concerns the member as such, not its value.
    of_key: bool,
    pub message: String,
    pub fix: Option<String>,
}

/// Every deviation of a value. What an expression will give is not judged.
pub fn deviations(validator: &Validator, schema: &Value, value: &Value, base: &str) -> Vec<Deviation> {
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        let open = matches!(
            error.kind(),
            Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } | Kind::Required { .. }
        );
        if open || !is_dynamic(error.instance()) {
            explain(&error, schema, base, &mut found);
        }
    }
    found
}

fn explain(error: &ValidationError<'_>, schema: &Value, base: &str, found: &mut Vec<Deviation>) {
    let mut add = |of_key: bool, code: &'static str, pointer: &str, message: String, fix: Option<String>| {
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
                let free =
                    known.iter().map(String::as_str).filter(|key| present.is_none_or(|map| !map.contains_key(*key)));
                let fix = suggest(name, free)
                    .or_else(|| choose(name, "known are", known.iter().map(String::as_str)))
                    .or_else(|| Some("remove it".to_owned()));
                add(true, "unknown-key", &join(&pointer, name), format!("`{name}` is not known here"), fix);
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            add(
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
            add(false, "type", &pointer, message, unquoted(error.instance()));
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let given = plain(error.instance());
            let message = format!("{subject} cannot be `{given}`");
            let fix = match suggest(&given, options.iter().copied()) {
                Some(nearest) => format!("{nearest} allowed are {}", quote(&options)),
                None => format!("allowed are {}", quote(&options)),
            };
            add(false, "value", &pointer, message, Some(fix));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            choices(error, context, &pointer, &subject, schema, base, found);
        }
        Kind::Constant { expected_value } => {
            let message = format!("{subject} cannot be `{}`", plain(error.instance()));
            add(false, "value", &pointer, message, Some(format!("write `{expected_value}`")));
        }
        Kind::Pattern { pattern } => {
            let message = format!("{subject} cannot be `{}`", plain(error.instance()));
            add(false, "value", &pointer, message, Some(format!("it must match `{pattern}`")));
        }
        _ => add(false, "value", &pointer, format!("{subject}: {}", short(&error.to_string())), None),
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
    found: &mut Vec<Deviation>,
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
    value.as_str().map_or_else(|| short(&value.to_string()), str::to_owned)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
