//! A run that was cut short and is carried on, with the journal in memory and with the one in the database.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Hand, Service, document, start, unfinished, write};
use switchboard_automation::journal::{JournalRecord, Memory, StepEntry, StepState};
use switchboard_automation::{Document, Journal, JournalEngine, RunError};
use switchboard_engine_local::{LocalEngine, LocalJournal};
use switchboard_store::Store;
use tempfile::TempDir;

/// A journal with a part of a run's records, and the engine that carries the run on.
enum Bench {
    Memory(Memory),
    Local { store: Store, _home: TempDir },
}

impl Bench {
    async fn all(records: &[JournalRecord]) -> [Bench; 2] {
        let memory = Memory::new();
        write(&memory, records).await;
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap();
        write(&LocalJournal::new(store.clone()), records).await;
        [Bench::Memory(memory), Bench::Local { store, _home: home }]
    }

    async fn resume(&self, document: &Document, service: &Service) -> Result<Value, RunError> {
        // The machine was off for a while.
        let clock = Hand::at(600_000);
        match self {
            Bench::Memory(journal) => JournalEngine::new(journal, service, &clock)
                .resume(document, "r-1")
                .await
                .map(|outcome| outcome.outputs),
            Bench::Local { store, .. } => {
                let engine = LocalEngine::new(store.clone()).with_clock(Arc::new(clock));
                engine.resume(document, "r-1", service).await.map(|outcome| outcome.outputs)
            }
        }
    }

    async fn step(&self, path: &str) -> StepEntry {
        let step = match self {
            Bench::Memory(journal) => journal.step("r-1", path).await,
            Bench::Local { store, .. } => LocalJournal::new(store.clone()).step("r-1", path).await,
        };
        step.unwrap().unwrap_or_else(|| panic!("no record of `{path}`"))
    }
}

/// The records of the run when nothing cuts it short, its outputs and the service that it used.
async fn whole_run(document: &Document) -> (Vec<JournalRecord>, Value, Service) {
    let (journal, service) = (Memory::new(), Service::default());
    let clock = Hand::at(5_000);
    let engine = JournalEngine::new(&journal, &service, &clock);
    let outputs = engine.run(document, &start(document)).await.unwrap().outputs;
    (journal.records(), outputs, service)
}

#[tokio::test]
async fn both_journals_keep_the_same_records() {
    let document = document();
    let (records, outputs, _) = whole_run(&document).await;
    let store = Store::in_memory().unwrap();
    let engine = LocalEngine::new(store.clone()).with_clock(Arc::new(Hand::at(5_000)));
    assert_eq!(engine.run(&document, &start(&document), &Service::default()).await.unwrap().outputs, outputs);
    let journal = LocalJournal::new(store.clone());
    let mut count = 0;
    for step in records.iter().filter_map(support::step) {
        let latest = records.iter().filter_map(support::step).rfind(|other| other.path == step.path).unwrap();
        assert_eq!(journal.step("r-1", &step.path).await.unwrap().as_ref(), Some(latest));
        count += 1;
    }
    assert_eq!(count, 16);
    let run = store.run("r-1").unwrap().unwrap();
    assert_eq!(run.state, "succeeded");
    assert_eq!(run.outputs, Some(outputs));
    assert_eq!(run.connections["lab"], "work");
}

#[tokio::test]
async fn finished_steps_are_not_performed_again() {
    let document = document();
    let (records, outputs, whole) = whole_run(&document).await;
    // The last record is the run's end.
    for cut in 1..records.len() {
        let records = &records[..cut];
        let finished: Vec<&StepEntry> =
            records.iter().filter_map(support::step).filter(|step| step.state != StepState::Started).collect();
        for bench in Bench::all(records).await {
            let service = Service::default();
            let result = bench.resume(&document, &service).await;
            for step in &finished {
                assert!(!service.has_call_of(step), "cut {cut}: `{}` was performed again", step.path);
                assert_eq!(&bench.step(&step.path).await, *step, "cut {cut}");
            }
            assert!(service.keys().is_subset(&whole.keys()), "cut {cut}: another idempotency key");
            if unfinished(records).is_none_or(Service::reads) {
                assert_eq!(result.unwrap(), outputs, "cut {cut}");
            }
        }
    }
}

#[tokio::test]
async fn unfinished_read_is_performed_again() {
    let document = document();
    let (records, ..) = whole_run(&document).await;
    let mut count = 0;
    for cut in 1..records.len() {
        let Some(step) = unfinished(&records[..cut]).filter(|step| Service::reads(step)) else { continue };
        count += 1;
        for bench in Bench::all(&records[..cut]).await {
            let service = Service::default();
            bench.resume(&document, &service).await.unwrap();
            assert!(service.has_call_of(step), "cut {cut}");
            let record = bench.step(&step.path).await;
            assert_eq!(record.state, StepState::Succeeded);
            assert_eq!(record.attempt, 2);
            assert_eq!(record.started_at, step.started_at, "the time of a step stays");
        }
    }
    assert_eq!(count, 1);
}

#[tokio::test]
async fn unfinished_write_has_an_unknown_outcome() {
    let document = document();
    let (records, ..) = whole_run(&document).await;
    let mut paths = Vec::new();
    for cut in 1..records.len() {
        let Some(step) = unfinished(&records[..cut]).filter(|step| !Service::reads(step)) else { continue };
        paths.push(format!("{} {}", step.path, step.attempt));
        for bench in Bench::all(&records[..cut]).await {
            let service = Service::default();
            let result = bench.resume(&document, &service).await;
            assert!(!service.has_call_of(step), "cut {cut}: `{}` was performed again", step.path);
            let record = bench.step(&step.path).await;
            assert_eq!(record.state, StepState::Failed);
            let error = record.error.unwrap();
            assert_eq!(error.code, "interrupted");
            assert!(error.outcome_unknown);
            // Nothing passes over this step.
            if step.path == "busy" {
                assert_eq!(result.unwrap_err(), error);
            } else {
                assert!(result.is_ok(), "cut {cut}: {result:?}");
            }
        }
    }
    assert_eq!(paths, ["all[ada]/create 1", "all[c%5D]/create 1", "gone 1", "busy 1", "busy 2"]);
}

#[tokio::test]
async fn ended_run_is_not_resumed() {
    let document = document();
    let (records, ..) = whole_run(&document).await;
    for bench in Bench::all(&records).await {
        let service = Service::default();
        let error = bench.resume(&document, &service).await.unwrap_err();
        assert_eq!(error.code, "journal");
        assert!(error.message.starts_with("the run cannot be resumed: "), "{error}");
        assert!(service.keys().is_empty());
    }
}

#[tokio::test]
async fn run_is_resumed_with_its_own_document_only() {
    let document = document();
    let (records, outputs, _) = whole_run(&document).await;
    let other = switchboard_automation::parse(&format!("{}\n", document.source), "replay.json").unwrap();
    for bench in Bench::all(&records[..3]).await {
        let service = Service::default();
        let error = bench.resume(&other, &service).await.unwrap_err();
        assert_eq!(error.message, "the run `r-1` was started from another document");
        assert!(service.keys().is_empty());
        assert_eq!(bench.resume(&document, &service).await.unwrap(), outputs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_run_is_interrupted_and_can_be_resumed() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap();
    let engine = LocalEngine::new(store.clone());
    let document = document();
    let start = engine.prepare(&document, json!({}), [("lab".to_owned(), "work".to_owned())].into()).unwrap();
    let id = start.id.clone();
    // A server gives the run to any of its threads.
    let task = tokio::spawn({
        let (engine, document) = (engine.clone(), document.clone());
        async move { engine.run(&document, &start, &Service::silent()).await }
    });
    while store.step(&id, "users").unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(store.run(&id).unwrap().unwrap().state, "running");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(store.run(&id).unwrap().unwrap().state, "interrupted");
    let outputs = engine.resume(&document, &id, &Service::default()).await.unwrap().outputs;
    assert_eq!(outputs["ids"], json!(["ada-1", "c]-1"]));
    assert_eq!(store.run(&id).unwrap().unwrap().state, "succeeded");
}

#[tokio::test]
async fn cancelled_run_has_its_reason() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap();
    let engine = LocalEngine::new(store.clone());
    let document = document();
    let start = engine.prepare(&document, json!({}), Default::default()).unwrap();
    let service = Service::silent();
    let running = tokio::time::timeout(Duration::from_millis(50), engine.run(&document, &start, &service));
    assert!(running.await.is_err());
    engine.cancel(&start.id, "stopped");
    store.settle().await;
    let run = store.run(&start.id).unwrap().unwrap();
    assert_eq!(run.state, "cancelled");
    assert_eq!(run.error.unwrap()["message"], "stopped");
}
