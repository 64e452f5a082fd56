//! WIT functions, dispatch table and manifest say the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use switchboard_connector_zoom::activities::{all, invoke};
use switchboard_connector_zoom::bindings::contract::Retry;
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Request, Response, Stored};
use switchboard_connector_zoom::{Service, Zoom, manifest};

fn manifest() -> Value {
    serde_json::from_str(&manifest::resolved()).expect("the resolved manifest is JSON")
}

fn entries() -> Vec<Value> {
    manifest()["activities"].as_array().expect("activities").clone()
}

/// `area.verb` of every function in `wit/zoom`.
fn functions() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/zoom");
    let mut names = BTreeSet::new();
    for file in fs::read_dir(folder).expect("wit/zoom") {
        let path = file.expect("entry").path();
        let area = path.file_stem().expect("name").to_string_lossy().into_owned();
        // Reading an event is no activity; `tests/events.rs` holds events equal.
        if area == "events" {
            continue;
        }
        for line in fs::read_to_string(&path).expect("text").lines() {
            if let Some((name, _)) = line.trim().split_once(": func(") {
                names.insert(format!("{area}.{}", name.trim_start_matches('%')));
            }
        }
    }
    names
}

#[test]
fn wit_table_and_manifest_name_the_same_activities() {
    let table: BTreeSet<_> = all().map(|activity| activity.name.to_owned()).collect();
    let listed: BTreeSet<_> = entries().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(table.len(), all().count(), "a name is in the table twice");
    assert_eq!(functions(), table);
    assert_eq!(table, listed, "run `resolve-manifest`");
}

#[test]
fn every_entry_says_what_a_host_must_know() {
    let catalogue: BTreeSet<_> =
        manifest()["errors"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        let text = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{name} has no {key}")).to_owned();
        assert!(!text("title").is_empty() && !text("summary").is_empty(), "{name}");
        assert!(["read", "write", "destructive"].contains(&text("effect").as_str()), "{name}");
        assert!(["read", "idempotent", "check-then-act", "unsafe"].contains(&text("idempotency").as_str()), "{name}");
        assert_eq!(text("effect") == "read", text("idempotency") == "read", "{name}");
        assert!(manifest()["rates"].get(text("rate")).is_some(), "{name}");
        // Zoom opens its newest operations to granular scopes alone.
        let sets = |family: &str| entry["scopes"][family].as_array().map(Vec::len);
        let by_input = entry["scopes_by"].is_string();
        assert!(by_input || sets("granular").is_some_and(|sets| sets > 0), "{name} has no granular scopes");
        assert!(sets("classic").is_some(), "{name} does not list its classic scopes");
        for code in entry["errors"].as_array().unwrap() {
            assert!(
                catalogue.contains(code.as_str().unwrap()),
                "{name} lists {code}, which the catalogue does not explain"
            );
        }
        assert_eq!(entry["input"]["additionalProperties"], false, "{name} takes unknown fields");
        assert_eq!(entry["output"]["type"], "object", "{name}");
    }
}

#[test]
fn every_field_of_every_schema_is_spelled_in_snake_case() {
    fn walk(name: &str, schema: &Value) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for key in properties.keys() {
                assert!(!key.contains('-') && *key == key.to_lowercase(), "{name}: {key}");
            }
        }
        for case in schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            assert!(!case.contains('-') && case == case.to_lowercase(), "{name}: {case}");
        }
        if let Some(case) = schema.get("const").and_then(Value::as_str) {
            assert!(!case.contains('-') && case == case.to_lowercase(), "{name}: {case}");
        }
        match schema {
            Value::Object(map) => map.values().for_each(|value| walk(name, value)),
            Value::Array(list) => list.iter().for_each(|value| walk(name, value)),
            _ => {}
        }
    }
    for entry in entries() {
        walk(&entry["name"].to_string(), &entry["input"]);
        walk(&entry["name"].to_string(), &entry["output"]);
    }
}

/// A host that is never reached.
struct Silent;

fn silence() -> Failure {
    Failure {
        code: "silent".to_owned(),
        message: String::new(),
        fix: None,
        retry: Retry::Never,
        not_sent: true,
        response: None,
    }
}

impl Service for Silent {
    fn send(&self, _: &Request) -> Result<Response, Failure> {
        Err(silence())
    }
    fn download(&self, _: &Request, _: &str, _: &Expectation) -> Result<Stored, Failure> {
        Err(silence())
    }
    fn now(&self) -> u64 {
        1_785_369_600_000
    }
    fn progress(&self, _: u64, _: &str) {}
}

#[test]
fn every_example_gets_as_far_as_the_service() {
    for entry in entries() {
        let examples = entry["examples"].as_array().unwrap();
        assert!(!examples.is_empty(), "{} has no example", entry["name"]);
        for example in examples.iter().filter(|example| example["problem"].is_null()) {
            let name = entry["name"].as_str().unwrap();
            let problem = invoke(&Zoom::new(&Silent), name, &example["input"].to_string()).unwrap_err();
            assert_eq!(problem.code, "silent", "{name}: {}: {problem:?}", example["title"]);
        }
    }
}

#[test]
fn every_activity_refuses_an_unknown_field() {
    for activity in all() {
        let problem = invoke(&Zoom::new(&Silent), activity.name, r#"{"no_such_field":1}"#).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.pointer.as_deref()),
            ("input.invalid", Some("/no_such_field")),
            "{}",
            activity.name
        );
    }
}

#[test]
fn an_unknown_activity_is_named() {
    let problem = invoke(&Zoom::new(&Silent), "meetings.dance", "{}").unwrap_err();
    assert_eq!(problem.code, "activity.unknown");
}

#[cfg(feature = "schema")]
#[test]
fn the_resolved_manifest_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests");
    let fresh = manifest::resolve(&folder.join("zoom")).expect("resolves");
    let present = fs::read_to_string(folder.join("zoom.resolved.json")).expect("present");
    assert!(fresh == present, "run `cargo run -p switchboard-connector-zoom --features schema --bin resolve-manifest`");
}

/// What names a meeting, a webinar or a user has its kind's name in every input, so that one answer feeds the next question.
#[test]
fn inputs_call_an_object_by_its_kind() {
    let wrong = ["id", "uuid", "meeting_id", "meeting_uuid", "webinar_id", "user_id", "group_id", "role_id", "poll_id"];
    let found: Vec<String> = entries()
        .iter()
        .flat_map(|entry| {
            let fields = entry["input"]["properties"].as_object().into_iter().flatten();
            let misnamed = fields.filter(|(field, _)| wrong.contains(&field.as_str()));
            misnamed.map(|(field, _)| format!("{} {field}", entry["name"])).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The areas whose answers are objects of their own, and what their inputs call them.
#[test]
fn inputs_and_answers_of_writes_use_the_same_names() {
    let named = ["meeting", "webinar", "user", "group", "role", "app", "poll"];
    let mut compared = 0;
    for entry in entries().iter().filter(|entry| entry["effect"] != "read") {
        let (input, output) = (&entry["input"]["properties"], &entry["output"]["properties"]);
        for kind in named.iter().filter(|kind| input[**kind].is_object()) {
            let (name, answers) = (entry["name"].as_str().unwrap(), output.as_object().unwrap());
            // What is made has an `id` of its own.
            let makes = name.ends_with("create") || name.ends_with("add");
            let id = if makes { None } else { Some("id".to_owned()) };
            let misnamed = id
                .into_iter()
                .chain([format!("{kind}_id"), format!("{kind}_uuid")])
                .any(|field| answers.contains_key(&field) && !answers.contains_key(*kind));
            assert!(!misnamed, "{name} answers about its `{kind}` under another name: {:?}", answers.keys());
            compared += 1;
        }
    }
    assert!(compared > 25, "{compared}");
}
