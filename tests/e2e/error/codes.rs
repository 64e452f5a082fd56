//! The list of problem codes explains each code that a command can print, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use switchboard_tests::context::TestContext;

/// Crates whose codes reach a person.
const CRATES: [&str; 7] = ["app", "cli", "automation", "runtime", "egress", "connections", "webhooks"];

/// A text in the form of a code: words with `-` between them, and `.` between the parts.
const CODE: &str = r#""([a-z]+(?:[.-][a-z]+)*)""#;

/// What stands before the code of an error, of a mistake in a document or of a refusal.
const BEFORE: [&str; 7] = [
    // A call whose first argument is the code.
    r#"[ (!.:](?:failed|problem|refused|broken|failure|limit|count|value|key|part|add|unknown)\([ \n]*"#,
    r#"add\(found, [a-z]+, "#,
    // A field.
    r#"[ {]code: "#,
    // A code that is chosen.
    r#"let code = if [a-z_]+ \{ "#,
    r#"let code = if [a-z_]+ \{ [a-z"-]+ \} else \{ "#,
    r#"code\.as_deref\(\)\.unwrap_or\("#,
    // A code that has a name.
    r#"NOTHING_PASTED: &str = "#,
];

/// What follows the code.
const AFTER: &str = r"(?:,|\.into\(\)|\.to_owned\(\)| \}|\)|;)";

/// A code before its message.
const PAIR: &str = r"\([ \n]*CODE,[ \n]*(?:format!|message)";

/// The body of a function that gives an error's code, or the name of a connection's state.
const CODE_FUNCTION: &str =
    r"(?s)fn (?:code\(&self\)|as_str\(self\) -> &'static str \{\n        match self \{\n            Active).*?\n    \}";

/// Texts that stand so and are no codes: headings of lists, subjects of the doctor.
const OTHERS: [&str; 12] =
    ["active", "cause", "clock", "connector", "fix", "inputs", "key", "method", "network", "outputs", "retry", "state"];

#[test]
fn the_list_has_every_code_that_a_command_can_print() {
    let context = TestContext::new();
    let list = context.json(&["error", "list", "--json"]);
    let rows = list["problems"].as_array().unwrap();
    let listed: BTreeSet<&str> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), rows.len(), "a code is listed twice");
    let given = given();
    assert!(given.len() > 90, "{given:?}");
    let missing: Vec<_> = given.iter().filter(|(code, _)| !listed.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "not in manifests/host/errors.json: {missing:?}");
}

#[test]
fn the_list_has_no_code_that_nothing_prints() {
    let text = std::fs::read_to_string(TestContext::file("manifests/host/errors.json")).unwrap();
    let catalogue: Value = serde_json::from_str(&text).unwrap();
    let given = given();
    for row in catalogue["problems"].as_array().unwrap() {
        let code = row["code"].as_str().unwrap();
        assert!(given.contains_key(code), "nothing gives `{code}`");
    }
}

#[test]
fn every_code_has_a_cause_and_a_fix() {
    let context = TestContext::new();
    let list = context.json(&["error", "list", "--json"]);
    for row in list["problems"].as_array().unwrap() {
        for field in ["cause", "fix"] {
            assert!(row[field].as_str().is_some_and(|text| !text.trim().is_empty()), "`{field}` of {row}");
        }
    }
}

/// What stands in backticks in the fixes.
fn quoted(context: &TestContext) -> BTreeSet<String> {
    let list = context.json(&["error", "list", "--json"]);
    let rows = list["problems"].as_array().unwrap().iter().chain(list["service_codes"].as_array().unwrap());
    let fixes: Vec<&str> = rows.filter_map(|row| row["fix"].as_str()).collect();
    fixes.iter().flat_map(|fix| fix.split('`').skip(1).step_by(2).map(str::to_owned)).collect()
}

#[test]
fn every_command_and_flag_that_a_fix_names_exists() {
    let context = TestContext::new();
    let quoted = quoted(&context);
    let mut commands = 0;
    for command in quoted.iter().filter_map(|text| text.strip_prefix("switchboard ")) {
        // What stands in quotes is one argument.
        let plain = command.split('"').enumerate().map(|(n, part)| if n % 2 == 1 { "x" } else { part });
        let plain = plain.collect::<String>();
        let done = context.run(&plain.split(' ').chain(["--help"]).collect::<Vec<_>>());
        assert_eq!(done.code, 0, "`switchboard {command}`: {}", done.err);
        commands += 1;
    }
    assert!(commands > 10, "{quoted:?}");
    let ways: [&[&str]; 12] = [
        &["connect"],
        &["call"],
        &["run"],
        &["check"],
        &["doctor"],
        &["try"],
        &["connection", "reconnect"],
        &["emulator", "start"],
        &["activity", "schema"],
        &["event", "receive"],
        &["connection", "disconnect"],
        &[],
    ];
    let help: String = ways.iter().map(|way| context.run(&[*way, &["--help"]].concat()).out).collect();
    for flag in quoted.iter().filter(|text| text.starts_with("--")) {
        let name = flag.split([' ', '=']).next().unwrap();
        assert!(help.contains(name), "no command has `{name}`");
    }
}

/// Every code in the sources, and a file that gives it.
fn given() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for folder in CRATES {
        for file in sources(&TestContext::file(&format!("host/{folder}/src"))) {
            let text = std::fs::read_to_string(&file).unwrap();
            // Tests stand last in a file.
            let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for code in codes_of(text) {
                codes.entry(code).or_insert_with(|| file.display().to_string());
            }
        }
    }
    codes
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.ends_with("tests.rs") => {}
            false => found.push(path),
        }
    }
    found
}

fn codes_of(text: &str) -> BTreeSet<String> {
    let regex = |pattern: &str| regex::Regex::new(pattern).unwrap();
    let mut codes = BTreeSet::new();
    for before in BEFORE {
        let given = regex(&format!("{before}{CODE}{AFTER}"));
        codes.extend(given.captures_iter(text).map(|captures| captures[1].to_owned()));
    }
    codes.extend(regex(&PAIR.replace("CODE", CODE)).captures_iter(text).map(|captures| captures[1].to_owned()));
    let arm = regex(&format!("=> {CODE}"));
    for body in regex(CODE_FUNCTION).find_iter(text) {
        codes.extend(arm.captures_iter(body.as_str()).map(|captures| captures[1].to_owned()));
    }
    codes.retain(|code| !OTHERS.contains(&code.as_str()));
    codes
}
