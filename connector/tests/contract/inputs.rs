//! Inputs of an activity: the manifest's examples, and each of them with every other field of the schema in turn.

use serde_json::{Map, Value, json};

/// An input, and where it comes from.
pub struct Input {
    pub title: String,
    pub value: Value,
    /// One that the manifest promises to work.
    pub is_example: bool,
}

pub fn of(entry: &Value) -> Vec<Input> {
    let examples = entry["examples"].as_array().unwrap();
    let good: Vec<&Value> = examples.iter().filter(|example| example["problem"].is_null()).collect();
    let mut all: Vec<Input> = good
        .iter()
        .map(|example| Input {
            title: example["title"].as_str().unwrap().to_owned(),
            value: example["input"].clone(),
            is_example: true,
        })
        .collect();
    let Some(base) = good.first() else { return all };
    // What the input may be then depends on the operation that it names.
    if entry["scopes_by"].is_string() {
        return all;
    }
    let schema = &entry["input"];
    for (field, property) in schema["properties"].as_object().into_iter().flatten() {
        for value in values(schema, property, 0) {
            let mut changed = base["input"].clone();
            changed.as_object_mut().unwrap().insert(field.clone(), value.clone());
            all.push(Input { title: format!("{field} = {value}"), value: changed, is_example: false });
        }
    }
    all
}

/// Values that a schema allows: each case, both ends of a range, every example.
fn values(root: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    let schema = resolve(root, schema);
    if let Some(examples) = schema["examples"].as_array() {
        return examples.clone();
    }
    if let Some(cases) = schema["enum"].as_array() {
        return cases.iter().filter(|case| !case.is_null()).cloned().collect();
    }
    if let Some(case) = schema.get("const") {
        return vec![case.clone()];
    }
    for kind in ["anyOf", "oneOf"] {
        if let Some(options) = schema[kind].as_array() {
            return options.iter().flat_map(|option| values(root, option, depth)).collect();
        }
    }
    match kind(schema) {
        "boolean" => vec![json!(true), json!(false)],
        "integer" | "number" => {
            let (low, high) = (schema["minimum"].as_i64().unwrap_or(1), schema["maximum"].as_i64());
            high.filter(|high| *high != low && *high < 100_000)
                .map_or(vec![json!(low)], |high| vec![json!(low), json!(high)])
        }
        "array" if depth < 4 => {
            values(root, &schema["items"], depth + 1).into_iter().take(2).map(|item| json!([item])).collect()
        }
        "object" if depth < 4 => objects(root, schema, depth),
        _ => Vec::new(),
    }
}

/// The object with what it must have, and that with each other field in turn.
fn objects(root: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut base = Map::new();
    for name in &required {
        let Some(value) = values(root, &properties[*name], depth + 1).into_iter().next() else { return Vec::new() };
        base.insert((*name).to_owned(), value);
    }
    let mut all: Vec<Value> = if required.is_empty() { Vec::new() } else { vec![Value::Object(base.clone())] };
    for (name, property) in &properties {
        for value in values(root, property, depth + 1) {
            let mut object = base.clone();
            object.insert(name.clone(), value);
            all.push(Value::Object(object));
        }
    }
    all
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        _ => "",
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}
