//! Every example of the manifest against the emulator, with exactly the scopes that its entry lists, and with one scope less.
//!
//! An example with a `problem` must end in that problem; one with the `level` `admin` runs with `:admin`
//! scopes alone. `ZOOM_EXAMPLE=meetings.` runs those whose name begins so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "helpers of tests fail the test"
)]

mod live;

use live::Bench;
use serde_json::Value;
use switchboard_connector_zoom::manifest;

fn entries() -> Vec<Value> {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let only = std::env::var("ZOOM_EXAMPLE").unwrap_or_default();
    let all = manifest["activities"].as_array().unwrap().iter();
    all.filter(|entry| entry["name"].as_str().unwrap().starts_with(&only)).cloned().collect()
}

/// Every set of scopes that an entry calls enough.
///
/// Where the scopes depend on the input (`scopes_by`), each example has its own.
fn scope_sets(entry: &Value, example: &Value) -> Vec<Vec<String>> {
    let scopes = if entry["scopes_by"].is_string() { &example["scopes"] } else { &entry["scopes"] };
    ["granular", "classic"]
        .iter()
        .flat_map(|family| scopes[family].as_array().unwrap())
        .map(|set| set.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()).collect())
        .collect()
}

#[test]
fn every_example_does_what_it_says_with_exactly_the_listed_scopes() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        for (set, example) in entry["examples"].as_array().unwrap().iter().flat_map(|example| {
            let sets = scope_sets(&entry, example).into_iter();
            // What concerns somebody else needs an administrator's scopes.
            let admin = |set: &Vec<String>| set.iter().all(|scope| scope.ends_with(":admin"));
            sets.filter(move |set| admin(set) || example["level"] != "admin").map(move |set| (set, example))
        }) {
            let found = bench.run(name, &example["input"], &set);
            match (example["problem"].as_str(), found) {
                (None, Ok(_)) => {}
                (Some(expected), Err(problem)) if problem.code == expected => {}
                (expected, found) => {
                    let found =
                        found.map(|_| "success").map_err(|problem| format!("{}: {}", problem.code, problem.message));
                    wrong.push(format!("{name}, {}, {set:?}: wanted {expected:?}, got {found:?}", example["title"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn with_one_scope_less_the_problem_names_that_scope() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        let examples = entry["examples"].as_array().unwrap();
        let example = examples.iter().find(|example| example["problem"].is_null()).unwrap_or(&examples[0]);
        let input = &example["input"];
        for set in scope_sets(&entry, example) {
            for missing in &set {
                let mut held: Vec<String> = set.iter().filter(|scope| *scope != missing).cloned().collect();
                // An unrelated scope of the same family, so that Zoom names what is missing in that family's words.
                let classic = missing.split(':').nth(2).is_none_or(|third| third == "admin");
                held.push(if classic { "unrelated:read" } else { "unrelated:read:nothing" }.to_owned());
                let Err(problem) = bench.run(name, input, &held) else {
                    wrong.push(format!("{name} works without {missing}"));
                    continue;
                };
                let named =
                    problem.details.as_deref().is_some_and(|details| details.contains(&format!("\"{missing}\"")));
                if problem.code != "scope-missing" || !named {
                    wrong.push(format!("{name} without {missing}: {}: {}", problem.code, problem.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_activity_has_an_example_of_success_and_one_of_failure() {
    for entry in entries() {
        let (good, bad): (Vec<_>, Vec<_>) =
            entry["examples"].as_array().unwrap().iter().partition(|example| example["problem"].is_null());
        assert!(!good.is_empty() && !bad.is_empty(), "{} lacks an example", entry["name"]);
    }
}
