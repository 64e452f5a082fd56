//! Judged by the service's own documents: every activity, with the manifest's examples and with generated inputs, through a
//! validator that knows only the published OpenAPI documents. Run by `make contract`; without the documents it says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "helpers of tests fail the test"
)]

mod excuses;
mod inputs;
#[path = "../live/mod.rs"]
mod live;
#[path = "../played/mod.rs"]
mod played;
mod prism;
mod webhooks;

use std::collections::BTreeSet;

use serde_json::Value;
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::Problem;
use switchboard_connector_zoom::{Zoom, manifest};
use switchboard_emulator::{Emulator, Options};

use live::{OWNER, Wire};

use prism::Answers;
/// No request breaks the documents, and whatever they promise as an answer is understood.
#[test]
#[ignore = "needs the documents and the referee: make contract"]
fn requests_are_valid_and_every_documented_answer_is_understood() {
    let Some(folder) = prism::folder() else { return skipped() };
    let documents = std::rc::Rc::new(prism::start(&folder, &Answers::Mock));
    let mut wrong = BTreeSet::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        for input in inputs::of(&entry) {
            let known = std::rc::Rc::clone(&documents);
            let route = move |path: &str| prism::route(&known, path).unwrap_or_else(|| "http://127.0.0.1:9".to_owned());
            let wire = Wire::routed(Box::new(route), "a-token".to_owned());
            let outcome = invoke(&Zoom::new(&wire), name, &input.value.to_string());
            let mut excused = false;
            for exchange in wire.seen.borrow().iter() {
                let found = excuses::judge(&exchange.operation, &exchange.response);
                excused |= found.excused;
                wrong.extend(found.wrong.into_iter().map(|what| format!("{name} ({}): {what}", input.title)));
            }
            // A link of a made-up answer leads nowhere; that is not what is judged here.
            match outcome {
                Err(problem)
                    if problem.code == "unexpected-answer"
                        && !excused
                        && !excuses::has_no_end(name)
                        && !is_about_another(&problem) =>
                {
                    wrong.insert(format!(
                        "{name} ({}): the documented answer is not understood: {}",
                        input.title, problem.message
                    ));
                }
                Err(problem)
                    if problem.code == "network" && wire.seen.borrow().is_empty() && !excuses::has_no_path(name) =>
                {
                    wrong.insert(format!("{name} ({}): no document has the path", input.title));
                }
                _ => {}
            }
        }
    }
    report(&wrong);
}

/// The emulator's answers to the same requests are valid too.
#[test]
#[ignore = "needs the documents and the referee: make contract"]
fn the_emulators_answers_are_valid() {
    let Some(folder) = prism::folder() else { return skipped() };
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = Options { rate_limits: false, ..Options::default() };
    let emulator = threads.block_on(switchboard_emulator::start(options)).expect("the emulator starts");
    let documents = std::rc::Rc::new(prism::start(&folder, &Answers::Proxy(emulator.api_base())));
    let mut wrong = BTreeSet::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        for input in inputs::of(&entry) {
            emulator.reset();
            let (known, direct) = (std::rc::Rc::clone(&documents), emulator.api_base());
            let route = move |path: &str| prism::route(&known, path).unwrap_or_else(|| direct.clone());
            let wire = Wire::routed(Box::new(route), token(&emulator, &entry));
            let outcome = invoke(&Zoom::new(&wire), name, &input.value.to_string());
            for exchange in wire.seen.borrow().iter() {
                let found = excuses::judge(&exchange.operation, &exchange.response);
                wrong.extend(found.wrong.into_iter().map(|what| format!("{name} ({}): {what}", input.title)));
            }
            match outcome {
                Err(problem) if input.is_example || problem.code == "unexpected-answer" => {
                    wrong.insert(format!("{name} ({}): {}: {}", input.title, problem.code, problem.message));
                }
                _ => {}
            }
        }
    }
    report(&wrong);
}

/// Whether the documented answer is understood, but its example has another id than the input.
fn is_about_another(problem: &Problem) -> bool {
    let details: Value = serde_json::from_str(problem.details.as_deref().unwrap_or_default()).unwrap_or_default();
    details["asked"].is_string()
}

fn token(emulator: &Emulator, entry: &Value) -> String {
    // Where the scopes depend on the input, each example has its own: the token has those of all.
    let own: Vec<&Value> = match entry["scopes_by"].is_string() {
        true => entry["examples"].as_array().unwrap().iter().map(|example| &example["scopes"]).collect(),
        false => vec![&entry["scopes"]],
    };
    let sets = own.iter().filter_map(|scopes| scopes["granular"].as_array()?.last()?.as_array()).flatten();
    let scopes: Vec<String> = sets.map(|scope| scope.as_str().unwrap().to_owned()).collect();
    emulator.issue_token_with(OWNER, &scopes).expect("the owner is seeded")
}

fn entries() -> Vec<Value> {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let only = std::env::var("ZOOM_EXAMPLE").unwrap_or_default();
    let all = manifest["activities"].as_array().unwrap().iter();
    all.filter(|entry| entry["name"].as_str().unwrap().starts_with(&only)).cloned().collect()
}

fn report(wrong: &BTreeSet<String>) {
    let all: Vec<&str> = wrong.iter().map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} violations:\n{}", wrong.len(), all.join("\n"));
}

fn skipped() {
    eprintln!("skipped: Zoom's OpenAPI documents are not here; name their folder in ZOOM_OPENAPI");
}
