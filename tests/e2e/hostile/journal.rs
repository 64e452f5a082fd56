//! What a run keeps of a connector's answers, and under which ids.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::journal::{Journal, RunEnd, StepEntry, StepState};
use switchboard_automation::{ActivityCall, ActivityRunner, ItemCount, RunStart, StepError};
use switchboard_engine_local::{LocalEngine, LocalJournal};
use switchboard_store::Store;
use switchboard_tests::context::TestContext;

use super::component::{component_of, manifest};
use super::program::{context, run, save};

/// Answers with a text of 11 + `length` bytes at 50000 that `write` puts there.
fn answering(length: u32, write: &str) -> Vec<u8> {
    let end = 50_011 + length;
    let attack = format!(
        r#"(data (i32.const 50000) "{{\22answer\22:\22")
        (func $digit (param $of i32) (result i32)
          (i32.add (local.get $of) (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $of) (i32.const 9)))))
        (func $invoke (result i32) (local $at i32)
          (call $facts (i32.const 32768))
          {write}
          (i32.store16 (i32.const {end}) (i32.const 0x7d22))
          (call $ok (i32.const 50000) (i32.const {})))"#,
        length + 13
    );
    let mut manifest = manifest();
    manifest["activities"][0]["output"] = json!({"type": "object", "properties": {"answer": {"type": "string"}}});
    component_of(&manifest, &attack)
}

/// Answers with the time in hexadecimal digits: never the same.
fn changing() -> Vec<u8> {
    answering(
        16,
        "(loop $next
          (i32.store8 (i32.add (i32.const 50011) (local.get $at)) (call $digit (i32.and (i32.const 15)
            (i32.wrap_i64 (i64.shr_u (i64.load (i32.const 32768))
              (i64.extend_i32_u (i32.sub (i32.const 60) (i32.mul (local.get $at) (i32.const 4)))))))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $at) (i32.const 16))))",
    )
}

/// Answers with the id of its step's effect, which is the same for each attempt.
fn with_effect_id() -> Vec<u8> {
    answering(64, "(memory.copy (i32.const 50011) (i32.load (i32.const 32788)) (i32.const 64))")
}

const DOCUMENT: &str = r#"{
    "automation": "1", "id": "twice", "connections": {"zoom": {"type": "zoom"}},
    "steps": [{"id": "first", "use": "zoom.x.go", "with": {}}, {"id": "second", "use": "zoom.x.go", "with": {}}],
    "outputs": {"first": "${{ steps.first.answer }}", "second": "${{ steps.second.answer }}"}
}"#;

/// Runs the document with this connector; its outputs.
fn outputs(context: &TestContext, connector: &str) -> Value {
    let file = context.home.path().join("twice.json");
    std::fs::write(&file, DOCUMENT).unwrap();
    let (file, connection) = (file.display().to_string(), "work");
    let seen = run(context, &["run", &file, "--connector", connector, "--connection", connection, "--json"]);
    assert_eq!(seen.code(), "ok", "{}", seen.done.err);
    serde_json::from_str(&seen.done.out).unwrap()
}

/// H-52
#[test]
fn a_run_keeps_the_answer_that_it_got_first() {
    let context = context();
    let file = save(&context, "changing", &changing());
    let first = outputs(&context, &file);
    let id = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let show = || context.json(&["runs", "show", &id, "--json"]);
    let kept = show();
    assert_eq!(kept["outputs"], first);
    assert_eq!(kept["steps"][0]["output"]["answer"], first["first"]);
    assert_ne!(outputs(&context, &file), first, "it answers differently");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(show(), kept, "nobody asks the connector again");
}

/// H-51
#[test]
fn each_step_of_each_run_has_an_effect_id_of_its_own() {
    let context = context();
    let file = save(&context, "ids", &with_effect_id());
    let runs = [outputs(&context, &file), outputs(&context, &file)];
    let ids: BTreeSet<&str> =
        runs.iter().flat_map(|run| ["first", "second"].map(|step| run[step].as_str().unwrap())).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(ids.iter().all(|id| id.len() == 64), "{ids:?}");
}

/// The engine's clock is the system's, so a run that began in 1970 would be over its time.
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Counts how often an activity is performed.
#[derive(Default)]
struct Counter(AtomicU64);

#[async_trait]
impl ActivityRunner for Counter {
    async fn run(&self, _: &ActivityCall) -> Result<Value, StepError> {
        Ok(json!({ "answer": self.0.fetch_add(1, Ordering::SeqCst) }))
    }
}

/// H-51: for a program that embeds the interpreter and chooses the ids.
#[tokio::test]
async fn a_second_run_of_an_id_performs_nothing() {
    let document = switchboard_automation::parse(DOCUMENT, "twice.json").unwrap();
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap();
    let (engine, runner) = (LocalEngine::new(store.clone()), Counter::default());
    let start = RunStart::new("r-1", &document, json!({}), now_ms()).unwrap();
    let again = || engine.run(&document, &start, &runner);
    let outputs = again().await.unwrap().outputs;
    let kept = store.run("r-1").unwrap();
    assert_eq!(again().await.unwrap_err().code, "journal");
    assert_eq!(runner.0.load(Ordering::SeqCst), 2, "two steps, once");
    assert_eq!(store.run("r-1").unwrap(), kept);
    assert_eq!(kept.unwrap().outputs, Some(outputs));
}

/// H-51: what was kept of a step that has ended is not replaced.
#[tokio::test]
async fn a_second_record_of_a_step_is_refused() {
    let document = switchboard_automation::parse(DOCUMENT, "twice.json").unwrap();
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap();
    let (journal, runner) = (LocalJournal::new(store.clone()), Counter::default());
    let start = RunStart::new("r-1", &document, json!({}), now_ms()).unwrap();
    LocalEngine::new(store.clone()).run(&document, &start, &runner).await.unwrap();
    let kept = store.steps("r-1").unwrap();
    for (state, attempt) in [(StepState::Started, 1), (StepState::Started, 2), (StepState::Succeeded, 1)] {
        let again = StepEntry {
            run: "r-1".to_owned(),
            path: "first".to_owned(),
            activity: None,
            state,
            attempt,
            started_at: 1,
            ended_at: None,
            input: None,
            output: Some(json!("forged")),
            error: None,
        };
        let refused = journal.put_step(&again).await.unwrap_err().to_string();
        assert!(refused.contains("the step `first` of the run `r-1` was recorded before"), "{refused}");
    }
    let end = RunEnd {
        id: "r-1".to_owned(),
        at: 9,
        outputs: Some(json!("forged")),
        items: ItemCount::default(),
        error: None,
    };
    assert!(journal.end_run(&end).await.is_err());
    assert_eq!(store.steps("r-1").unwrap(), kept);
    assert_ne!(store.run("r-1").unwrap().unwrap().outputs, end.outputs);
}
