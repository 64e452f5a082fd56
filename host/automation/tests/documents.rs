//! Documents with mistakes beside their reports, the ready automations, the published schema.
//! `UPDATE_SCHEMAS=1` rewrites the schema, `UPDATE_ERRORS=1` the reports.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::Zoom;
use switchboard_automation::expr::{self, bounds};
use switchboard_automation::limits::{self, Unit};
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

#[test]
fn the_page_of_limits_names_every_limit() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/limits.md");
    let page = fs::read_to_string(path).unwrap();
    let fixed = [
        ("Lists and objects inside each other", limits::NESTING as u64, ""),
        ("Names that lead to one value, together", limits::POINTER as u64, " bytes"),
        ("Lists and objects inside each other in a value that steps compute", limits::VALUE_NESTING as u64, ""),
        ("Length of an expression", bounds::MAX_LENGTH as u64, " bytes"),
        ("Operators of an expression", bounds::MAX_OPERATORS as u64, ""),
        ("Brackets inside each other", bounds::MAX_NESTING as u64, ""),
        ("Steps of evaluation", expr::FUEL, ""),
        ("Value of an expression, as JSON", expr::MAX_OUTPUT as u64, " bytes"),
        ("Parts of a schema", switchboard_schema::MAX_PARTS as u64, ""),
        ("Comparisons for one path through a value, references followed", switchboard_schema::MAX_WORK, ""),
        ("Parts that are open at once, references followed", switchboard_schema::MAX_DEPTH, ""),
        ("Names that lead to one part, together", switchboard_schema::MAX_POINTER as u64, " bytes"),
        ("Regular expressions of a schema", switchboard_schema::MAX_PATTERNS as u64, ""),
        ("Length of a regular expression", switchboard_schema::MAX_PATTERN_LENGTH as u64, " characters"),
        ("Size of a compiled regular expression", switchboard_schema::MAX_PATTERN_SIZE as u64, " bytes"),
        ("Comparisons for one value", limits::SCHEMA_WORK, ""),
        ("Comparisons for a value whose mistakes are listed", limits::LISTED_WORK, ""),
        ("Text that is matched against regular expressions", limits::MATCHED_TEXT, " bytes"),
    ];
    let fixed = fixed.map(|(what, value, unit)| format!("| {what} | {value}{unit} |"));
    let changeable = limits::ALL.map(|limit| {
        let unit = if limit.unit == Unit::Bytes { " bytes" } else { "" };
        let (default, most) = (limit.spell(limit.default), limit.spell(limit.max));
        format!("| `{}` | {} | {default}{unit} | {most}{unit} |", limit.name, limit.about)
    });
    for row in fixed.iter().chain(&changeable) {
        assert!(page.contains(row), "docs/reference/limits.md lacks: {row}");
    }
}

/// Issue 11, item 9: 20,000 mistakes took 57 s and 1.4 GB.
#[test]
fn a_report_shows_the_first_mistakes_and_counts_the_others() {
    let steps: Vec<Value> =
        (0..900).map(|at| json!({"id": format!("s{at}"), "set": {"a": "${{ x }}", "b": "${{ y }}"}})).collect();
    let source = json!({"automation": "1", "id": "d", "steps": steps}).to_string();
    let report = check(&source, "d.json", &Zoom::new());
    assert_eq!(report.diagnostics.len(), 100);
    assert_eq!(report.more, 1_700);
    assert!(report.render().ends_with("and 1700 more; a higher limit `mistakes` shows up to 10000\n"));
}

/// Issue 11, item 8: a mistake beyond column 65,535 ended the process.
#[test]
fn a_mistake_is_drawn_wherever_it_stands() {
    let document = json!({"automation": "1", "id": "d", "title": "ü".repeat(70_000), "steps": [{"id": "s", "set": {"x": "${{ nobody }}"}}]});
    for source in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
        let report = check(&source, "d.json", &Zoom::new());
        let drawn = report.render();
        let found = &report.diagnostics[0];
        assert!(drawn.contains(&format!("d.json:{}:{}]", found.line, found.column)), "{drawn}");
        assert!(drawn.contains("${{ nobody }}"), "{drawn}");
        assert!(drawn.len() < 4_000, "{drawn}");
    }
}
