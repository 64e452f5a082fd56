//! A catalog and a scripted runner.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::{
    ActivityCall, ActivityInfo, ActivityRunner, Catalog, Clock, Effect, Idempotency, StepError,
};

pub struct Zoom(Value, Vec<String>);

impl Zoom {
    pub fn new() -> Zoom {
        let s = || json!({"type": "string"});
        let object = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
        let n = || json!({"type": "integer"});
        let meeting = object(json!({"id": s(), "join_url": s(), "topic": s()}), json!(["id"]));
        let file = object(json!({"id": s(), "file_type": s(), "size": n()}), json!([]));
        let recording = object(
            json!({"meeting_uuid": s(), "ready": {"type": "boolean"}, "total_size": n(), "files": {"type": "array", "items": file}}),
            json!(["meeting_uuid"]),
        );
        let coverage = object(json!({"count": n(), "complete": {"type": "boolean"}}), json!(["count", "complete"]));
        let activities = json!({
            "zoom.users.me": [object(json!({}), json!([])), object(json!({"id": s(), "email": s()}), json!([]))],
            "zoom.meetings.create": [
                object(json!({"topic": s(), "start_time": s(), "timezone": s(), "duration": {"type": "integer", "minimum": 1, "maximum": 1440},
                    "kind": {"enum": ["instant", "scheduled"]}}), json!(["topic"])),
                object(json!({"meeting": meeting, "adjusted": {"type": "array"}}), json!(["meeting"]))],
            "zoom.meetings.get": [object(json!({"meeting": s()}), json!(["meeting"])), meeting],
            "zoom.recordings.list": [
                object(json!({"user": s(), "from": s(), "to": s(), "limit": n()}), json!(["from"])),
                object(json!({"recordings": {"type": "array", "items": recording}, "coverage": coverage}), json!(["recordings"]))],
            "zoom.recordings.download": [
                object(json!({"meeting": s(), "file": s(), "file_type": s(), "recording_type": s()}), json!(["meeting"])),
                object(json!({"path": s(), "sha256": s(), "size": n()}), json!(["path"]))],
        });
        Zoom(activities, Vec::new())
    }
}

impl Zoom {
    /// The activities of the resolved manifest.
    pub fn real() -> Zoom {
        let read = |name: &str| -> Value {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests").join(name);
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
        };
        let (manifest, host) = (read("zoom.resolved.json"), read("host/errors.json"));
        let errors = manifest["errors"].as_array().unwrap().iter().chain(host["problems"].as_array().unwrap());
        let codes = errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect();
        let activities = manifest["activities"].as_array().unwrap().iter();
        let entries = activities
            .map(|one| (format!("zoom.{}", one["name"].as_str().unwrap()), json!([one["input"], one["output"]])));
        Zoom(Value::Object(entries.collect()), codes)
    }
}

impl Catalog for Zoom {
    fn activity(&self, id: &str) -> Option<ActivityInfo<'_>> {
        let entry = self.0.get(id)?;
        Some(ActivityInfo {
            input_schema: &entry[0],
            output_schema: &entry[1],
            effect: Effect::Write,
            idempotency: Idempotency::Unsafe,
        })
    }

    fn names(&self) -> Vec<String> {
        self.0.as_object().unwrap().keys().cloned().collect()
    }

    fn problems(&self) -> Vec<String> {
        self.1.clone()
    }
}

/// Answers in order and keeps the calls.
#[derive(Default)]
pub struct Script {
    pub answers: Mutex<VecDeque<Result<Value, StepError>>>,
    pub calls: Mutex<Vec<ActivityCall>>,
}

impl Script {
    pub fn of(answers: impl IntoIterator<Item = Result<Value, StepError>>) -> Script {
        Script { answers: Mutex::new(answers.into_iter().collect()), calls: Mutex::default() }
    }

    pub fn inputs(&self) -> Vec<Value> {
        self.calls.lock().unwrap().iter().map(|call| call.input.clone()).collect()
    }
}

#[async_trait]
impl ActivityRunner for Script {
    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError> {
        self.calls.lock().unwrap().push(call.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

/// Time passes only by sleeping.
#[derive(Default)]
pub struct Hand(pub Mutex<i64>);

#[async_trait]
impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, ms: u64) {
        *self.0.lock().unwrap() += i64::try_from(ms).unwrap();
    }
}
