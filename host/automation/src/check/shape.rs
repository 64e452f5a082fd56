//! A value against a JSON Schema.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};
use switchboard_schema::{Cost, MAX_PATTERN_SIZE, SchemaError, Size};

use super::mistakes::Mistakes;
use super::wording::explain;
use crate::expr::is_dynamic;
use crate::limits::{LISTED_WORK, MATCHED_TEXT, SCHEMA_WORK};

static DOCUMENT: LazyLock<(Value, Option<Validator>)> = LazyLock::new(|| {
    let schema = crate::document::schema();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).ok();
    (schema, validator)
});

/// The document against the schema of documents, and its inputs as a schema of their own.
pub fn document(value: &Value, mistakes: &mut Mistakes<'_>) {
    if let (schema, Some(validator)) = &*DOCUMENT
        && !validator.is_valid(value)
    {
        let deviations = list(validator, schema, value, "", mistakes.room());
        report(deviations, mistakes);
    }
    inputs(value, mistakes);
}

/// A schema of somebody else, ready for values. It reaches no file and no network, and its work is bounded.
pub struct Shape {
    schema: Value,
    validator: Validator,
    cost: Cost,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    /// It could cause too much work.
    #[error(transparent)]
    Refused(#[from] SchemaError),
    /// It is no JSON Schema.
    #[error("{0}")]
    Invalid(String),
}

/// Every deviation of a value, up to a number.
#[derive(Default)]
pub struct Deviations {
    /// The first ones.
    pub list: Vec<Deviation>,
    /// How many more there are.
    pub more: usize,
    limit: usize,
}

impl Deviations {
    /// Whether further ones are only counted.
    pub fn is_full(&self) -> bool {
        self.list.len() >= self.limit
    }

    /// Adds one.
    pub fn push(&mut self, deviation: Deviation) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.list.push(deviation);
        }
    }
}

/// One way in which a value is not what its schema says.
pub struct Deviation {
    pub code: &'static str,
    pub pointer: String,
    /// It concerns the member as such, not its value.
    pub of_key: bool,
    pub message: String,
    pub fix: Option<String>,
}

impl Shape {
    /// Measures and compiles a schema. Regular expressions are those that take linear time: without look-around and
    /// references back.
    pub fn of(schema: &Value) -> Result<Shape, ShapeError> {
        let cost = switchboard_schema::measure(schema)?;
        let patterns = PatternOptions::regex().size_limit(MAX_PATTERN_SIZE).dfa_size_limit(MAX_PATTERN_SIZE);
        let options = jsonschema::options().should_validate_formats(true).with_pattern_options(patterns);
        let validator = options.build(schema).map_err(|error| {
            let text = crate::text::brief(&error.to_string(), 200);
            ShapeError::Invalid(match error.kind() {
                Kind::Format { format } if format == "regex" => {
                    format!("{text}; regular expressions are without look-around and without references back")
                }
                _ => text,
            })
        })?;
        Ok(Shape { schema: schema.clone(), validator, cost })
    }

    /// Every deviation of a value, up to `limit`. What an expression will give is not judged.
    pub fn deviations(&self, value: &Value, base: &str, limit: usize) -> Deviations {
        let size = Size::of(value);
        let work = self.cost.work.saturating_mul(size.values);
        if size.nesting > switchboard_schema::MAX_NESTING {
            return one(
                base,
                format!("lists and objects are nested more than {} deep", switchboard_schema::MAX_NESTING),
            );
        }
        if work > SCHEMA_WORK {
            return one(base, format!("the value is too large for its schema: {} values", size.values));
        }
        if self.cost.patterns.saturating_mul(size.text) > MATCHED_TEXT {
            let text = size.text;
            return one(
                base,
                format!("the value is too large for the regular expressions of its schema: {text} bytes"),
            );
        }
        if self.validator.is_valid(value) {
            return Deviations::default();
        }
        if work > LISTED_WORK {
            return one(
                base,
                format!("the value does not fit its schema, and is too large to say where: {}", size.values),
            );
        }
        list(&self.validator, &self.schema, value, base, limit)
    }

    /// The same as mistakes of a document.
    pub fn check(&self, value: &Value, base: &str, mistakes: &mut Mistakes<'_>) {
        report(self.deviations(value, base, mistakes.room()), mistakes);
    }
}

fn one(base: &str, message: String) -> Deviations {
    let fix = Some("pass a smaller value, or several".to_owned());
    let deviation = Deviation { code: "value", pointer: base.to_owned(), of_key: false, message, fix };
    Deviations { list: vec![deviation], more: 0, limit: 1 }
}

fn list(validator: &Validator, schema: &Value, value: &Value, base: &str, limit: usize) -> Deviations {
    let mut found = Deviations { limit, ..Deviations::default() };
    for error in validator.iter_errors(value) {
        if found.is_full() {
            found.more += count(&error);
            continue;
        }
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

fn count(error: &ValidationError<'_>) -> usize {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected.len(),
        _ => 1,
    }
}

fn report(deviations: Deviations, mistakes: &mut Mistakes<'_>) {
    for Deviation { code, pointer, of_key, message, fix } in deviations.list {
        if of_key {
            mistakes.key(code, &pointer, message, fix);
        } else {
            mistakes.value(code, &pointer, message, fix);
        }
    }
    mistakes.report.more += deviations.more;
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
    match Shape::of(inputs) {
        Err(ShapeError::Refused(error)) => {
            mistakes.key("schema", "/inputs", format!("`inputs` cannot be used: {error}"), None);
        }
        Err(ShapeError::Invalid(message)) => {
            mistakes.key("schema", "/inputs", format!("`inputs` is not a JSON Schema: {message}"), None);
        }
        Ok(_) => defaults(inputs, mistakes),
    }
}

/// Every default against its own schema.
fn defaults(inputs: &Value, mistakes: &mut Mistakes<'_>) {
    // What concerns several inputs at once does not concern a default.
    let alone = ["$schema", "$defs", "definitions", "properties"];
    let kept: Map<String, Value> =
        alone.iter().filter_map(|key| Some(((*key).to_owned(), inputs.get(*key)?.clone()))).collect();
    let properties = inputs.get("properties").and_then(Value::as_object).into_iter().flatten();
    let given: Map<String, Value> =
        properties.filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone()))).collect();
    if given.is_empty() {
        return;
    }
    let Ok(shape) = Shape::of(&json!(kept)) else { return };
    let mut deviations = shape.deviations(&Value::Object(given), "", mistakes.room());
    for deviation in &mut deviations.list {
        let (name, rest) = match deviation.pointer.get(1..).unwrap_or_default().split_once('/') {
            Some((name, rest)) => (name, format!("/{rest}")),
            None => (deviation.pointer.get(1..).unwrap_or_default(), String::new()),
        };
        deviation.pointer =
            if name.is_empty() { "/inputs".to_owned() } else { format!("/inputs/properties/{name}/default{rest}") };
    }
    report(deviations, mistakes);
}
