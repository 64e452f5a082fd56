//! Data on standard output, everything else on standard error.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;

use crate::error::CliError;

/// Print a value as indented JSON.
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| CliError::failed("output", error.to_string()))?;
    line(&text)
}

/// Print one line; a closed pipe is no failure.
pub fn line(text: &str) -> Result<(), CliError> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::failed("output", format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Rows under headings, as wide as the terminal.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) -> Result<(), CliError> {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    line(&table.to_string())
}

/// `1.4 MB` for people.
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// Milliseconds since 1970 as RFC 3339.
pub fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.0}"))
}

/// An output object for people: scalars as `key  value`, the rest as JSON.
pub fn fields(value: &Value) -> Result<(), CliError> {
    let Some(object) = value.as_object() else {
        return json(value);
    };
    let width = object.keys().map(String::len).max().unwrap_or(0);
    for (key, value) in object {
        match value {
            Value::Null => {}
            Value::String(text) => line(&format!("{key:width$}  {}", plain(text)))?,
            Value::Array(items) if items.iter().any(Value::is_object) => {
                line(&format!("{key:width$}  {} items", items.len()))?;
                for item in items {
                    line(&format!("{:width$}  - {}", "", plain(&summary(item))))?;
                }
            }
            other => line(&format!("{key:width$}  {}", plain(&other.to_string())))?,
        }
    }
    Ok(())
}

/// The scalar fields of one list item, in one line.
fn summary(item: &Value) -> String {
    let Some(object) = item.as_object() else {
        return item.to_string();
    };
    let scalars = object.iter().filter(|(_, value)| !value.is_object() && !value.is_array() && !value.is_null());
    let parts: Vec<String> = scalars
        .map(|(key, value)| match value.as_str() {
            Some(text) => format!("{key}={text}"),
            None => format!("{key}={value}"),
        })
        .collect();
    parts.join("  ")
}

/// Text of a service without the control characters that would move a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
