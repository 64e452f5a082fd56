//! Expressions: `${{ … }}` inside the strings of a document.
//!
//! A string that is only one expression yields its typed value; with text around it, a string. Expressions see the names
//! they are given and nothing else: no environment, files, clock or statements. Work is bounded by fuel, nesting and size.

mod bounded;
pub mod bounds;
mod calls;
mod filters;
pub(crate) mod infer;
mod panics;
mod product;
mod scope;
mod signature;
mod template;

use std::ops::Range;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value;

use bounded::Measure;
pub use calls::CallMistake;
pub use scope::Scope;
pub use signature::{FILTERS, FUNCTIONS, FunctionSignature, Gives, Signature, TESTS, TestSignature};
pub use template::{Part, parts};

/// Steps of evaluation. A filter over a list of 100 recordings takes about 2,000.
pub const FUEL: u64 = 100_000;
/// Calls inside each other while an expression is evaluated.
const DEPTH: usize = 64;
/// Bytes of a value as JSON.
pub const MAX_OUTPUT: usize = 1 << 20;

/// The engine that documents see: each filter works within limits.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = environment();
    // Two have a second name.
    let names: Vec<&str> = known_filters().chain(["d", "count"]).collect();
    bounded::install(&mut engine, &PLAIN, &names);
    engine
});

/// The filters themselves.
static PLAIN: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(DEPTH);
    engine.set_debug(true);
    for name in ["debug", "namespace"] {
        engine.remove_global(name);
    }
    filters::install(&mut engine);
    engine
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// Which bytes of the string are at fault.
    pub range: Range<usize>,
}

/// Replaces every expression inside a value. On an error, also the JSON pointer, from this value on, of the string at fault.
pub fn resolve(value: &Value, scope: &Scope) -> Result<Value, (String, ExprError)> {
    match value {
        Value::String(text) => string(text, scope).map_err(|error| (String::new(), error)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| resolve(item, scope).map_err(|error| below(index, error)))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let member = resolve(member, scope).map_err(|error| below(name, error))?;
                Ok((name.clone(), member))
            })
            .collect(),
        plain => Ok(plain.clone()),
    }
}

/// The value of a string with its expressions replaced.
pub fn string(text: &str, scope: &Scope) -> Result<Value, ExprError> {
    let parts = parts(text)?;
    if let [Part::Expression { source, at }] = parts.as_slice() {
        return evaluate(source, at.start, scope);
    }
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression { source, at } => match evaluate(source, at.start, scope)? {
                Value::String(text) => out.push_str(&text),
                Value::Null => {
                    return Err(ExprError {
                        message: format!("`{}` is none, there is nothing to write into the text", brief(source)),
                        fix: Some(format!("give another value: `{} or 'nothing'`", brief(source))),
                        range: at,
                    });
                }
                other => out.push_str(&other.to_string()),
            },
        }
        if out.len() > MAX_OUTPUT {
            return Err(too_large(0..text.len()));
        }
    }
    Ok(Value::String(out))
}

/// Bytes of a value as JSON.
pub(crate) fn size(value: &Value) -> u64 {
    match bounded::measure(value, u64::MAX) {
        Measure::Bytes(bytes) => bytes,
        Measure::TooLarge | Measure::Unwritable => u64::MAX,
    }
}

/// Whether a value holds an expression anywhere.
pub fn is_dynamic(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${{"),
        Value::Array(items) => items.iter().any(is_dynamic),
        Value::Object(members) => members.values().any(is_dynamic),
        _ => false,
    }
}

/// Whether a condition's value counts as true: what Python and Jinja call true.
pub fn truth(value: &Value) -> bool {
    minijinja::Value::from(Serde(value)).is_true()
}

/// Names an expression reads, dotted (`steps.list.recordings`); an error when it is not an expression.
pub fn reads(source: &str, start: usize) -> Result<Vec<String>, ExprError> {
    bounds::check(source, start)?;
    panics::catch(|| names(source, start)).unwrap_or_else(|_| Err(out_of_range(source, start)))
}

fn names(source: &str, start: usize) -> Result<Vec<String>, ExprError> {
    let expression = ENGINE.compile_expression(source).map_err(|error| place(&error, source, start))?;
    let globals: Vec<&str> = ENGINE.globals().map(|(name, _)| name).collect();
    let mut names: Vec<String> =
        expression.undeclared_variables(true).into_iter().filter(|name| !globals.contains(&name.as_str())).collect();
    names.sort();
    Ok(names)
}

/// What is wrong with the filters, tests and functions that an expression names, with places in the string.
pub fn call_mistakes(source: &str, start: usize) -> Vec<CallMistake> {
    if bounds::check(source, start).is_err() {
        return Vec::new();
    }
    let mistakes = calls::mistakes(source).into_iter();
    let moved = |at: Range<usize>| at.start + start..at.end + start;
    mistakes.map(|mistake| CallMistake { range: moved(mistake.range), ..mistake }).collect()
}

/// Every filter's name.
pub fn known_filters() -> impl Iterator<Item = &'static str> {
    signature::FILTERS.iter().map(|filter| filter.name)
}

fn evaluate(source: &str, start: usize, scope: &Scope) -> Result<Value, ExprError> {
    bounds::check(source, start)?;
    panics::catch(|| compute(source, start, scope)).unwrap_or_else(|_| Err(out_of_range(source, start)))
}

fn out_of_range(source: &str, start: usize) -> ExprError {
    ExprError {
        message: format!("`{}` cannot be computed: a number in it is out of range", brief(source)),
        fix: Some("use smaller numbers".to_owned()),
        range: start..start + source.len(),
    }
}

fn compute(source: &str, start: usize, scope: &Scope) -> Result<Value, ExprError> {
    let at = start..start + source.len();
    bounded::begin();
    // What is wrong with the words is said of the source as it is written.
    ENGINE.compile_expression(source).map_err(|error| place(&error, source, start))?;
    let guarded = product::guard(source);
    let value = ENGINE
        .compile_expression(&guarded.source)
        .and_then(|expression| expression.eval(scope.context()))
        .map_err(|error| place_in(&error, source, start, |range| guarded.origin(range)))?;
    if value.is_undefined() {
        return Err(ExprError {
            message: format!("`{}` has no value", brief(source)),
            fix: Some(format!("check the spelling, or give a default: `{} | default('…')`", brief(source))),
            range: at,
        });
    }
    // Counted before it is copied: a value may hold one text a thousand times.
    if let Measure::TooLarge = bounded::measure(&value, MAX_OUTPUT as u64) {
        return Err(too_large(at));
    }
    serde_json::to_value(&value).map_err(|error| ExprError {
        message: format!("the value of `{}` cannot be written as JSON: {error}", brief(source)),
        fix: None,
        range: at,
    })
}

fn place(error: &minijinja::Error, source: &str, start: usize) -> ExprError {
    place_in(error, source, start, |range| range)
}

/// The place of an error; `origin` gives the range in the source as it is written.
fn place_in(
    error: &minijinja::Error,
    source: &str,
    start: usize,
    origin: impl Fn(Range<usize>) -> Range<usize>,
) -> ExprError {
    let range = error
        .range()
        .map(origin)
        .map(|range| range.start..range.start + source.get(range.clone()).unwrap_or_default().trim_end().len())
        .filter(|range| range.start < range.end && range.end <= source.len())
        .map_or(0..source.len(), |range| whole_name(source, range));
    let (message, fix) = match error.kind() {
        ErrorKind::OutOfFuel => (
            format!("the expression takes more than {FUEL} steps"),
            Some("work on a shorter list, or use `for_each`".to_owned()),
        ),
        ErrorKind::UndefinedError => {
            let at = brief(source.get(range.clone()).unwrap_or(source));
            (
                format!("`{at}` reads a value that is not there"),
                Some(format!("check the spelling, or test it first: `{at} is defined`")),
            )
        }
        ErrorKind::SyntaxError => (reason(error, ErrorKind::SyntaxError), None),
        // The engine names neither the call nor the near one.
        kind => match (calls::mistakes(source).into_iter().next(), calls::filter_at(source, &range)) {
            (Some(mistake), _) => return mistake.at(start),
            (None, Some(name)) => {
                let fix = signature::signature(name).map(|signature| calls::written(signature.form));
                (format!("filter `{name}`: {}", reason(error, kind)), fix)
            }
            (None, None) if !source.contains("**") && reason(error, kind).contains("** operator") => (
                "`*` multiplies numbers: it repeats no text and no list".to_owned(),
                Some("use `range` or a loop to repeat a value".to_owned()),
            ),
            (None, None) => (reason(error, kind), None),
        },
    };
    ExprError { message, fix, range: range.start + start..range.end + start }
}

fn reason(error: &minijinja::Error, kind: ErrorKind) -> String {
    error.detail().map_or_else(|| kind.to_string(), str::to_owned)
}

/// The engine points at `.b` of `a.b`; people want to read `a.b`.
fn whole_name(source: &str, range: Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default();
    let name = |c: char| c.is_alphanumeric() || "_.".contains(c);
    match source.get(range.clone()).is_some_and(|part| part.starts_with('.')) {
        true => before.trim_end_matches(name).len()..range.end,
        false => range,
    }
}

/// Characters of an expression in a message.
const BRIEF: usize = 200;

fn brief(source: &str) -> String {
    crate::text::brief(source.trim(), BRIEF)
}

fn too_large(range: Range<usize>) -> ExprError {
    ExprError {
        message: format!("the value is larger than {MAX_OUTPUT} bytes"),
        fix: Some("pass on fewer fields, for example with `map(attribute='id')`".to_owned()),
        range,
    }
}

fn below(name: impl std::fmt::Display, (pointer, error): (String, ExprError)) -> (String, ExprError) {
    (crate::span::join("", name) + &pointer, error)
}

#[cfg(test)]
mod tests;
