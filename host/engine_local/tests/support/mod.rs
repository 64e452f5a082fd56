//! A document, a service that its steps use, and parts of a run's records.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::journal::{JournalRecord, StepEntry, StepState};
use switchboard_automation::{
    ActivityCall, ActivityRunner, Clock, Document, Journal, RetryHint, RunStart, StepError, parse,
};

const DOCUMENT: &str = r#"{
  "automation": "1", "id": "replay", "connections": {"lab": {"type": "zoom"}},
  "inputs": {"type": "object", "properties": {"names": {"type": "array", "default": ["ada", "c]"]}}},
  "steps": [
    {"id": "users", "use": "zoom.users.list"},
    {"id": "never", "if": "${{ false }}", "use": "zoom.users.list"},
    {"id": "all", "for_each": "${{ inputs.names }}", "as": "name", "item_key": "${{ name }}", "on_item_error": "continue",
      "steps": [{"id": "create", "use": "zoom.meetings.create", "with": {"topic": "${{ name }}"}}],
      "collect": "${{ steps.create.id }}"},
    {"id": "gone", "use": "zoom.meetings.delete", "continue_on_error": true},
    {"id": "busy", "use": "zoom.meetings.update", "retry": {"attempts": 3}},
    {"id": "sum", "set": {"count": "${{ steps.all.count }}"}}
  ],
  "outputs": {"started": "${{ run.started_at }}", "users": "${{ steps.users.count }}", "ids": "${{ steps.all.items }}",
    "gone": "${{ steps.gone.error.code }}", "attempts": "${{ steps.busy.attempts }}", "sum": "${{ steps.sum.count }}"}
}"#;

pub fn document() -> Document {
    parse(DOCUMENT, "replay.json").unwrap_or_else(|report| panic!("{}", report.render_plain()))
}

/// The run of all tests.
pub fn start(document: &Document) -> RunStart {
    let connections = BTreeMap::from([("lab".to_owned(), "work".to_owned())]);
    RunStart::new("r-1", document, json!({}), 5_000).unwrap().with_connections(connections)
}

pub fn step(record: &JournalRecord) -> Option<&StepEntry> {
    match record {
        JournalRecord::Step(step) => Some(step),
        JournalRecord::Start(_) | JournalRecord::End(_) => None,
    }
}

/// The activity that had begun, and had no result, after these records.
pub fn unfinished(records: &[JournalRecord]) -> Option<&StepEntry> {
    records.last().and_then(step).filter(|step| step.state == StepState::Started && step.activity.is_some())
}

pub async fn write(journal: &dyn Journal, records: &[JournalRecord]) {
    for record in records {
        match record {
            JournalRecord::Start(start) => journal.start_run(start).await.unwrap(),
            JournalRecord::Step(step) => journal.put_step(step).await.unwrap(),
            JournalRecord::End(end) => journal.end_run(end).await.unwrap(),
        }
    }
}

/// Answers each activity in its own way, and keeps the calls.
#[derive(Default)]
pub struct Service {
    calls: Mutex<Vec<ActivityCall>>,
    silent: bool,
}

impl Service {
    /// One that never answers.
    pub fn silent() -> Service {
        Service { silent: true, ..Service::default() }
    }

    pub fn reads(step: &StepEntry) -> bool {
        step.activity.as_deref() == Some("zoom.users.list")
    }

    pub fn has_call_of(&self, step: &StepEntry) -> bool {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .any(|call| Some(&call.activity) == step.activity.as_ref() && Some(&call.input) == step.input.as_ref())
    }

    pub fn keys(&self) -> BTreeSet<String> {
        self.calls.lock().unwrap().iter().map(|call| call.idempotency_key.clone()).collect()
    }
}

#[async_trait]
impl ActivityRunner for Service {
    fn repeatable(&self, activity: &str) -> bool {
        activity == "zoom.users.list"
    }

    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError> {
        self.calls.lock().unwrap().push(call.clone());
        if self.silent {
            return std::future::pending().await;
        }
        match call.activity.as_str() {
            "zoom.users.list" => Ok(json!({"count": 2})),
            "zoom.meetings.create" => Ok(json!({"id": format!("{}-1", call.input["topic"].as_str().unwrap())})),
            "zoom.meetings.update" if call.attempt > 1 => Ok(json!({"attempts": call.attempt})),
            "zoom.meetings.update" => {
                let error = StepError::problem("rate-limited", "slow down");
                Err(StepError { retry: RetryHint::After(100), ..error })
            }
            _ => Err(StepError::problem("not-found", "it is gone")),
        }
    }
}

/// Time passes only by sleeping, and by one millisecond each time it is asked for. Whoever sleeps lets others go on first, the
/// longer the more.
pub struct Hand(Mutex<i64>);

impl Hand {
    pub fn at(ms: i64) -> Hand {
        Hand(Mutex::new(ms))
    }
}

#[async_trait]
impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        let mut now = self.0.lock().unwrap();
        *now += 1;
        *now
    }

    async fn sleep(&self, ms: u64) {
        for _ in 0..ms.min(500) {
            tokio::task::yield_now().await;
        }
        *self.0.lock().unwrap() += i64::try_from(ms).unwrap();
    }
}
