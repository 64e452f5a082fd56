//! A string with expressions, as `check` and `run` read it.

use serde_json::json;
use switchboard_automation::expr::{Part, Scope, call_mistakes, parts, reads, string, truth};

use super::Target;

pub const WORDS: &[&str] = &[
    "${{ ",
    " }}",
    "not ",
    "-",
    "~1",
    "+1",
    " and 1",
    " or 1",
    ".id",
    "[0]",
    "[::2]",
    "|string",
    "|default('x')",
    "|map(attribute='id')",
    "|selectattr('size','>',1)",
    "|join(',')",
    "|length",
    "|sort",
    "|batch(2)",
    "|list",
    "|tojson",
    "|replace('a','b')",
    "|upper",
    " if x else ",
    " in ",
    " is defined",
    "==",
    "**9",
    "//0",
    "%0",
    "*99999",
    "range(100000)",
    "(",
    ")",
    "[",
    "]",
    "{'a':",
    "}",
    "inputs.from",
    "steps.list.recordings",
    "item",
    "none",
    "true",
    "'text'",
    "\"",
    "'",
    "\\",
];

pub fn open() -> Target {
    let scope = Scope::of(&json!({
        "inputs": {"from": "2026-10-01", "count": 3, "names": ["ada", "grace", "é"]},
        "item": {"id": "i1", "size": 12},
        "run": {"id": "r1", "automation": "a", "started_at": "2026-11-23T10:00:00Z"},
        "steps": {"list": {"recordings": [{"id": "a", "size": 1}, {"id": "b", "size": 2, "files": [{"type": "MP4"}]}]}, "skipped": null},
    }));
    Box::new(move |input| {
        let text = String::from_utf8_lossy(input);
        if let Ok(parts) = parts(&text) {
            for part in parts {
                if let Part::Expression { source, at } = part {
                    let _ = reads(source, at.start);
                    let _ = call_mistakes(source, at.start);
                }
            }
        }
        if let Ok(value) = string(&text, &scope) {
            truth(&value);
        }
    })
}
