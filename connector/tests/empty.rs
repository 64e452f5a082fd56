//! No empty or blank value leaves, whatever the activity: each is refused at its place, and nothing is sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use serde_json::{Value, json};
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Request, Response, Stored};
use switchboard_connector_zoom::{Service, Zoom, manifest};

/// A host that must not be asked.
struct Silent;

impl Service for Silent {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        panic!("sent: {:?}", request.target)
    }
    fn download(&self, request: &Request, _: &str, _: &Expectation) -> Result<Stored, Failure> {
        panic!("sent: {:?}", request.target)
    }
    fn now(&self) -> u64 {
        1_785_369_600_000
    }
    fn progress(&self, _: u64, _: &str) {}
}

/// Fields whose empty text or list means something: it clears what is stored, or is content. No id, token or address is among them.
const MEANINGFUL: [&str; 37] = [
    "address",
    "agenda",
    "alternative_hosts",
    "answers",
    "breakout_rooms",
    "city",
    "comments",
    "company",
    "cost_center",
    "country",
    "custom",
    "department",
    "display_name",
    "employees",
    "industry",
    "interpreters",
    "job_title",
    "last_name",
    "location",
    "no_of_employees",
    "org",
    "organization",
    "participants",
    "phone",
    "prompts",
    "pronouns",
    "purchase_role",
    "purchasing_time_frame",
    "rating_max_label",
    "rating_min_label",
    "right_answers",
    "role_in_purchase_process",
    "standard",
    "state",
    "tracking_fields",
    "value",
    "zip",
];

/// Every text and every list of a schema, by its pointer; `0` is an element of a list.
fn places(schema: &Value, root: &Value, at: &str, deep: usize, out: &mut Vec<(String, Value)>) {
    if deep == 0 {
        return;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let inner = root.pointer(name.trim_start_matches('#')).unwrap();
        places(inner, root, at, deep - 1, out);
    }
    for case in ["anyOf", "oneOf", "allOf"] {
        for inner in schema[case].as_array().into_iter().flatten() {
            places(inner, root, at, deep - 1, out);
        }
    }
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)));
    if is("string") && schema["enum"].is_null() {
        out.push((at.to_owned(), json!("")));
        out.push((at.to_owned(), json!(" \t\u{feff}")));
    }
    if is("array") {
        out.push((at.to_owned(), json!([])));
        places(&schema["items"], root, &format!("{at}/0"), deep - 1, out);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        places(inner, root, &format!("{at}/{name}"), deep - 1, out);
    }
}

/// An input with this value alone.
fn with(pointer: &str, value: &Value) -> Value {
    pointer
        .rsplit('/')
        .filter(|step| !step.is_empty())
        .fold(value.clone(), |inner, step| if step == "0" { json!([inner]) } else { json!({ step: inner }) })
}

#[test]
fn nothing_empty_leaves_in_any_activity() {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let mut checked = 0;
    for entry in manifest["activities"].as_array().unwrap() {
        let (name, schema) = (entry["name"].as_str().unwrap(), &entry["input"]);
        let mut all = Vec::new();
        places(schema, schema, "", 12, &mut all);
        for (at, value) in all {
            let field = at.rsplit('/').next().unwrap();
            if MEANINGFUL.contains(&field) {
                continue;
            }
            let problem = invoke(&Zoom::new(&Silent), name, &with(&at, &value).to_string()).unwrap_err();
            assert_eq!(problem.code, "input.invalid", "{name} {at}");
            assert_eq!(problem.pointer.as_deref(), Some(at.as_str()), "{name}: {problem:?}");
            assert!(problem.message.contains("empty") && problem.not_sent, "{name} {at}: {problem:?}");
            checked += 1;
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn no_id_is_among_what_may_be_empty() {
    for field in MEANINGFUL {
        for part in ["id", "uuid", "email", "token", "user", "meeting", "next"] {
            assert!(!field.split('_').any(|word| word == part), "{field}");
        }
    }
}

#[test]
fn an_empty_parameter_of_any_request_is_refused_at_its_place() {
    for (input, at) in [
        (
            json!({"path": "/meetings/81234567890", "method": "delete", "query": {"occurrence_id": ""}}),
            "/query/occurrence_id",
        ),
        (json!({"path": "/x", "query": "{\"user_id\": \" \"}"}), "/query/user_id"),
        (json!({"path": "/x", "method": "post", "body": {"members": [{"id": ""}]}}), "/body/members/0/id"),
        (json!({"path": "/x", "method": "post", "body": "{\"schedule_for\": \"\"}"}), "/body/schedule_for"),
        (json!({"path": "/users//x"}), "/path"),
    ] {
        let problem = invoke(&Zoom::new(&Silent), "api.request", &input.to_string()).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some(at), "{problem:?}");
    }
}
