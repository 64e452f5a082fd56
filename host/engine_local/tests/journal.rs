//! A run that is recorded in the database.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::{ActivityCall, ActivityRunner, StepError, parse, run};
use switchboard_engine_local::{LocalJournal, SystemClock};
use switchboard_store::Store;

struct One;

#[async_trait]
impl ActivityRunner for One {
    async fn run(&self, _: &ActivityCall) -> Result<Value, StepError> {
        Ok(json!({"x": 1}))
    }
}

#[tokio::test]
async fn the_database_keeps_a_run() {
    let store = Store::in_memory().unwrap();
    let source = json!({
        "automation": "1", "id": "test", "connections": {"lab": {"type": "zoom"}},
        "steps": [{"id": "one", "use": "zoom.a.b"}], "outputs": {"x": "${{ steps.one.x }}"},
    });
    let document = parse(&source.to_string(), "test.json").unwrap();
    run(&document, json!({}), &One, &LocalJournal::new(store.clone()), &SystemClock, "run-1").await.unwrap();
    let record = store.run("run-1").unwrap().unwrap();
    assert_eq!(record.state, "succeeded");
    assert_eq!(record.outputs, Some(json!({"x": 1})));
    assert_eq!(store.steps("run-1").unwrap()[0].state, "succeeded");
}
