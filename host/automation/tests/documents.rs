//! Documents with mistakes beside their reports, the ready automations, the published schema.
//! `UPDATE_SCHEMAS=1` rewrites the schema, `UPDATE_ERRORS=1` the reports.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::Zoom;
use switchboard_automation::{check, parse, schema};

fn json_files(dir: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn every_mistake_is_reported_with_its_place_and_remedy() {
    let mut wrong = Vec::new();
    for path in json_files("tests/invalid") {
        let report = check(&fs::read_to_string(&path).unwrap(), name(&path), &Zoom::new());
        assert!(!report.is_ok(), "{} has no mistake", name(&path));
        assert!(report.render().contains(&report.diagnostics[0].code));
        let beside = path.with_extension("err");
        if std::env::var_os("UPDATE_ERRORS").is_some() {
            fs::write(&beside, report.render_plain()).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if report.render_plain() != expected {
            wrong.push(format!("{}:\n{}", name(&path), report.render_plain()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_ready_automations_are_good() {
    let mut wrong = String::new();
    for path in json_files("../../manifests/automations") {
        let source = fs::read_to_string(&path).unwrap();
        wrong += &check(&source, name(&path), &Zoom::real()).render_plain();
        wrong += &parse(&source, name(&path)).err().map_or_else(String::new, |report| report.render_plain());
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/schemas/automation.schema.json");
    let current = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, &current).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), current, "run again with UPDATE_SCHEMAS=1");
}
