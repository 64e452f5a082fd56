//! Events: WIT, table and manifest name the same; deliveries of the manifest, of the emulator and of the service's own documents are
//! read without loss and fit the schemas.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "helpers of tests fail the test"
)]

mod live;
mod played;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use switchboard_connector_zoom::bindings::events::Event;
use switchboard_connector_zoom::{events, manifest};

fn entries() -> Vec<Value> {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    manifest["events"].as_array().expect("events").clone()
}

fn normalized(delivery: &Value) -> Value {
    let text = events::normalize(&delivery.to_string()).unwrap_or_else(|problem| panic!("{delivery}: {problem:?}"));
    serde_json::from_str(&text).unwrap()
}

fn validators() -> BTreeMap<String, jsonschema::Validator> {
    let of = |entry: &Value| jsonschema::validator_for(&entry["payload"]).expect("a schema");
    entries().iter().map(|entry| (entry["name"].as_str().unwrap().to_owned(), of(entry))).collect()
}

#[test]
fn wit_table_and_manifest_name_the_same_events() {
    let wit = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/zoom/events.wit")).unwrap();
    let cases = wit.split("variant event {").nth(1).unwrap().split("    }\n").next().unwrap();
    let plain = |name: &str| name.replace(['.', '_'], "-");
    let wit: BTreeSet<String> = cases
        .lines()
        .filter_map(|line| Some(line.trim().split_once('(')?.0.to_owned()))
        .filter(|case| case != "other")
        .collect();
    let table: BTreeSet<String> = events::TABLE.iter().map(|event| plain(event.name)).collect();
    let listed: BTreeSet<String> = entries().iter().map(|entry| plain(entry["name"].as_str().unwrap())).collect();
    assert_eq!(table.len(), events::TABLE.len(), "a name is in the table twice");
    assert_eq!(wit, table);
    assert_eq!(table, listed, "run `resolve-manifest`");
}

#[test]
fn every_entry_says_what_a_subscriber_must_know() {
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        let some = |key: &str| entry[key].as_str().is_some_and(|text| !text.is_empty());
        assert!(some("title") && some("summary"), "{name}");
        let levels: Vec<&str> = entry["levels"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(
            levels.contains(&"account") && levels.iter().all(|level| ["user", "account"].contains(level)),
            "{name}"
        );
        for family in ["classic", "granular"] {
            let sets = entry["scopes"][family].as_array().unwrap();
            let plain =
                |set: &Value| set.as_array().unwrap().iter().all(|scope| !scope.as_str().unwrap().ends_with(":admin"));
            assert!(!sets.is_empty(), "{name} has no {family} scopes");
            assert_eq!(
                levels.contains(&"user"),
                sets.iter().any(plain),
                "{name}: an event of one user needs no :admin"
            );
        }
        for pointer in entry["sensitive_output"].as_array().unwrap().iter().filter_map(Value::as_str) {
            let field = pointer.split('/').nth(1).unwrap();
            assert!(entry["payload"]["properties"].get(field).is_some(), "{name} has no {pointer}");
        }
        assert!(!entry["examples"].as_array().unwrap().is_empty(), "{name} has no example");
    }
}

#[test]
fn every_field_is_spelled_in_snake_case() {
    fn walk(schema: &Value) {
        let names = schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|all| all.keys());
        let cases = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for name in names.map(String::as_str).chain(cases).chain(schema.get("const").and_then(Value::as_str)) {
            assert!(!name.contains('-') && name == name.to_lowercase(), "{name}");
        }
        match schema {
            Value::Object(map) => map.values().for_each(walk),
            Value::Array(list) => list.iter().for_each(walk),
            _ => {}
        }
    }
    entries().iter().for_each(|entry| walk(&entry["payload"]));
}

#[test]
fn every_example_gives_exactly_what_it_says() {
    let schemas = validators();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        for example in entry["examples"].as_array().unwrap() {
            let found = normalized(&example["delivery"]);
            assert_eq!(found, example["output"], "{name}: {}: {found}", example["title"]);
            assert!(schemas[name].is_valid(&found), "{name}: {found}");
            assert_eq!(missing(&example["delivery"]["payload"], &found), BTreeSet::new(), "{name}: {found}");
        }
    }
}

#[test]
fn no_token_for_downloads_comes_out() {
    for entry in entries() {
        let mut delivery = entry["examples"][0]["delivery"].clone();
        for place in ["", "/payload", "/payload/object"] {
            if let Some(Value::Object(fields)) = delivery.pointer_mut(place) {
                fields.insert("download_token".to_owned(), "the-token".into());
            }
        }
        assert!(!normalized(&delivery).to_string().contains("the-token"), "{}", entry["name"]);
        delivery["event"] = "something.new".into();
        assert!(!normalized(&delivery).to_string().contains("the-token"), "{}", entry["name"]);
    }
}

#[test]
fn seed_uipath_49_everything_the_emulator_tells_is_read_without_loss() {
    let schemas = validators();
    let mut seen = BTreeSet::new();
    for delivery in played::everything() {
        let name = delivery["event"].as_str().unwrap();
        let Some(schema) = schemas.get(name) else { continue };
        seen.insert(name.to_owned());
        assert!(!matches!(events::read(&delivery.to_string()).unwrap(), Event::Other(_)), "{delivery}");
        let found = normalized(&delivery);
        assert!(schema.is_valid(&found), "{name}: {found}");
        assert_eq!(missing(&delivery["payload"], &found), BTreeSet::new(), "{delivery}\n{found}");
        for time in ["at", "changed_at", "moved_at", "recording_start", "recording_end"] {
            assert!(found[time].is_null() || found[time].as_str().unwrap().ends_with('Z'), "{name} {time}: {found}");
        }
    }
    assert_eq!(seen, schemas.into_keys().collect(), "the emulator does not tell all of them");
}

#[test]
fn the_services_own_examples_are_read_without_loss() {
    let documents = shared("openapi", "ZOOM_OPENAPI");
    let Some(folder) = documents else {
        eprintln!("skipped: Zoom's OpenAPI documents are not here; name their folder in ZOOM_OPENAPI");
        return;
    };
    let mut deliveries = Vec::new();
    for name in ["meetings", "users", "marketplace"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.webhooks.json"))).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        for webhook in document["webhooks"].as_object().unwrap().values() {
            let media = &webhook["post"]["requestBody"]["content"]["application/json"];
            let examples = media["examples"].as_object().into_iter().flat_map(|all| all.values());
            deliveries.extend(examples.map(|example| example["value"].clone()));
        }
    }
    let live = folder.join("../examples");
    for file in std::fs::read_dir(&live).into_iter().flatten().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let read = || serde_json::from_str::<Value>(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
        if name.starts_with("observed-shape.") {
            deliveries.push(serde_json::from_str(read()["raw_body"].as_str().unwrap()).unwrap());
        } else if name.starts_with("webhook.") {
            deliveries.push(read());
        }
    }
    let schemas = validators();
    let mut known = BTreeSet::new();
    for delivery in deliveries.iter().filter(|delivery| delivery["event"].is_string()) {
        let name = delivery["event"].as_str().unwrap();
        let found = normalized(delivery);
        assert_eq!(missing(&delivery["payload"], &found), BTreeSet::new(), "{delivery}\n{found}");
        if let Some(schema) = schemas.get(name) {
            assert!(schema.is_valid(&found), "{name}: {found}");
            assert!(!matches!(events::read(&delivery.to_string()).unwrap(), Event::Other(_)), "{delivery}");
            known.insert(name.to_owned());
        }
    }
    assert_eq!(known, schemas.into_keys().collect());
}

/// A folder of the service's documents, where it is at hand.
fn shared(name: &str, variable: &str) -> Option<PathBuf> {
    let here = std::env::var_os(variable).map(PathBuf::from);
    let folder = here.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/zoom").join(name));
    folder.join("meetings.webhooks.json").exists().then_some(folder)
}

/// Values of the payload that are nowhere in what was made of it. Left out by intent: links to files, tokens, the older proof of
/// origin, and numbers that became words.
fn missing(payload: &Value, found: &Value) -> BTreeSet<String> {
    const BY_INTENT: [&str; 6] = ["download_url", "play_url", "signature", "download_token", "type", "recurrence"];
    fn walk(at: &str, value: &Value, out: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields.iter().filter(|(name, _)| !BY_INTENT.contains(&name.as_str())) {
                    walk(&format!("{at}/{name}"), inner, out);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(at, item, out)),
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => out.push((at.to_owned(), text.to_lowercase())),
            other => out.push((at.to_owned(), other.to_string())),
        }
    }
    let (mut said, mut kept) = (Vec::new(), Vec::new());
    walk("", payload, &mut said);
    walk("", found, &mut kept);
    let kept: BTreeSet<String> = kept.into_iter().map(|(_, text)| text).collect();
    let whole =
        |millis: &str| millis.parse::<i64>().is_ok_and(|millis| millis % 1000 >= 0 && millis > 1_000_000_000_000);
    said.into_iter()
        .filter(|(at, text)| {
            let word = at.ends_with("/status") && ["available", "deleted"].contains(&text.as_str());
            let time = at.ends_with("/time_stamp") && whole(text) && found["changed_at"].is_string();
            !word && !time && !kept.contains(text)
        })
        .map(|(at, text)| format!("{at}: {text}"))
        .collect()
}
