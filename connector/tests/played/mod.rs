//! A short history of an account in the emulator, with every event that the connector has a form for.
#![allow(dead_code, reason = "each test file uses its part")]

use serde_json::{Value, json};

use super::live::{Bench, OWNER};

/// A POST to the emulator's own controls.
pub fn control(bench: &Bench, path: &str, body: &Value) {
    let url = format!("{}/{path}", bench.emulator.control_base());
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(&url)
        .header("content-type", "application/json")
        .send(body.to_string())
        .expect("the emulator answers");
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    assert!(answer.status().is_success(), "{path}: {} {text}", answer.status());
}

/// What was told so far, without tokens.
pub fn told(bench: &Bench) -> Vec<Value> {
    let url = format!("{}/events", bench.emulator.control_base());
    let mut answer = ureq::get(&url).call().expect("the emulator answers");
    let text = answer.body_mut().read_to_string().expect("text");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    told["events"].as_array().expect("a list").clone()
}

/// Plays it all and returns what was told.
pub fn everything() -> Vec<Value> {
    let bench = Bench::new();
    let scopes =
        ["meeting:write:admin", "meeting:read:admin", "recording:write:admin", "user:write:admin", "user:read:admin"];
    let must = |name: &str, input: Value| {
        bench.call(name, &input, &scopes).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
    };
    let planned = must(
        "meetings.create",
        json!({"topic": "Ärger 🚒", "kind": "recurring", "start_time": "2099-01-01T10:00:00Z", "timezone": "Europe/Berlin",
            "recurrence": {"every": "daily", "occurrences": 3}, "settings": {"waiting_room": true}}),
    );
    let planned = &planned["meeting"];
    let id = planned["id"].as_str().expect("an id").to_owned();
    must("meetings.update", json!({"meeting": id, "topic": "Another title", "settings": {"waiting_room": false}}));
    let occurrence = planned["occurrences"][0]["id"].clone();
    must("meetings.delete", json!({"meeting": id, "occurrence_id": occurrence}));
    must("meetings.delete", json!({"meeting": id}));

    let single = json!({"topic": "Single", "start_time": "2099-01-01T10:00:00Z", "timezone": "Europe/Berlin", "settings": {"approval": "automatic"}});
    let single = must("meetings.create", single)["meeting"]["id"].as_str().expect("an id").to_owned();
    let play = |what: &str, body: Value| control(&bench, &format!("meetings/{single}/{what}"), &body);
    play("register", json!({"first_name": "Guest", "email": "guest@outside.test"}));
    must(
        "registrants.add",
        json!({"meeting": single, "person": {"email": "second@outside.test", "first_name": "Second", "last_name": "Guest"}}),
    );
    play("start", json!({}));
    play("join", json!({"email": OWNER}));
    play("join", json!({"name": "Guest"}));
    play("record", json!({"action": "start"}));
    play("leave", json!({"name": "Guest"}));
    play("record", json!({"action": "stop"}));
    play("end", json!({}));
    play("finish", json!({"transcript": false}));
    play("transcript", json!({}));

    must("recordings.trash", json!({"meeting": "FilesInTwoSets000000001=="}));
    must("recordings.recover", json!({"meeting": "FilesInTwoSets000000001=="}));
    must("recordings.delete-permanently", json!({"meeting": "FilesInTwoSets000000001=="}));

    must("users.create", json!({"email": "new@emulator.test", "first_name": "New", "last_name": "Colleague"}));
    must("users.update", json!({"user": "alan@emulator.test", "department": "Engines", "license": "licensed"}));
    must("users.deactivate", json!({"user": "grace@emulator.test"}));
    must("users.activate", json!({"user": "grace@emulator.test"}));
    must("users.disassociate", json!({"user": "edsger@emulator.test", "lose_everything": true}));
    must("users.delete", json!({"user": "alan@emulator.test", "lose_everything": true}));
    control(&bench, "apps/switchboard-demo/deauthorize", &json!({"user": OWNER}));
    told(&bench)
}
