//! Activities that documents are checked against and run with; every call succeeds at once.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::{
    ActivityCall, ActivityInfo, ActivityRunner, Catalog, Clock, Effect, Idempotency, StepError,
};

/// Activities by id: the schemas of input and output.
pub struct Activities(pub Vec<(&'static str, Value, Value)>);

impl Activities {
    /// A few small ones, in the shapes of the real ones.
    pub fn small() -> Self {
        let text = || json!({"type": "string"});
        let object =
            |properties: Value| json!({"type": "object", "properties": properties, "additionalProperties": false});
        Self(vec![
            ("zoom.users.me", object(json!({})), object(json!({"id": text(), "email": text()}))),
            (
                "zoom.meetings.create",
                json!({"type": "object", "required": ["topic"], "additionalProperties": false, "properties": {
                    "topic": text(), "start_time": text(), "kind": {"enum": ["instant", "scheduled"]},
                    "duration": {"type": "integer", "minimum": 1, "maximum": 1440}}}),
                object(json!({"meeting": object(json!({"id": text(), "join_url": text()}))})),
            ),
            (
                "zoom.recordings.list",
                object(json!({"from": text(), "to": text(), "limit": {"type": "integer"}})),
                object(json!({"recordings": {"type": "array", "items": object(json!({"id": text()}))}})),
            ),
        ])
    }
}

impl Catalog for Activities {
    fn activity(&self, id: &str) -> Option<ActivityInfo<'_>> {
        let (_, input_schema, output_schema) = self.0.iter().find(|(name, ..)| *name == id)?;
        Some(ActivityInfo { input_schema, output_schema, effect: Effect::Write, idempotency: Idempotency::Unsafe })
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, ..)| (*name).to_owned()).collect()
    }
}

#[async_trait]
impl ActivityRunner for Activities {
    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError> {
        match call.activity.as_str() {
            "zoom.users.me" => Ok(json!({"id": "u1", "email": "ada@emulator.test"})),
            "zoom.recordings.list" => Ok(json!({"recordings": [{"id": "r1"}, {"id": "r2"}, {"id": "é \"3"}]})),
            "zoom.meetings.create" => Ok(json!({"meeting": {"id": "m1", "join_url": "https://emulator.test/j/1"}})),
            other => Err(StepError::problem("not-found", format!("`{other}` is not here"))),
        }
    }
}

/// Time passes by sleeping alone.
#[derive(Default)]
pub struct Time(AtomicI64);

#[async_trait]
impl Clock for Time {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    async fn sleep(&self, ms: u64) {
        self.0.fetch_add(i64::try_from(ms).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}
