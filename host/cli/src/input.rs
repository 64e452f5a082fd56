//! `key=text`, `key:=json`, `key=@file`: HTTPie's rule for making JSON on a command line.

use std::io::BufRead;
use std::path::Path;

use serde_json::{Map, Value};
use switchboard_app::blocking::on_thread;
use switchboard_app::input::{MAX_BYTES, MAX_DEPTH, read_json};
use switchboard_app::{AppError, Class, files};

/// The input object from `--input` and fields; fields win.
pub fn object(input: Option<&str>, fields: &[String]) -> Result<Value, AppError> {
    let mut object = match input {
        None => Map::new(),
        Some(source) => match read_json(read(source)?.as_bytes()) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(invalid(format!("{source} is JSON, but not an object"))),
            Err(error) if error.is_limit() => return Err(invalid(format!("{source} cannot be used: {error}"))),
            Err(error) => return Err(invalid(format!("{source} is not JSON: {error}"))),
        },
    };
    for field in fields {
        let (key, value) = parse(field)?;
        if key.split('.').count() > MAX_DEPTH {
            return Err(invalid(format!("a field is nested more than {} levels deep", MAX_DEPTH)));
        }
        set(&mut object, &key, value);
    }
    Ok(Value::Object(object))
}

fn read(source: &str) -> Result<String, AppError> {
    let text = match source {
        "-" => files::read_stream(std::io::stdin().lock(), "standard input", MAX_BYTES),
        source => files::read(Path::new(source.strip_prefix('@').unwrap_or(source)), MAX_BYTES),
    };
    text.map_err(|error| files::file_error(&error))
}

/// Longest line that a person types or pastes, bytes: an address on which a browser ended has some thousand.
const MAX_LINE: u64 = 64 << 10;

/// The next line that a person enters; empty at the end of standard input. Signals are heard meanwhile.
pub async fn answer() -> Result<String, AppError> {
    Ok(on_thread(next_line).await?.unwrap_or_default())
}

/// The next line of standard input; none at its end. A longer one is refused, and not taken for two.
pub fn next_line() -> Result<Option<String>, AppError> {
    line_of(std::io::stdin().lock())
}

fn line_of(input: impl BufRead) -> Result<Option<String>, AppError> {
    let mut line = Vec::new();
    let read = input.take(MAX_LINE + 1).read_until(b'\n', &mut line);
    let read = read.map_err(|error| AppError::failed("input", error.to_string()))?;
    if read == 0 {
        return Ok(None);
    }
    if line.len() as u64 > MAX_LINE {
        let message = format!("a line of standard input is longer than {} KiB", MAX_LINE >> 10);
        return Err(AppError::usage(message, "enter only the requested line"));
    }
    let text = files::decode(line, "standard input").map_err(|error| files::file_error(&error))?;
    Ok(Some(text.trim().to_owned()))
}

fn parse(field: &str) -> Result<(String, Value), AppError> {
    let Some(at) = field.find('=') else {
        return Err(AppError::usage(format!("`{field}` is not a field"), "write key=text, key:=json or key=@file"));
    };
    let (key, value) = field.split_at(at);
    let value = value.strip_prefix('=').unwrap_or(value);
    if let Some(key) = key.strip_suffix(':') {
        let json = read_json(value.as_bytes()).map_err(|error| {
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
