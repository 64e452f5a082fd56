//! `key=text`, `key:=json`, `key=@file`: HTTPie's rule for making JSON on a command line.

use std::io::{BufRead, Read};
use std::path::Path;

use serde_json::{Map, Value};
use switchboard_app::{AppError, Class, files};
use switchboard_json::Limits;

/// Bytes of an input file. The longest list that an activity takes has 9,999 people.
const MAX_FILE: u64 = 8 << 20;
/// Input as JSON: its levels are those of documents, so that it can be checked against their schemas.
const LIMITS: Limits = Limits { text: 8 << 20, depth: switchboard_automation::limits::NESTING, memory: 256 << 20 };

/// The input object from `--input` and fields; fields win.
pub fn object(input: Option<&str>, fields: &[String]) -> Result<Value, AppError> {
    let mut object = match input {
        None => Map::new(),
        Some(source) => match switchboard_json::read(read(source)?.as_bytes(), LIMITS) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(invalid(format!("{source} is JSON, but not an object"))),
            Err(error) if error.is_limit() => return Err(invalid(format!("{source} cannot be used: {error}"))),
            Err(error) => return Err(invalid(format!("{source} is not JSON: {error}"))),
        },
    };
    for field in fields {
        let (key, value) = parse(field)?;
        if key.split('.').count() > LIMITS.depth {
            return Err(invalid(format!("a field is nested more than {} levels deep", LIMITS.depth)));
        }
        set(&mut object, &key, value);
    }
    Ok(Value::Object(object))
}

fn read(source: &str) -> Result<String, AppError> {
    let text = match source {
        "-" => switchboard_text_file::read_stream(std::io::stdin().lock(), "standard input", MAX_FILE),
        source => switchboard_text_file::read(Path::new(source.strip_prefix('@').unwrap_or(source)), MAX_FILE),
    };
    text.map_err(|error| files::unusable(&error))
}

/// Longest line that a person types or pastes, bytes: an address on which a browser ended has some thousand.
const MAX_LINE: u64 = 64 << 10;

/// The next line of standard input; empty at its end. A longer one is refused, and not taken for two.
pub fn line() -> Result<String, AppError> {
    line_of(std::io::stdin().lock())
}

/// The next line as somebody typed it, for who waits for something else meanwhile; none at the end. One that is too long comes in
/// parts.
pub fn next_line() -> Option<String> {
    let mut line = Vec::new();
    let read = std::io::stdin().lock().take(MAX_LINE).read_until(b'\n', &mut line).ok()?;
    if read > 0 { Some(String::from_utf8_lossy(&line).trim_end().to_owned()) } else { None }
}

fn line_of(input: impl BufRead) -> Result<String, AppError> {
    let mut line = Vec::new();
    let read = input.take(MAX_LINE + 1).read_until(b'\n', &mut line);
    read.map_err(|error| AppError::failed("input", error.to_string()))?;
    if line.len() as u64 > MAX_LINE {
        let message = format!("a line of standard input is longer than {} KiB", MAX_LINE >> 10);
        return Err(AppError::usage(message, "enter only the requested line"));
    }
    let text = switchboard_text_file::decode(line, "standard input").map_err(|error| files::unusable(&error))?;
    Ok(text.trim().to_owned())
}

fn parse(field: &str) -> Result<(String, Value), AppError> {
    let Some(at) = field.find('=') else {
        return Err(AppError::usage(format!("`{field}` is not a field"), "write key=text, key:=json or key=@file"));
    };
    let (key, value) = field.split_at(at);
    let value = value.strip_prefix('=').unwrap_or(value);
    if let Some(key) = key.strip_suffix(':') {
        let json = switchboard_json::read(value.as_bytes(), LIMITS).map_err(|error| {
            AppError::usage(
                format!("`{field}`: the part after := is not JSON ({error})"),
                format!("for text write {key}={value}"),
            )
        })?;
        return Ok((key.to_owned(), json));
    }
    match value.strip_prefix('@') {
        Some(path) => Ok((key.to_owned(), Value::String(read(path)?))),
        None => Ok((key.to_owned(), Value::String(value.to_owned()))),
    }
}

/// `settings.waiting_room:=true` sets a field of a nested object.
fn set(object: &mut Map<String, Value>, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            object.insert(key.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                set(inner, rest, value);
            }
        }
    }
}

fn invalid(message: String) -> AppError {
    AppError::failed("input.unreadable", message).with_class(Class::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_json_and_nested_fields() {
        let fields = ["topic=Weekly = sync", "duration:=45", "settings.waiting_room:=true", "empty="].map(String::from);
        let expected =
            json!({"topic": "Weekly = sync", "duration": 45, "settings": {"waiting_room": true}, "empty": ""});
        assert_eq!(object(None, &fields).unwrap(), expected);
    }

    #[test]
    fn mistakes_name_the_field_and_the_fix() {
        for (field, says) in [("topic", "is not a field"), ("n:=abc", "not JSON"), ("f=@/nowhere/x", "cannot read")] {
            let error = object(None, &[field.to_owned()]).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
