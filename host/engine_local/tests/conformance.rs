//! What each key of the document language does, as data: `host/automation/tests/cases/*.json`. Each case runs with the journal in
//! memory and with the one in the database, and is carried on after each of its records.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use support::{Hand, write};
use switchboard_automation::journal::{JournalRecord, Memory};
use switchboard_automation::{
    ActivityCall, ActivityRunner, Document, Family, ItemCount, JournalEngine, RetryHint, RunError, RunOutcome,
    RunStart, StepError, parse,
};
use switchboard_engine_local::LocalEngine;
use switchboard_store::Store;

/// Milliseconds since 1970 at which each run begins.
const START: i64 = 1_790_000_000_000;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Keys of the document beside those that every document of these cases has.
    document: Map<String, Value>,
    #[serde(default)]
    inputs: Value,
    #[serde(default)]
    service: Vec<Answer>,
    expect: Expectation,
    /// Its outputs have times that depend on when a step began: it is not carried on after each record.
    #[serde(default)]
    has_times: bool,
}

/// The first one that fits a call answers it; a call that none fits gives an empty object.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(rename = "use")]
    activity: String,
    /// Members that the input has.
    #[serde(default)]
    with: Map<String, Value>,
    /// For attempts up to this one.
    attempt: Option<u32>,
    /// Milliseconds that it takes.
    #[serde(default)]
    takes: u64,
    output: Option<Value>,
    error: Option<Failure>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    code: String,
    /// Milliseconds after which trying again helps.
    after: Option<u64>,
    #[serde(default)]
    is_sent: bool,
    #[serde(default)]
    is_refused: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expectation {
    outputs: Option<Value>,
    error: Option<Value>,
    /// The state of each step that has a record.
    states: Option<BTreeMap<String, String>>,
    /// The topics or activities of the calls, in order.
    calls: Option<Vec<String>>,
    /// Failed items and all items.
    items: Option<[u32; 2]>,
    /// Milliseconds that the run takes at least and at most.
    takes: Option<[i64; 2]>,
}

struct Service {
    answers: Vec<Answer>,
    calls: Mutex<Vec<String>>,
}

impl Service {
    fn of(case: &Case) -> Service {
        Service { answers: case.service.clone(), calls: Mutex::default() }
    }
}

#[async_trait]
impl ActivityRunner for Service {
    /// So that a run can be carried on after any record.
    fn repeatable(&self, activity: &str) -> bool {
        !activity.ends_with(".once")
    }

    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError> {
        let topic = call.input.get("topic").and_then(Value::as_str);
        self.calls.lock().unwrap().push(topic.unwrap_or(&call.activity).to_owned());
        let fits = |answer: &&Answer| {
            answer.activity == call.activity
                && answer.attempt.is_none_or(|attempt| call.attempt <= attempt)
                && answer.with.iter().all(|(name, value)| call.input.get(name) == Some(value))
        };
        let Some(answer) = self.answers.iter().find(fits) else { return Ok(json!({})) };
        // Others get on while this one takes its time.
        for _ in 0..answer.takes {
            tokio::task::yield_now().await;
        }
        let Some(failure) = &answer.error else { return Ok(answer.output.clone().unwrap_or_else(|| json!({}))) };
        Err(StepError {
            retry: failure.after.map_or(RetryHint::Never, RetryHint::After),
            not_sent: !failure.is_sent,
            family: if failure.is_refused { Family::Refused } else { Family::Problem },
            ..StepError::problem(failure.code.as_str(), format!("{} failed", call.activity))
        })
    }
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../automation/tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let list: Vec<Case> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        cases.extend(list.into_iter().map(|case| (format!("{stem}: {}", case.name), case)));
    }
    cases
}

fn document(name: &str, case: &Case) -> Document {
    let mut document =
        json!({"automation": "1", "id": "case", "connections": {"zoom": {"type": "zoom"}}, "steps": [], "outputs": {}});
    document.as_object_mut().unwrap().extend(case.document.clone());
    let source = serde_json::to_string_pretty(&document).unwrap();
    parse(&source, "case.json").unwrap_or_else(|report| panic!("{name}: {}", report.render_plain()))
}

fn start(document: &Document, case: &Case) -> RunStart {
    let inputs = if case.inputs.is_null() { json!({}) } else { case.inputs.clone() };
    RunStart::new("r-1", document, inputs, START).unwrap()
}

type Outcome = Result<RunOutcome, RunError>;

async fn whole(document: &Document, case: &Case) -> (Outcome, Vec<JournalRecord>, Service) {
    let (journal, service) = (Memory::new(), Service::of(case));
    let clock = Hand::at(START);
    let engine = JournalEngine::new(&journal, &service, &clock);
    let outcome = engine.run(document, &start(document, case)).await;
    (outcome, journal.records(), service)
}

fn compare(name: &str, case: &Case, outcome: &Outcome, records: &[JournalRecord], service: &Service) {
    let expect = &case.expect;
    match (outcome, &expect.outputs, &expect.error) {
        (Ok(outcome), Some(outputs), None) => assert_eq!(&outcome.outputs, outputs, "{name}"),
        (Err(error), None, Some(expected)) => {
            let found = json!({"code": error.code, "step": error.step});
            for (field, value) in expected.as_object().unwrap() {
                assert_eq!(&found[field], value, "{name}: {error}");
            }
        }
        (outcome, _, _) => panic!("{name}: another outcome: {outcome:?}"),
    }
    if let Some(states) = &expect.states {
        let mut found = BTreeMap::new();
        for step in records.iter().filter_map(support::step) {
            found.insert(step.path.clone(), step.state.as_str().to_owned());
        }
        assert_eq!(&found, states, "{name}");
    }
    if let Some(calls) = &expect.calls {
        assert_eq!(&*service.calls.lock().unwrap(), calls, "{name}");
    }
    if let (Some([failed, all]), Ok(outcome)) = (expect.items, outcome) {
        assert_eq!(outcome.items, ItemCount { failed, all }, "{name}");
    }
    let Some(JournalRecord::End(end)) = records.last() else { panic!("{name}: the run has no end") };
    if let Some([least, most]) = expect.takes {
        let took = end.at - START;
        assert!((least..=most).contains(&took), "{name}: {took} ms");
    }
}

/// Codes of both outcomes, or their outputs and counts.
fn gist(outcome: &Outcome) -> Value {
    match outcome {
        Ok(outcome) => json!({"outputs": outcome.outputs, "items": outcome.items}),
        Err(error) => json!({"code": error.code, "step": error.step, "pointer": error.pointer}),
    }
}

#[tokio::test]
async fn each_key_does_what_its_cases_say() {
    let cases = cases();
    for (name, case) in &cases {
        let document = document(name, case);
        let (outcome, records, service) = whole(&document, case).await;
        compare(name, case, &outcome, &records, &service);

        let store = Store::in_memory().unwrap();
        let engine = LocalEngine::new(store.clone()).with_clock(Arc::new(Hand::at(START)));
        let local = engine.run(&document, &start(&document, case), &Service::of(case)).await;
        assert_eq!(gist(&local), gist(&outcome), "{name}: with the database");
        let steps = store.steps("r-1").unwrap();
        for step in records.iter().filter_map(support::step).filter(|step| step.ended_at.is_some()) {
            let row = steps.iter().find(|row| row.path == step.path).unwrap();
            assert_eq!((row.state.as_str(), &row.output), (step.state.as_str(), &step.output), "{name}: {}", step.path);
        }
    }
    assert!(cases.len() >= 60, "{} cases", cases.len());
}

#[tokio::test]
async fn each_case_is_carried_on_after_any_record() {
    let mut cuts = 0;
    for (name, case) in cases().iter().filter(|(_, case)| !case.has_times) {
        let document = document(name, case);
        let (outcome, records, _) = whole(&document, case).await;
        // The last record is the run's end.
        for cut in 1..records.len() {
            let (journal, service) = (Memory::new(), Service::of(case));
            write(&journal, &records[..cut]).await;
            let clock = Hand::at(START + 30_000);
            let engine = JournalEngine::new(&journal, &service, &clock);
            let resumed = engine.resume(&document, "r-1").await;
            assert_eq!(gist(&resumed), gist(&outcome), "{name}: after {cut} records");
            cuts += 1;
        }
    }
    assert!(cuts > 200, "{cuts} cuts");
}
