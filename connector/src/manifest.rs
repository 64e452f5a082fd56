//! The manifest the component carries, and (feature `schema`) how it is made from the hand-written files and the WIT types.

/// The resolved manifest, packed: hosts ask for it once, calls never.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/manifest.deflate"));

/// The manifest's section on signing in, JSON without blanks.
pub static AUTH: &str = include_str!(concat!(env!("OUT_DIR"), "/auth.json"));

/// The resolved manifest, JSON without blanks.
pub fn resolved() -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(feature = "schema")]
pub use resolve::{resolve, schema_of};

#[cfg(feature = "schema")]
mod resolve {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use schemars::{JsonSchema, Schema};
    use serde_json::{Map, Value};

    use crate::{activities, events};

    /// Keywords of a hint that JSON Schema knows too.
    const KEYWORDS: [&str; 6] = ["minimum", "maximum", "maxLength", "minLength", "pattern", "examples"];

    /// A self-contained schema; WIT comments are its descriptions.
    pub fn schema_of<T: JsonSchema>() -> Schema {
        schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
    }

    /// Merge `connector.json`, `errors.json`, `remedies.json`, `guides.json`, `activities/*.json`, `events/*.json` and the schemas.
    pub fn resolve(folder: &Path) -> Result<String, String> {
        let mut manifest = object(&folder.join("connector.json"))?;
        manifest.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
        let mut written = Vec::new();
        for (area, entries) in areas(&folder.join("activities"))? {
            for (verb, entry) in entries {
                written.push((format!("{area}.{verb}"), area.clone(), entry));
            }
        }
        let mut activities = Vec::new();
        for activity in activities::all() {
            let at = written.iter().position(|(name, ..)| name == activity.name);
            let Some(at) = at else {
                return Err(format!("`{}` has no entry in manifests/zoom/activities", activity.name));
            };
            let (name, area, entry) = written.swap_remove(at);
            activities.push(merge(name, area, entry, (activity.schemas)())?);
        }
        if let Some((name, ..)) = written.first() {
            return Err(format!(
                "`{name}` has an entry in manifests/zoom/activities, but no line in the dispatch table"
            ));
        }
        if let Some(auth) = manifest.get_mut("auth").and_then(Value::as_object_mut) {
            auth.insert("scopes".to_owned(), every_scope(&activities));
        }
        let mut errors = object(&folder.join("errors.json"))?;
        for (part, name) in [("problems", "errors"), ("refusals", "refusals")] {
            manifest.insert(name.to_owned(), errors.remove(part).unwrap_or_default());
        }
        for file in ["remedies.json", "guides.json"] {
            manifest.extend(object(&folder.join(file))?);
        }
        manifest.insert("activities".to_owned(), Value::Array(activities));
        manifest.insert("events".to_owned(), Value::Array(every_event(&folder.join("events"))?));
        let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
        text.push('\n');
        Ok(text)
    }

    /// Every event with its schema, in the order of the table.
    fn every_event(folder: &Path) -> Result<Vec<Value>, String> {
        let mut written = Vec::new();
        for (area, entries) in areas(folder)? {
            written.extend(entries.into_iter().map(|(name, entry)| (name, area.clone(), entry)));
        }
        let mut all = Vec::new();
        for event in events::TABLE {
            let at = written.iter().position(|(name, ..)| name == event.name);
            let at = at.ok_or_else(|| format!("`{}` has no entry in manifests/zoom/events", event.name))?;
            let (name, area, entry) = written.swap_remove(at);
            let Value::Object(entry) = entry else {
                return Err(format!("`{name}` is not an object"));
            };
            let mut merged = Map::new();
            merged.insert("name".to_owned(), name.into());
            merged.insert("area".to_owned(), area.into());
            merged.extend(entry);
            let mut payload = (event.schema)().to_value();
            spell_as_json(&mut [&mut payload]);
            merged.insert("payload".to_owned(), payload);
            all.push(Value::Object(merged));
        }
        match written.first() {
            Some((name, ..)) => {
                Err(format!("`{name}` has an entry in manifests/zoom/events, but no line in the table of events"))
            }
            None => Ok(all),
        }
    }

    /// Areas with their entries by name.
    type Areas = Vec<(String, Map<String, Value>)>;

    /// The files of a folder by area, in the order of their names.
    fn areas(folder: &Path) -> Result<Areas, String> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .map_err(|error| format!("cannot list {}: {error}", folder.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect();
        files.sort();
        let area = |file: &Path| file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        files.iter().map(|file| Ok((area(file), object(file)?))).collect()
    }

    /// All scopes of all activities in each family, without and with `:admin`: what an app for everything is made with.
    fn every_scope(activities: &[Value]) -> Value {
        let of = |family: &str| -> BTreeSet<&str> {
            let sets = activities.iter().filter_map(|entry| entry.get("scopes")?.get(family)?.as_array()).flatten();
            sets.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
        };
        serde_json::json!({ "classic": of("classic"), "granular": of("granular") })
    }

    fn merge(name: String, area: String, entry: Value, schemas: (Schema, Schema)) -> Result<Value, String> {
        let Value::Object(entry) = entry else {
            return Err(format!("`{name}` is not an object"));
        };
        let (mut input, mut output) = (schemas.0.to_value(), schemas.1.to_value());
        for (pointer, hint) in entry.get("hints").and_then(Value::as_object).into_iter().flatten() {
            let field = pointer.trim_start_matches('/');
            let Some(Value::Object(schema)) = input.pointer_mut(&format!("/properties/{field}")) else {
                return Err(format!("`{name}` has a hint for `{pointer}`, which is no field of its input"));
            };
            for keyword in KEYWORDS {
                if let Some(value) = hint.get(keyword) {
                    schema.insert(keyword.to_owned(), value.clone());
                }
            }
        }
        spell_as_json(&mut [&mut input, &mut output]);
        let mut merged = Map::new();
        merged.insert("name".to_owned(), name.into());
        merged.insert("area".to_owned(), area.into());
        merged.extend(entry);
        merged.insert("input".to_owned(), input);
        merged.insert("output".to_owned(), output);
        Ok(Value::Object(merged))
    }

    /// The WIT's comments name fields as WIT does, `start-time`. Whoever reads a schema writes `start_time`.
    fn spell_as_json(schemas: &mut [&mut Value]) {
        let mut names = BTreeSet::new();
        schemas.iter().for_each(|schema| collect_names(schema, &mut names));
        schemas.iter_mut().for_each(|schema| spell_descriptions(schema, &names));
    }

    /// Every name of a field and of a choice.
    fn collect_names(schema: &Value, names: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        ("properties", Value::Object(properties)) => names.extend(properties.keys().cloned()),
                        ("const", Value::String(choice)) => names.extend([choice.clone()]),
                        ("enum", Value::Array(choices)) => {
                            names.extend(choices.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        _ => {}
                    }
                    collect_names(value, names);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
            _ => {}
        }
    }

    fn spell_descriptions(schema: &mut Value, names: &BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match value {
                        Value::String(text) if key == "description" => *text = spelled(text, names),
                        other => spell_descriptions(other, names),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| spell_descriptions(item, names)),
            _ => {}
        }
    }

    /// Words in backticks that are a name once they are spelled with underscores.
    fn spelled(text: &str, names: &BTreeSet<String>) -> String {
        let parts = text.split('`').enumerate().map(|(number, part)| {
            let name = part.replace('-', "_");
            if number % 2 == 1 && names.contains(&name) { name } else { part.to_owned() }
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn object(file: &Path) -> Result<Map<String, Value>, String> {
        let text = fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }
}
