//! Automations and expressions that the documents show: checked, run, and compared with the results they state.

use std::fs;

use serde_json::{Value, json};
use switchboard_automation::expr::{self, Scope};
use switchboard_tests::context::TestContext;
use switchboard_tests::printed_command::commands;

use super::{Block, blocks};

const REFERENCE: &str = "docs/reference/automations.md";
const PAGES: [&str; 3] = ["README.md", "docs/guides/automations.md", REFERENCE];

/// A step inside the smallest document that it fits into.
fn around(step: &Value) -> Value {
    json!({
        "automation": "1",
        "id": "example",
        "inputs": {"type": "object", "properties": {"topic": {"type": "string", "default": "Demo"}}},
        "connections": {"zoom": {"type": "zoom"}},
        "steps": [step],
    })
}

fn parse(block: &Block) -> Value {
    serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place))
}

/// Whether a block is a whole automation or a step of one; other JSON is neither.
fn automation(block: &Block) -> Option<String> {
    match block.info.as_str() {
        "json" if block.text.contains("\"automation\"") => Some(block.text.clone()),
        "json step" => Some(around(&parse(block)).to_string()),
        _ => None,
    }
}

#[test]
fn documented_automations_run_with_the_stated_outputs() {
    let context = TestContext::connected();
    let file = context.home.path().join("example.json");
    let name = file.display().to_string();
    for page in PAGES {
        let blocks = blocks(page);
        let mut count = 0;
        for (index, block) in blocks.iter().enumerate() {
            let Some(text) = automation(block) else { continue };
            count += 1;
            fs::write(&file, text).unwrap();
            let checked = context.run(&["check", &name]);
            assert_eq!(checked.code, 0, "{}: {}{}", block.place, checked.out, checked.err);
            let stated = blocks.get(index + 1).filter(|next| next.info.starts_with("json outputs"));
            let code = if stated.is_some_and(|stated| stated.info.ends_with("partly-failed")) { 7 } else { 0 };
            let run = context.run(&["run", &name, "--json"]);
            assert_eq!(run.code, code, "{}: {}{}", block.place, run.out, run.err);
            if let Some(stated) = stated {
                let outputs: Value = serde_json::from_str(&run.out).unwrap();
                assert_eq!(outputs, parse(stated), "{}", stated.place);
            }
        }
        assert!(count > 0, "{page} shows an automation");
    }
}

#[test]
fn documented_mistakes_are_reported_with_their_codes() {
    let context = TestContext::new();
    let file = context.home.path().join("example.json");
    let mut count = 0;
    for block in PAGES.iter().flat_map(|page| blocks(page)) {
        let Some(codes) = block.info.strip_prefix("json mistakes=") else { continue };
        count += 1;
        fs::write(&file, &block.text).unwrap();
        let checked = context.run(&["check", &file.display().to_string(), "--json"]);
        let reports: Value = serde_json::from_str(&checked.out).unwrap();
        let found = reports[0]["diagnostics"].as_array().unwrap();
        let found: Vec<&str> = found.iter().map(|mistake| mistake["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes.split(',').collect::<Vec<_>>(), "{}", block.place);
    }
    assert!(count > 0);
}

/// The examples of the reference: expression and result.
fn examples() -> Vec<(String, String, String)> {
    let blocks = blocks(REFERENCE);
    let tables = blocks.iter().filter(|block| block.info == "expressions");
    let rows = tables.flat_map(|block| {
        block.text.lines().map(|line| {
            let (source, result) = line.rsplit_once('→').unwrap_or_else(|| panic!("{}: {line}", block.place));
            (source.trim().to_owned(), result.trim().to_owned(), block.place.clone())
        })
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 80, "the examples were found: {}", rows.len());
    rows
}

#[test]
fn documented_expressions_have_the_stated_values() {
    let blocks = blocks(REFERENCE);
    let names = parse(blocks.iter().find(|block| block.info == "json names").unwrap());
    let scope = Scope::of(&names);
    for (source, result, place) in examples() {
        let value = expr::string(&format!("${{{{ {source} }}}}"), &scope);
        if result == "error" {
            assert!(value.is_err(), "{place}: {source} is {value:?}");
            continue;
        }
        let stated: Value = serde_json::from_str(&result).unwrap_or_else(|error| panic!("{place}: {source}: {error}"));
        assert_eq!(value, Ok(stated), "{place}: {source}");
    }
}

/// The rows of the reference for filters, tests and functions.
fn table() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut rows = vec!["| You write | It gives | Example |".to_owned(), "|---|---|---|".to_owned()];
    for filter in expr::FILTERS {
        let (source, value) = filter.example;
        let form = cell(filter.form).replace(" or ", "`, `").replace(", for example ", "`, `");
        rows.push(format!("| `{form}` | {} | `{}` is `{value}` |", filter.about, cell(source)));
    }
    for test in expr::TESTS {
        rows.push(format!("| `is {}` | {} | `{}` is `true` |", test.name, test.about, cell(test.example)));
    }
    for function in expr::FUNCTIONS {
        let (source, value) = function.example;
        rows.push(format!("| `{}` | {} | `{source}` is `{value}` |", function.form, function.about));
    }
    rows.join("\n")
}

/// The table of the reference is the one that `check` reads. `UPDATE_DOCS=1` rewrites it.
#[test]
fn automations_page_is_up_to_date() {
    let page = super::read(REFERENCE);
    let (before, rest) = page.split_once("<!-- table -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of the table -->").unwrap();
    let whole = format!("{before}<!-- table -->\n{}\n<!-- end of the table -->{after}", table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(TestContext::file(REFERENCE), &whole).unwrap();
    }
    assert_eq!(super::read(REFERENCE), whole, "run again with UPDATE_DOCS=1");
}

#[test]
fn reference_shows_every_filter() {
    let examples = examples();
    for filter in expr::known_filters() {
        let shown = examples.iter().any(|(source, ..)| {
            let after = source.split('|').skip(1).map(str::trim_start);
            after.map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next()).any(|name| name == Some(filter))
        });
        assert!(shown, "{REFERENCE} has no example of `{filter}`");
    }
}

#[test]
fn reference_names_every_key_of_a_document() {
    let page = super::read(REFERENCE);
    let schema = switchboard_automation::schema();
    let types = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    let keys: Vec<&String> = types.filter_map(|of| of["properties"].as_object()).flat_map(|keys| keys.keys()).collect();
    assert!(keys.len() > 30, "the keys were found: {keys:?}");
    for key in keys {
        assert!(
            page.contains(&format!("`{key}`")) || page.contains(&format!("\"{key}\"")),
            "{REFERENCE} lacks `{key}`"
        );
    }
}

/// The commands that a block for a terminal shows, without the name of the program.
fn typed(block: &Block) -> Vec<Vec<String>> {
    let text = block.text.replace("\\\n", " ");
    let lines = text.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.filter(|line| line.starts_with("switchboard ")).flat_map(commands).collect()
}

/// The sign-in of an administrator, with the secret that the line above it writes to a file.
fn connect_admin(context: &TestContext, words: &[&str]) {
    let secret = context.home.path().join("admin-secret");
    fs::write(&secret, "admin-secret-not-a-secret").unwrap();
    let addresses = context.addresses();
    let arguments = [words, &addresses.each_ref().map(String::as_str)].concat();
    let done = context.sign_in(&arguments, "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "{words:?}: {}{}", done.out, done.err);
    fs::remove_file(&secret).unwrap();
}

#[test]
fn documented_commands_run() {
    for page in ["README.md", "docs/guides/automations.md"] {
        let context = TestContext::connected();
        let file = context.home.path().join("recordings.json");
        let mut count = 0;
        for block in blocks(page) {
            if block.info == "json" {
                fs::write(&file, &block.text).unwrap();
            }
            if block.info != "console" {
                continue;
            }
            for words in typed(&block) {
                let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
                if words.contains(&"switchboard-admin") {
                    connect_admin(&context, &words);
                    continue;
                }
                // Other sign-ins are followed in `docs/guides/connect.md`.
                if words.first() == Some(&"connect") {
                    continue;
                }
                count += 1;
                let done = context.run(&words);
                assert_eq!(done.code, 0, "{}: {words:?}: {}{}", block.place, done.out, done.err);
            }
        }
        assert!(count >= 4, "{page} shows commands: {count}");
    }
}
