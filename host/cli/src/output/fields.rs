//! An output object for people.

use serde_json::{Map, Value};

use super::printable::{paragraph, printable};
use super::{json, line, lines, stream, table, words};
use switchboard_app::AppError;

/// Print an object: scalars as `key  value`, objects as `key.field  value`, lists as tables. What is not an object is printed as JSON.
pub fn fields(value: &Value) -> Result<(), AppError> {
    let Some(object) = value.as_object() else {
        return json(value);
    };
    let flat = flat(object);
    let width = flat.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
    let indent = " ".repeat(width + 2);
    for (key, value) in &flat {
        match value {
            Value::String(text) => {
                let text = paragraph(text).join(&format!("\n{indent}"));
                lines(&format!("{key:width$}  {text}"))?;
            }
            Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => {
                let all: Vec<String> = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                texts(&format!("{key:width$}  "), &all).iter().try_for_each(|text| line(text))?;
            }
            Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_object) => {
                line(&format!("{key:width$}  {} items", items.len()))?;
                items_table(items)?;
            }
            other => line(&format!("{key:width$}  {other}"))?,
        }
    }
    Ok(())
}

/// Texts behind a heading. Where one has a space in it, each has a line of its own: nobody could tell them apart on one.
fn texts(heading: &str, texts: &[String]) -> Vec<String> {
    if !texts.iter().any(|text| text.is_empty() || text.contains(char::is_whitespace)) {
        return words(heading, texts);
    }
    let indent = " ".repeat(heading.chars().count());
    let heads = std::iter::once(heading).chain(std::iter::repeat(indent.as_str()));
    heads.zip(texts).map(|(head, text)| format!("{head}{}", printable(text))).collect()
}

/// Fields of objects inside under their whole names.
fn flat(object: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (key, value) in object {
        let key = printable(key);
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                all.extend(flat(inner).into_iter().map(|(field, value)| (format!("{key}.{field}"), value)));
            }
            _ => all.push((key, value)),
        }
    }
    all
}

/// Columns of a list; more would not fit on a line.
const COLUMNS: usize = 6;
/// Characters of a cell in a terminal. Elsewhere a cell is whole.
const CELL: usize = 40;

/// The items of a list under the names of their first fields. What is left out is counted.
fn items_table(items: &[Value]) -> Result<(), AppError> {
    let columns = columns(items);
    let mut names: Vec<&str> =
        items.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let hidden = names.iter().filter(|name| !columns.contains(name)).count();
    let headings: Vec<String> = columns.iter().map(|name| name.to_uppercase().replace('_', " ")).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let limit = stream::width().map(|_| CELL);
    let mut rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|name| cell(item.get(name))).collect()).collect();
    let is_cut = rows.iter_mut().flatten().fold(false, |is_cut, cell| cut(cell, limit) | is_cut);
    table(&headings, rows)?;
    match hidden {
        0 => {}
        more => line(&format!(" {more} more fields: --json shows all"))?,
    }
    if is_cut { line(" … stands for the rest of a text: --json shows it") } else { Ok(()) }
}

/// The first fields with plain values, in the order of the items: one that the first item lacks stands where another one has it.
fn columns(items: &[Value]) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for item in items.iter().filter_map(Value::as_object) {
        let mut next = 0;
        for (name, value) in item {
            let is_plain = !value.is_null() && !value.is_object() && !value.is_array();
            // One id names the item; more of them only take room.
            let is_another_id = is_id(name) && columns.iter().any(|known| is_id(known));
            match columns.iter().position(|known| known == name) {
                Some(at) => next = at + 1,
                None if is_plain && !is_another_id => {
                    columns.insert(next.min(columns.len()), name);
                    next += 1;
                }
                None => {}
            }
        }
    }
    columns.truncate(COLUMNS);
    columns
}

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("uuid")
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => printable(text),
        Some(other) => printable(&other.to_string()),
    }
}

/// Whether the cell was longer than this many characters.
fn cut(cell: &mut String, limit: Option<usize>) -> bool {
    match limit.and_then(|limit| cell.char_indices().nth(limit)) {
        Some((end, _)) => {
            cell.truncate(end);
            cell.push('…');
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_inside_objects_have_their_whole_name() {
        let value = json!({"label": "a", "identity": {"email": "x", "more": {"n": 1}}, "none": {}});
        let names: Vec<String> = flat(value.as_object().unwrap()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["label", "identity.email", "identity.more.n", "none"]);
    }

    #[test]
    fn a_field_that_the_first_item_lacks_stands_in_its_place() {
        let items = [
            json!({"id": "1", "topic": "a", "kind": "open", "duration": 60, "timezone": "UTC", "url": "u", "more": 1}),
            json!({"id": "2", "uuid": "x", "topic": "b", "kind": "fixed", "start": "now", "duration": 60, "host_id": "h"}),
        ];
        assert_eq!(columns(&items), ["id", "topic", "kind", "start", "duration", "timezone"]);
    }

    #[test]
    fn texts_with_spaces_have_a_line_each() {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(texts("m  ", &all(&["b", "a"])), ["m  b a"]);
        assert_eq!(texts("m  ", &all(&["Weekly sync", "All"])), ["m  Weekly sync", "   All"]);
    }

    #[test]
    fn a_cell_is_cut_at_a_limit_alone() {
        let text = "é".repeat(50);
        let mut cell = text.clone();
        assert!(!cut(&mut cell, None));
        assert_eq!(cell, text);
        assert!(cut(&mut cell, Some(40)));
        assert_eq!(cell, format!("{}…", "é".repeat(40)));
    }
}
