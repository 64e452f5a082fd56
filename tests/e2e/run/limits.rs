//! Documents, schemas and files that are too much: each is refused in short time and little memory, with what to do.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};
use tempfile::TempDir;

/// Memory that a command may write to. A check of a small document takes 60 MB in a debug build.
const MEMORY: &str = "--data=402653184";
/// Processor seconds. The slowest of these takes 4 in a debug build.
const SECONDS: &str = "--cpu=30";

/// A folder with files, and the command within limits of the system.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let mut command = Command::new("prlimit");
        command.args([MEMORY, SECONDS, "--"]).arg(TestContext::binary()).args(arguments).stdin(Stdio::null());
        let home: &Path = self.0.path();
        let output = command.env("SWITCHBOARD_HOME", home).env("HOME", home).current_dir(home).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        CommandOutput { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The codes of what is wrong with a document, by `check --json`; it ends as a check ends.
    #[track_caller]
    fn codes(&self, document: &Value) -> Vec<String> {
        let file = self.file("document.json", document.to_string());
        let done = self.run(&["check", "--json", &file]);
        assert_eq!(done.code, 3, "{} {}", done.out, done.err);
        let reports: Value = serde_json::from_str(&done.out).unwrap();
        let diagnostics = reports[0]["diagnostics"].as_array().unwrap();
        diagnostics.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }
}

fn document(steps: Value) -> Value {
    json!({"automation": "1", "id": "d", "steps": steps})
}

fn set(value: &str) -> Value {
    document(json!([{"id": "s", "set": {"x": value}}]))
}

#[test]
fn chains_of_operators_are_refused() {
    let desk = Desk::new();
    for part in ["-", "not ", "(", "[", "1 if 1 else "] {
        assert_eq!(desk.codes(&set(&format!("${{{{ {}1 }}}}", part.repeat(22_500)))), ["expression"], "{part}");
    }
    for part in ["~1", "+1", " and 1", ".id", "[0]", "|string"] {
        assert_eq!(desk.codes(&set(&format!("${{{{ run{} }}}}", part.repeat(22_500)))), ["expression"], "{part}");
    }
    let file = desk.file("document.json", set(&format!("${{{{ {}1 }}}}", "-".repeat(22_500))).to_string());
    assert_eq!(desk.run(&["run", &file]).code, 3);
}

/// A panic of the expression engine is an error like others, and Rust's words about it are not shown.
#[test]
fn panic_of_the_engine_is_an_error_without_its_words() {
    let desk = Desk::new();
    for expression in ["[1,2][::-9223372036854775808]", "'abc'[0:1:-9223372036854775807 - 1]"] {
        let file = desk.file("document.json", set(&format!("${{{{ {expression} }}}}")).to_string());
        for command in ["check", "run"] {
            let done = desk.run(&[command, &file]);
            assert!(!done.err.contains("panicked"), "{command} {expression}: {}", done.err);
            assert!(command == "check" || done.err.contains("out of range"), "{expression}: {}", done.err);
        }
    }
}

#[test]
fn a_schema_whose_references_multiply_is_refused() {
    let desk = Desk::new();
    let reference = |to: usize| json!({"$ref": format!("#/$defs/d{to}")});
    let definition = |at: usize| (format!("d{at}"), json!({"allOf": vec![reference(at + 1); 10]}));
    let mut definitions: serde_json::Map<String, Value> = (0..9).map(definition).collect();
    definitions.insert("d9".into(), json!({"type": "integer"}));
    let mut bomb = set("x");
    bomb["inputs"] =
        json!({"type": "object", "properties": {"n": {"$ref": "#/$defs/d0", "default": "x"}}, "$defs": definitions});
    assert_eq!(desk.codes(&bomb), ["schema"]);
    let file = desk.file("document.json", bomb.to_string());
    assert_eq!(desk.run(&["run", &file, "n:=1"]).code, 3);
}

#[test]
fn regular_expressions_take_linear_time() {
    let desk = Desk::new();
    let mut slow = set("x");
    slow["inputs"] = json!({"type": "object", "properties": {
        "n": {"type": "string", "pattern": "^(a+)+$", "default": "a".repeat(50_000) + "!"},
    }});
    assert_eq!(desk.codes(&slow), ["value"]);
    slow["inputs"]["properties"]["n"]["pattern"] = json!("^(?=a)b(?<=c)$");
    assert_eq!(desk.codes(&slow), ["schema"]);
}

#[test]
fn a_mistake_far_to_the_right_is_shown() {
    let desk = Desk::new();
    let steps: Vec<Value> = (0..900)
        .map(|at| json!({"id": format!("s{at}"), "set": {"text": "a minified document is one line, however long it is, see"}}))
        .chain([json!({"id": "last", "set": {"x": "${{ nobody }}"}})])
        .collect();
    let text = document(json!(steps)).to_string();
    let column = text.find("nobody").unwrap() + 1;
    assert!(column > 70_000);
    let done = desk.run(&["check", &desk.file("minified.json", &text)]);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.contains(&format!("minified.json:1:{column}]")), "{}", done.err);
    assert!(done.err.contains("`nobody` is not known here"), "{}", done.err);
    assert!(done.err.lines().all(|line| line.chars().count() < 400), "{}", done.err);
}

#[test]
fn many_mistakes_are_counted() {
    let desk = Desk::new();
    let values: serde_json::Map<String, Value> =
        (0..22).map(|at| (format!("v{at}"), json!(format!("${{{{ n{at} }}}}")))).collect();
    let steps: Vec<Value> = (0..910).map(|at| json!({"id": format!("s{at}"), "set": values})).collect();
    let file = desk.file("mistakes.json", document(json!(steps)).to_string());
    let done = desk.run(&["check", &file]);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.contains("and 19920 more; a higher limit `mistakes` shows up to 10000"), "{}", done.err);
    assert!(done.err.contains("--limit mistakes=VALUE"), "{}", done.err);
    let report: Value =
        serde_json::from_str(&desk.run(&["check", "--json", "--limit", "mistakes=7", &file]).out).unwrap();
    assert_eq!(report[0]["diagnostics"].as_array().unwrap().len(), 7);
    assert_eq!(report[0]["more"], 20_013);
}

#[test]
fn documents_have_limits_that_can_be_raised() {
    let desk = Desk::new();
    let steps = |count: usize| (0..count).map(|at| json!({"id": format!("s{at}"), "set": {}})).collect::<Vec<_>>();
    assert_eq!(desk.codes(&document(json!(steps(1_001)))), ["limit"]);
    assert_eq!(desk.codes(&document(json!(steps(10_000)))), ["limit"]);
    let file = desk.file("steps.json", document(json!(steps(1_001))).to_string());
    let refused: Value = serde_json::from_str(&desk.run(&["check", "--json", &file]).out).unwrap();
    assert_eq!(refused[0]["diagnostics"][0]["limit"], "steps", "{refused}");
    assert!(refused[0]["diagnostics"][0]["fix"].as_str().unwrap().ends_with(": --limit steps=VALUE"), "{refused}");
    assert_eq!(desk.run(&["check", "--limit", "steps=2000", &file]).code, 0);
    let unknown = desk.run(&["check", "--limit", "stepps=2000", &file]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("limits are `document`, `values`, `steps`"), "{}", unknown.err);
    assert_eq!(desk.run(&["check", "--limit", "steps=1000000", &file]).code, 2);
}

#[test]
fn a_large_document_is_refused() {
    let desk = Desk::new();
    let file = desk.file("large.json", set(&"x".repeat(50_000_000)).to_string());
    let done = desk.run(&["check", &file]);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.contains("large.json is larger than 1 MiB"), "{}", done.err);
    assert!(done.err.contains("--limit document=VALUE"), "{}", done.err);
    let deep = desk.file("deep.json", "[".repeat(900_000));
    assert!(desk.run(&["check", &deep]).err.contains("nested more than 64 deep"));
}

#[test]
fn a_key_that_comes_twice_is_refused() {
    let desk = Desk::new();
    let text = r#"{"automation": "1", "id": "d", "steps": [{"id": "s", "set": {"x": 1, "x": 2}}]}"#;
    let done = desk.run(&["check", &desk.file("twice.json", text)]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("twice.json:1:70]"), "{}", done.err);
    let input = desk.file("input.json", r#"{"topic": "a", "topic": "b"}"#);
    assert_eq!(desk.run(&["call", "zoom.meetings.create", "--input", &format!("@{input}")]).code, 3);
}

#[test]
fn byte_order_marks_of_editors_are_dropped() {
    let desk = Desk::new();
    let good = set("x").to_string();
    let marked = desk.file("marked.json", format!("\u{FEFF}{good}"));
    let done = desk.run(&["check", &marked]);
    assert_eq!(done.code, 0, "{}", done.err);
    let input = desk.file("input.json", "\u{FEFF}{\"nobody\": 1}");
    let done = desk.run(&["call", "zoom.meetings.create", "--input", &format!("@{input}")]);
    assert!(done.err.contains("unknown field `nobody`"), "{}", done.err);
}

#[test]
fn utf16_is_named() {
    let desk = Desk::new();
    let utf16: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(set("x").to_string().encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let file = desk.file("utf16.json", &utf16);
    for arguments in
        [&["check", &file][..], &["run", &file], &["call", "zoom.users.me", "--input", &format!("@{file}")]]
    {
        let done = desk.run(arguments);
        assert_eq!(done.code, 3, "{arguments:?} {}", done.err);
        assert!(done.err.contains("utf16.json is UTF-16 text"), "{}", done.err);
        assert!(done.err.contains("save it as UTF-8"), "{}", done.err);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let desk = Desk::new();
    let pipe = desk.0.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let folder = desk.0.path().to_owned();
    for (path, kind) in [(pipe, "a pipe"), (folder, "a folder"), (PathBuf::from("/dev/zero"), "a device")] {
        let path = path.display().to_string();
        for arguments in [&["check", &path][..], &["call", "zoom.users.me", "--input", &format!("@{path}")]] {
            let done = desk.run(arguments);
            assert_eq!(done.code, 3, "{arguments:?} {}", done.err);
            assert!(done.err.contains(&format!("it is {kind}, not a file")), "{}", done.err);
        }
    }
}

#[test]
fn a_field_nested_without_end_is_refused() {
    let desk = Desk::new();
    let done = desk.run(&["call", "zoom.users.me", &format!("{}a=1", "a.".repeat(60_000))]);
    assert_eq!(done.code, 3, "{}", done.err);
}

#[test]
fn a_manifest_whose_reference_leads_back_is_refused() {
    let desk = Desk::new();
    for circle in [
        json!({"a": {"enum": [1], "$ref": "#/$defs/a"}}),
        json!({"a": {"oneOf": [{"$ref": "#/$defs/a"}], "$ref": "#/$defs/a"}}),
    ] {
        let mut manifest = crate::hostile::manifest();
        manifest["activities"][0]["input"] = json!({"properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": circle});
        let file = desk.file("bad.wasm", crate::hostile::component_of(&manifest, crate::hostile::HONEST));
        let done = Command::new(TestContext::binary())
            .args(["activity", "show", "zoom.x.go", "--connector", &file])
            .env("SWITCHBOARD_HOME", desk.0.path())
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{error}");
        assert!(error.contains("the schema of `x.go` in its manifest cannot be used"), "{error}");
    }
}

#[test]
fn loops_of_a_run_share_a_limit() {
    let context = TestContext::connected();
    let steps = json!([{"id": "outer", "for_each": "${{ range(300) }}", "steps": [
        {"id": "inner", "for_each": "${{ range(300) }}", "steps": [{"id": "s", "set": {}}]},
    ]}]);
    let file = context.home.path().join("loops.json");
    std::fs::write(&file, document(steps).to_string()).unwrap();
    let file = file.display().to_string();
    let done = context.run(&["run", &file, "--json", "--limit", "items=900"]);
    assert_eq!(done.code, 1, "{}", done.err);
    let error = TestContext::error(&done);
    assert_eq!(error["code"], "limit.items");
    assert!(error["fix"].as_str().unwrap().contains("at most 1000000: --limit items=VALUE"), "{error}");
}
