//! Data on standard output, everything else on standard error.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::{Map, Value};

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

/// Characters of a line of words.
const WIDTH: usize = 120;

/// Words in their order, behind a heading, over as many lines as they need.
pub fn words(heading: &str, words: &[String]) -> String {
    let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let indent = " ".repeat(heading.chars().count());
    let (mut text, mut length) = (heading.to_owned(), 0);
    for word in sorted {
        if length > 0 && indent.len() + length + word.len() > WIDTH {
            text = format!("{}\n{indent}", text.trim_end());
            length = 0;
        }
        text.push_str(word);
        text.push(' ');
        length += word.len() + 1;
    }
    text.trim_end().to_owned()
}

/// An output object for people: scalars as `key  value`, objects as `key.field  value`, lists as tables.
pub fn fields(value: &Value) -> Result<(), CliError> {
    let Some(object) = value.as_object() else {
        return json(value);
    };
    let flat = flat(object);
    let width = flat.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    for (key, value) in &flat {
        match value {
            Value::Null => {}
            Value::String(text) => line(&format!("{key:width$}  {}", plain(text)))?,
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let all: Vec<String> = items.iter().filter_map(Value::as_str).map(plain).collect();
                line(&words(&format!("{key:width$}  "), &all))?;
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                line(&format!("{key:width$}  {} items", items.len()))?;
                items_table(items)?;
            }
            other => line(&format!("{key:width$}  {}", plain(&other.to_string())))?,
        }
    }
    Ok(())
}

/// Fields of objects inside under their whole names.
fn flat(object: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (key, value) in object {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                all.extend(flat(inner).into_iter().map(|(field, value)| (format!("{key}.{field}"), value)));
            }
            _ => all.push((key.clone(), value)),
        }
    }
    all
}

/// Columns of a list; more would not fit on a line.
const COLUMNS: usize = 6;
/// Characters of a cell.
const CELL: usize = 40;

/// The items of a list under the names of their first fields. What is left out is counted.
fn items_table(items: &[Value]) -> Result<(), CliError> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, value) in items.iter().filter_map(Value::as_object).flatten() {
        let scalar = !value.is_null() && !value.is_object() && !value.is_array();
        // One id names the item; more of them only take room.
        let another_id = is_id(name) && columns.iter().any(|known| is_id(known));
        if scalar && !another_id && columns.len() < COLUMNS && !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let mut names: Vec<&str> =
        items.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let hidden = names.iter().filter(|name| !columns.contains(name)).count();
    let headings: Vec<String> = columns.iter().map(|name| name.to_uppercase().replace('_', " ")).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows = items.iter().map(|item| columns.iter().map(|name| cell(item.get(name))).collect());
    table(&headings, rows.collect())?;
    match hidden {
        0 => Ok(()),
        more => line(&format!(" {more} more fields: --json shows all")),
    }
}

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("uuid")
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.replace('\n', " "),
        Some(other) => other.to_string(),
    };
    let text = plain(&text);
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Text of a service without the control characters that would move a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_stay_under_their_heading_and_none_is_lost() {
        let all: Vec<String> = (0..40).map(|n| format!("scope:read:number_{n:02}")).rev().collect();
        let text = words("scopes  ", &all);
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(
            text.starts_with("scopes  scope:read:number_00 ")
                && text.lines().skip(1).all(|line| line.starts_with("        s"))
        );
        assert_eq!(text.split_whitespace().skip(1).count(), 40);
    }

    #[test]
    fn fields_inside_objects_have_their_whole_name() {
        let value = json!({"label": "a", "identity": {"email": "x", "more": {"n": 1}}, "none": {}});
        let names: Vec<String> = flat(value.as_object().unwrap()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["label", "identity.email", "identity.more.n", "none"]);
    }
}
