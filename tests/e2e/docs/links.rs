//! Links, paths and tests that documents name, and the width of their prose.

use switchboard_tests::context::TestContext;

use super::{pages, read};

/// Columns of a line of prose.
const WIDTH: usize = 100;

/// Folders at the root that a path in a document begins with.
const ROOTS: [&str; 6] = ["connector/", "docs/", "host/", "manifests/", "tests/", "wit/"];

/// Pages that a program writes; their lines are as long as their sources.
const GENERATED: [&str; 6] = [
    "docs/guides/zoom/",
    "docs/reference/activities.md",
    "docs/reference/command-line.md",
    "docs/reference/errors.md",
    "docs/reference/events.md",
    "docs/reference/requirements.md",
];

/// The lines of a page outside its blocks, numbered from one.
fn prose(page: &str) -> Vec<(usize, String)> {
    let mut open = false;
    let text = read(page);
    let numbered = text.lines().enumerate().filter(|(_, line)| {
        let fence = line.trim_start().starts_with("```");
        open ^= fence;
        !fence && !open
    });
    numbered.map(|(number, line)| (number + 1, line.to_owned())).collect()
}

/// The targets of `[text](target)` in a line.
fn targets(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// A path as seen from the folder of a page.
fn beside(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).into_iter().filter(|(_, line)| line.starts_with('#'));
    let anchor = |line: &str| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(|(_, line)| anchor(&line)).collect()
}

/// What stands between backticks.
fn quoted(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

#[test]
fn links_of_documents_lead_to_files_and_headings() {
    let mut wrong = Vec::new();
    for page in pages() {
        for (number, line) in prose(&page) {
            for target in targets(&line).into_iter().filter(|target| !target.contains("://")) {
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if path.is_empty() { page.clone() } else { beside(&page, path) };
                let is_there = TestContext::file(&file).exists();
                if !is_there || (!anchor.is_empty() && !anchors(&file).iter().any(|known| known == anchor)) {
                    wrong.push(format!("{page}:{number}: {target}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_that_documents_name_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        for (number, line) in prose(&page) {
            for path in quoted(&line).into_iter().filter(|text| ROOTS.iter().any(|root| text.starts_with(root))) {
                let path = path.split("::").next().unwrap_or_default();
                if path.contains(['*', '<', '{', '…', ' ']) {
                    continue;
                }
                count += 1;
                if !TestContext::file(path).exists() {
                    wrong.push(format!("{page}:{number}: {path}"));
                }
            }
        }
    }
    assert!(count > 50, "the paths were found: {count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `path.rs::test` between backticks.
fn tests_of(line: &str) -> Vec<(&str, &str)> {
    quoted(line).into_iter().filter_map(|text| text.split_once(".rs::")).collect()
}

#[test]
fn tests_that_documents_name_exist() {
    let mut wrong = Vec::new();
    for page in pages() {
        for (number, line) in prose(&page) {
            for (path, test) in tests_of(&line) {
                let source = std::fs::read_to_string(TestContext::file(&format!("{path}.rs"))).unwrap_or_default();
                if !source.contains(&format!("fn {test}(")) {
                    wrong.push(format!("{page}:{number}: {path}.rs::{test}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_invariant_names_its_test() {
    let page = read("ARCHITECTURE.md");
    let section = page.split("## Invariants").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ") && line.contains(". ")).collect();
    assert!(rows.len() >= 13, "the invariants were found: {rows:?}");
    for row in rows {
        assert!(!tests_of(row).is_empty(), "{row}");
    }
}

#[test]
fn contributing_names_a_file_for_ten_tasks() {
    let page = read("CONTRIBUTING.md");
    let section = page.split("## Which file").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 10, "{rows:?}");
    for row in rows {
        let path = quoted(row).into_iter().find(|text| text.contains('/')).unwrap_or_else(|| panic!("{row}"));
        assert!(TestContext::file(path).exists(), "{row}");
    }
}

#[test]
fn prose_of_documents_is_at_most_100_columns_wide() {
    let mut wrong = Vec::new();
    for page in pages().iter().filter(|page| !GENERATED.iter().any(|of| page.starts_with(of))) {
        for (number, line) in prose(page) {
            // A table's row and a command to copy are one line each.
            let is_command = line.split_once(". `").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
            if line.chars().count() > WIDTH && !line.starts_with('|') && !is_command {
                wrong.push(format!("{page}:{number}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
