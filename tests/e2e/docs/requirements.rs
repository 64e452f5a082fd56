//! The page of requirements: what the system has to do, each with the tests that prove it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use switchboard_tests::context::TestContext;

use super::generated::compare;

const DATA: &str = "manifests/requirements.json";
const PAGE: &str = "docs/reference/requirements.md";

/// Tests by the id of a requirement, each as `path::name`.
type Tests = BTreeMap<String, Vec<String>>;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["node_modules", "target"].contains(&name) {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// The ids that a text names: `SEED-NEXT-24`, `seed_next_24`, `seed_josys_16_and_17`, `seed_josys_02_to_09`.
fn ids(text: &str) -> Vec<String> {
    let text = text.to_uppercase().replace('-', "_");
    let mut ids = Vec::new();
    for rest in text.split("SEED_").skip(1) {
        let mut words = rest.split(|c: char| !c.is_ascii_alphanumeric());
        // `SEED-8-03` is a fact that the emulator follows, not a requirement.
        let product = words.next().filter(|product| product.parse::<u32>().is_err());
        let Some(product) = product else { continue };
        let mut last = None;
        let mut joint = "";
        for word in words {
            match (word.parse::<u32>(), word) {
                (Ok(number), _) if word.len() == 2 => {
                    let first = if joint == "TO" { last.map_or(number, |last| last + 1) } else { number };
                    ids.extend((first..=number).map(|number| format!("SEED-{product}-{number:02}")));
                    last = Some(number);
                    joint = "";
                }
                (_, "AND" | "TO") if last.is_some() && joint.is_empty() => joint = word,
                _ => break,
            }
        }
    }
    ids
}

/// Every test that names a requirement, in its own name or in the comment above it.
fn tests() -> Tests {
    let root = TestContext::file("");
    let mut files = Vec::new();
    ["connector", "host", "tests"].iter().for_each(|folder| sources(&root.join(folder), &mut files));
    files.sort();
    let mut tests = Tests::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut above = String::new();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("///") || line.starts_with("#[") {
                is_test |= line.contains("test]") || line.contains("::test(");
                above.push_str(line);
                above.push('\n');
                continue;
            }
            let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            if let Some(name) = name.filter(|_| is_test) {
                for id in ids(&format!("{above}{name}")) {
                    tests.entry(id).or_default().push(format!("{path}::{name}"));
                }
            }
            above.clear();
            is_test = false;
        }
    }
    tests
}

fn page(data: &Value, tests: &Tests) -> String {
    let groups = data["groups"].as_array().unwrap();
    let all = || groups.iter().flat_map(|group| group["requirements"].as_object().unwrap());
    let tested = all().filter(|(id, _)| tests.contains_key(*id)).count();
    let mut page = format!(
        "# Requirements\n\n`make docs` writes this page from `{DATA}` and from the tests. An id in a test's name or comment \
         stands here.\n\n{tested} of {} have a test. A test may prove only a part of its requirement.\n",
        all().count()
    );
    for group in groups {
        page.push_str(&format!(
            "\n## {}\n\n| Id | Requirement | State |\n|---|---|---|\n",
            group["title"].as_str().unwrap()
        ));
        for (id, text) in group["requirements"].as_object().unwrap() {
            let proofs =
                tests.get(id).map(|proofs| proofs.iter().map(|proof| format!("`{proof}`")).collect::<Vec<_>>());
            let state = proofs.map_or("not yet".to_owned(), |proofs| format!("tested by {}", proofs.join("<br>")));
            page.push_str(&format!("| {id} | {} | {state} |\n", text.as_str().unwrap()));
        }
    }
    page
}

fn data() -> Value {
    serde_json::from_str(&super::read(DATA)).unwrap()
}

#[test]
fn requirements_page_is_up_to_date() {
    compare(PAGE, &page(&data(), &tests()));
}

#[test]
fn every_id_of_a_test_is_a_requirement() {
    let data = data();
    let groups = data["groups"].as_array().unwrap();
    let known = |id: &String| groups.iter().any(|group| group["requirements"].get(id).is_some());
    let unknown: Vec<_> = tests().into_iter().filter(|(id, _)| !known(id)).collect();
    assert!(unknown.is_empty(), "{DATA} lacks {unknown:?}");
    let count: usize = groups.iter().map(|group| group["requirements"].as_object().unwrap().len()).sum();
    assert_eq!(count, 216);
}

#[test]
fn ids_are_read_in_every_spelling() {
    assert_eq!(ids("/// SEED-NEXT-24: one user"), ["SEED-NEXT-24"]);
    assert_eq!(ids("seed_uipath_50_each_cloud"), ["SEED-UIPATH-50"]);
    assert_eq!(ids("seed_josys_16_and_17_data_goes"), ["SEED-JOSYS-16", "SEED-JOSYS-17"]);
    assert_eq!(ids("seed_ensemble_46_to_48_what"), ["SEED-ENSEMBLE-46", "SEED-ENSEMBLE-47", "SEED-ENSEMBLE-48"]);
    assert_eq!(ids("seed_ensemble_24_months"), ["SEED-ENSEMBLE-24"]);
    assert!(ids("seed_8_03_a_number_means_the_latest").is_empty());
}
