//! Pages that the program writes. `UPDATE_DOCS=1` writes them anew; `make docs` sets it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use switchboard_tests::context::TestContext;

/// Compares a page with what it has to be, or writes it.
#[track_caller]
pub fn compare(path: &str, fresh: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(TestContext::file(path), fresh).unwrap();
    }
    let present = fs::read_to_string(TestContext::file(path)).unwrap_or_default();
    let differs = present.lines().zip(fresh.lines()).position(|(left, right)| left != right);
    assert!(present == fresh, "{path} is not up to date from line {}: run `make docs`", differs.unwrap_or(0) + 1);
}

#[test]
fn command_line_page_is_up_to_date() {
    let context = TestContext::new();
    let done = context.run(&["reference"]);
    assert_eq!(done.code, 0, "{}", done.err);
    compare("docs/reference/command-line.md", &done.out);
}

#[test]
fn command_line_page_has_every_command() {
    let page = super::read("docs/reference/command-line.md");
    for command in ["switchboard call", "switchboard connection disconnect", "switchboard emulator fault"] {
        assert!(page.lines().any(|line| line.trim_start_matches('#').trim() == command), "{command}");
    }
}

/// The texts of a list of strings.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A page for each guide, with the words that `switchboard connect --guide` prints.
#[test]
fn guides_page_is_up_to_date() {
    let context = TestContext::new();
    let manifest: Value = serde_json::from_str(&super::read("manifests/zoom.resolved.json")).unwrap();
    let ids: BTreeSet<&str> =
        manifest["guides"].as_array().unwrap().iter().map(|guide| guide["id"].as_str().unwrap()).collect();
    for id in &ids {
        let guide = context.json(&["connect", "--guide", id, "--json"]);
        let title = guide["title"].as_str().unwrap();
        let mut page = format!("# {title}\n\n`switchboard connect --guide {id}` prints this page.\n\n");
        for (step, number) in texts(&guide["steps"]).into_iter().zip(1..) {
            let redirect = "http://127.0.0.1:7910/oauth/callback";
            page.push_str(&format!("{number}. {}\n", step.replace(redirect, &format!("`{redirect}`"))));
        }
        let notes = texts(&guide["notes"]);
        if !notes.is_empty() {
            page.push('\n');
        }
        notes.iter().for_each(|note| page.push_str(&format!("* {note}\n")));
        compare(&format!("docs/guides/zoom/{id}.md"), &page);
    }
    for file in fs::read_dir(TestContext::file("docs/guides/zoom")).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().into_owned();
        assert!(ids.contains(name.trim_end_matches(".md")), "docs/guides/zoom/{name} has no guide");
    }
}

/// Codes of a file of manifests.
fn codes(file: &str) -> BTreeSet<String> {
    let file: Value = serde_json::from_str(&super::read(file)).unwrap();
    file["problems"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

/// A code with what it means, below its heading.
fn entry(heading: &str, row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    let mut page = format!("\n### {heading}\n\n{}\n", text("cause"));
    for (name, key) in [("Fix", "fix"), ("Retry", "retry")] {
        if !text(key).is_empty() {
            page.push_str(&format!("\n{name}: {}\n", text(key)));
        }
    }
    page
}

/// All problem codes, the connector's and the host's, as `switchboard error list` prints them.
#[test]
fn problem_codes_page_is_up_to_date() {
    let context = TestContext::new();
    let list = context.json(&["error", "list", "--json"]);
    let (service, host) = (codes("manifests/zoom/errors.json"), codes("manifests/host/errors.json"));
    let mut parts = ["Codes of the service and the input", "Codes of the host", "Codes of an ended sign-in"]
        .map(|title| format!("\n## {title}\n"));
    for row in list["problems"].as_array().unwrap() {
        let code = row["code"].as_str().unwrap();
        let part = match () {
            () if service.contains(code) => 0,
            () if host.contains(code) => 1,
            () => 2,
        };
        parts[part].push_str(&entry(&format!("`{code}`"), row));
    }
    let mut page = String::from(
        "# Problem codes\n\n`make docs` writes this page from the manifests. `switchboard error list [CODE]` prints the same.\n",
    );
    page.extend(parts);
    page.push_str("\n## Zoom's own codes\n");
    for row in list["service_codes"].as_array().unwrap() {
        page.push_str(&entry(&format!("{}: `{}`", row["code"], row["problem"].as_str().unwrap()), row));
    }
    compare("docs/reference/errors.md", &page);
}
