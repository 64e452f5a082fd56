//! JSON Schemas for people: fields, one a line, and the types they name.

use serde_json::{Map, Value};

use crate::output;
use switchboard_app::AppError;

/// Types that are shown of one activity. Zoom's largest names 14; a schema of a stranger may name as many as it likes.
const TYPES: usize = 100;
/// How far a short word for a type is looked for: a reference to a choice, inside a choice, inside a list.
const DEPTH: usize = 4;

/// The fields of a schema, one a line.
pub fn fields(schema: &Value) -> Result<(), AppError> {
    fields_of(schema, schema)
}

/// The types that schemas name, each with its fields, in the order they are named.
pub fn types(schemas: &[&Value]) -> Result<(), AppError> {
    let mut shown: Vec<(String, &Value)> = Vec::new();
    for root in schemas {
        let mut names = named_in(root.get("properties"));
        while let Some(name) = names.pop() {
            let Some(target) = defined(root, &name).filter(|target| target.get("properties").is_some()) else {
                continue;
            };
            if shown.len() < TYPES && !shown.iter().any(|(known, other)| *known == name && *other == target) {
                names.extend(named_in(target.get("properties")));
                output::heading(&name)?;
                fields_of(root, target)?;
                shown.push((name, target));
            }
        }
    }
    Ok(())
}

/// The names of types in properties, the last first.
fn named_in(properties: Option<&Value>) -> Vec<String> {
    let mut names = Vec::new();
    for property in properties.and_then(Value::as_object).into_iter().flat_map(Map::values) {
        let cases = property.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        let parts = [property].into_iter().chain(property.get("items")).chain(cases);
        names.extend(parts.filter_map(reference).map(str::to_owned));
    }
    names.reverse();
    names
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

fn defined<'a>(root: &'a Value, name: &str) -> Option<&'a Value> {
    root.get("$defs")?.get(name)
}

fn fields_of(root: &Value, schema: &Value) -> Result<(), AppError> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(());
    };
    let width = properties.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, property) in properties {
        let mark = if required.contains(&name.as_str()) { "required" } else { "" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or("").replace('\n', " ");
        output::line(&format!("  {name:width$}  {:16} {mark:8}  {about}", kind(root, property, DEPTH)))?;
    }
    Ok(())
}

/// The words of one case of a choice: one that has a description of its own, or several that have none.
fn words(case: &Value) -> Vec<&str> {
    let several = case.get("enum").and_then(Value::as_array).into_iter().flatten();
    case.get("const").into_iter().chain(several).filter_map(Value::as_str).collect()
}

/// A short word for a property's type.
fn kind(root: &Value, property: &Value, depth: usize) -> String {
    if let Some(name) = reference(property) {
        return match defined(root, name) {
            Some(target) if depth > 0 && (target.get("enum").is_some() || target.get("oneOf").is_some()) => {
                kind(root, target, depth - 1)
            }
            _ => name.to_owned(),
        };
    }
    let constants: Vec<&str> = match (property.get("enum"), property.get("oneOf")) {
        (Some(Value::Array(values)), _) => values.iter().filter_map(Value::as_str).collect(),
        (_, Some(Value::Array(cases))) => cases.iter().flat_map(words).collect(),
        _ => Vec::new(),
    };
    if !constants.is_empty() {
        return constants.join("|");
    }
    if let (Some(Value::Array(cases)), true) = (property.get("anyOf"), depth > 0) {
        let case = cases.iter().find(|case| case.get("type").and_then(Value::as_str) != Some("null"));
        return case.map_or_else(String::new, |case| kind(root, case, depth - 1));
    }
    let name = match property.get("type") {
        Some(Value::String(name)) => name.as_str(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or(""),
        _ => "",
    };
    match property.get("items") {
        Some(items) if name == "array" && depth > 0 => format!("list of {}", kind(root, items, depth - 1)),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kind_of_a_property_is_one_word_or_a_choice() {
        let root = json!({"$defs": {"Day": {"enum": ["a", "b"]}, "One": {"properties": {}}}});
        for (property, word) in [
            (json!({"$ref": "#/$defs/Day"}), "a|b"),
            (json!({"$ref": "#/$defs/One"}), "One"),
            (json!({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/One"}]}), "One"),
            (json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/Day"}}), "list of a|b"),
            (json!({"type": ["null", "integer"]}), "integer"),
            (json!({}), ""),
        ] {
            assert_eq!(kind(&root, &property, DEPTH), word, "{property}");
        }
    }

    #[test]
    fn type_that_names_itself_ends() {
        let root = json!({"properties": {"a": {"$ref": "#/$defs/Loop"}, "b": {"$ref": "#/$defs/Tree"}},
            "$defs": {"Loop": {"$ref": "#/$defs/Loop", "oneOf": []},
                "Tree": {"properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}}}});
        assert_eq!(kind(&root, &root["properties"]["a"], DEPTH), "Loop");
        types(&[&root, &root]).unwrap();
    }
}
