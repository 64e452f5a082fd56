//! What cannot be undone is asked for in the words of the step that does it.

use serde_json::json;
use switchboard_tests::context::TestContext;
use switchboard_tests::terminal::Terminal;

/// The question before a run of one step.
fn asked(context: &TestContext, with: serde_json::Value) -> (i32, String) {
    let file = context.home.path().join("one.json");
    let document = json!({
        "automation": "1", "id": "one", "title": "One step",
        "connections": { "zoom": { "type": "zoom" } },
        "inputs": { "type": "object", "required": ["path"], "properties": { "path": {} } },
        "steps": [{ "id": "send", "use": "zoom.api.request", "with": with }]
    });
    std::fs::write(&file, document.to_string()).unwrap();
    let done = context.run(&["run", file.to_str().unwrap(), "path=/harmless", "--json"]);
    (done.code, done.err)
}

#[test]
fn the_question_names_what_the_step_does_and_not_what_the_run_was_given() {
    let context = TestContext::connected();
    let (code, said) = asked(&context, json!({ "method": "delete", "path": "/meetings/81234567890" }));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("delete /meetings/81234567890") && !said.contains("/harmless"), "{said}");
}

#[test]
fn a_method_that_is_known_only_in_the_run_counts_as_the_worst() {
    let context = TestContext::connected();
    let (code, said) = asked(&context, json!({ "method": "${{ inputs.path }}", "path": "/users/me" }));
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_step_that_only_reads_asks_nothing() {
    let context = TestContext::connected();
    let (code, said) = asked(&context, json!({ "path": "/users/me" }));
    assert_eq!(code, 0, "{said}");
}

/// A place that the input does not fill would be shown as it is written: "Delete the meeting {id}?".
#[test]
fn every_question_names_fields_of_its_input() {
    let text = std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let place = regex::Regex::new(r"\{(\w+)\}").unwrap();
    let mut questions = 0;
    for activity in manifest["activities"].as_array().unwrap() {
        let Some(question) = activity["confirm"].as_str() else { continue };
        questions += 1;
        for found in place.captures_iter(question) {
            let field = activity["input"]["properties"].get(&found[1]);
            assert!(field.is_some(), "{}: {question}", activity["name"]);
        }
    }
    assert!(questions > 10, "{questions}");
}

/// A question waits on standard input. A signal is heard all the same.
#[test]
fn interrupt_at_a_question_ends_the_command() {
    let context = TestContext::connected();
    for (arguments, question) in [
        ("call zoom.meetings.delete meeting=81234567890", "Type yes to continue"),
        ("connection disconnect work", "Type its label to continue"),
    ] {
        let mut terminal = Terminal::start(&context, arguments);
        terminal.wait_for(question);
        terminal.press("\u{3}");
        assert_eq!(terminal.code(), 130, "{}", terminal.shown());
        assert!(terminal.shown().contains("error[interrupted]"), "{}", terminal.shown());
    }
    assert_eq!(context.labels(), ["work"]);
}

#[test]
fn answer_at_a_terminal_is_read() {
    let context = TestContext::connected();
    let mut terminal = Terminal::start(&context, "connection disconnect work");
    terminal.wait_for("Type its label to continue");
    terminal.press("work\n");
    assert_eq!(terminal.code(), 0, "{}", terminal.shown());
    assert!(context.labels().is_empty());
}
