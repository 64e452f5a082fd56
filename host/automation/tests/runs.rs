//! Runs with a scripted runner.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use serde_json::{Value, json};
use support::{Hand, Script};
use switchboard_automation::journal::{Memory, StepState};
use switchboard_automation::{Document, JournalEngine, RetryHint, RunError, RunStart, StepError, parse};

fn document(steps: Value, outputs: Value) -> Document {
    let source = json!({
        "automation": "1", "id": "test",
        "inputs": {"type": "object", "properties": {"n": {"type": "integer", "default": 7}, "list": {"type": "array", "default": ["a/b", "c]"]}}},
        "connections": {"lab": {"type": "zoom"}}, "steps": steps, "outputs": outputs,
    });
    parse(&serde_json::to_string_pretty(&source).unwrap(), "test.json")
        .unwrap_or_else(|report| panic!("{}", report.render_plain()))
}

async fn play(doc: &Document, inputs: Value, script: &Script) -> (Result<Value, RunError>, Memory) {
    let journal = Memory::new();
    let result = match RunStart::new("run-1", doc, inputs, 0) {
        Ok(start) => {
            let clock = Hand::default();
            let engine = JournalEngine::new(&journal, script, &clock);
            engine.run(doc, &start).await.map(|outcome| outcome.outputs)
        }
        Err(error) => Err(error),
    };
    (result, journal)
}

fn busy(not_sent: bool) -> StepError {
    StepError { retry: RetryHint::After(100), not_sent, ..StepError::problem("busy", "try later") }
}

#[tokio::test]
async fn values_flow_from_inputs_through_steps_to_outputs() {
    let doc = document(
        json!([
            {"id": "one", "use": "zoom.a.b", "with": {"n": "${{ inputs.n }}"}},
            {"id": "not", "if": "${{ inputs.n > 100 }}", "use": "zoom.a.b"},
            {"id": "two", "set": {"sum": "${{ steps.one.x + inputs.n }}"}}
        ]),
        json!({"sum": "${{ steps.two.sum }}", "skipped": "${{ steps.not }}"}),
    );
    let script = Script::of([Ok(json!({"x": 9_007_199_254_740_993_i64}))]);
    let (result, journal) = play(&doc, json!({}), &script).await;
    assert_eq!(result.unwrap(), json!({"sum": 9_007_199_254_741_000_i64, "skipped": null}));
    assert_eq!(script.inputs(), [json!({"n": 7})]);
    assert_eq!(script.calls.lock().unwrap()[0].connection.as_deref(), Some("lab"));
    let states: Vec<_> = journal.steps().into_iter().map(|step| (step.path, step.state)).collect();
    let expected = [
        ("one", StepState::Started),
        ("one", StepState::Succeeded),
        ("not", StepState::Skipped),
        ("two", StepState::Started),
        ("two", StepState::Succeeded),
    ];
    assert_eq!(states, expected.map(|(path, state)| (path.to_owned(), state)));
}

#[tokio::test]
async fn a_loop_goes_on_past_a_failed_item_and_addresses_each() {
    let doc = document(
        json!([{"id": "all", "for_each": "${{ inputs.list }}", "as": "it", "item_key": "${{ it }}", "on_item_error": "continue",
            "steps": [{"id": "do", "use": "zoom.a.b", "with": {"it": "${{ it }}"}}], "collect": "${{ steps.do.x }}"}]),
        json!({"all": "${{ steps.all }}"}),
    );
    let script = Script::of([Ok(json!({"x": 1})), Err(StepError::problem("gone", "it is gone"))]);
    let (result, _) = play(&doc, json!({}), &script).await;
    let all = &result.unwrap()["all"];
    assert_eq!((&all["items"], &all["count"]), (&json!([1]), &json!(2)));
    assert_eq!(all["failed"][0]["error"]["step"], "all[c%5D]/do");
}

#[tokio::test]
async fn a_write_of_unknown_outcome_is_not_tried_again() {
    let steps = json!([{"id": "w", "use": "zoom.a.b", "retry": {"attempts": 3}}]);
    let doc = document(steps, json!({"x": "${{ steps.w.x }}"}));
    let script = Script::of([Err(busy(false)), Ok(json!({"x": 1}))]);
    assert_eq!(play(&doc, json!({}), &script).await.0.unwrap_err().code, "busy");
    let script = Script::of([Err(busy(true)), Ok(json!({"x": 1}))]);
    assert_eq!(play(&doc, json!({}), &script).await.0.unwrap(), json!({"x": 1}));
    let calls = script.calls.lock().unwrap();
    assert_eq!((calls[0].attempt, calls[1].attempt), (1, 2));
    assert_eq!(calls[0].idempotency_key, calls[1].idempotency_key);
}

#[tokio::test]
async fn a_timeout_ends_the_attempt_and_is_not_retried() {
    let doc = document(json!([{"id": "w", "use": "zoom.a.b", "timeout": "PT5S", "retry": {"attempts": 3}}]), json!({}));
    let script = Script::of([]);
    let error = play(&doc, json!({}), &script).await.0.unwrap_err();
    assert_eq!((error.code.as_str(), error.step.as_deref()), ("timeout", Some("w")));
    assert_eq!(script.inputs().len(), 1);
}

#[tokio::test]
async fn failures_name_the_step_and_the_line() {
    let doc =
        document(json!([{"id": "stop", "fail": {"code": "no-good", "message": "n is ${{ inputs.n }}"}}]), json!({}));
    let (result, journal) = play(&doc, json!({}), &Script::default()).await;
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "step `stop`: n is 7");
    assert!(doc.source.lines().nth(error.line - 1).unwrap().contains('{'));
    assert_eq!(journal.ends()[0].error.as_ref().unwrap().code, "no-good");
}

#[tokio::test]
async fn an_error_can_be_passed_over() {
    let doc = document(
        json!([{"id": "maybe", "use": "zoom.a.b", "continue_on_error": true}]),
        json!({"code": "${{ steps.maybe.error.code }}"}),
    );
    let script = Script::of([Err(StepError::problem("gone", "it is gone"))]);
    assert_eq!(play(&doc, json!({}), &script).await.0.unwrap(), json!({"code": "gone"}));
}

#[tokio::test]
async fn inputs_that_do_not_fit_are_refused_before_anything_is_recorded() {
    let doc = document(json!([{"id": "s", "set": {}}]), json!({}));
    let (result, journal) = play(&doc, json!({"n": "7", "lits": []}), &Script::default()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code, "input");
    assert!(
        error.message.contains("`n` must be an integer") && error.message.contains("`lits` is not known"),
        "{}",
        error.message
    );
    assert!(journal.starts().is_empty());
}

#[tokio::test]
async fn the_loops_of_a_run_share_a_number_of_items() {
    let steps = json!([{"id": "outer", "for_each": "${{ range(90) }}", "steps": [
        {"id": "inner", "for_each": "${{ range(500) }}", "steps": [{"id": "s", "set": {}}]},
    ]}]);
    let doc = document(steps, json!({}));
    let (result, journal) = play(&doc, json!({}), &Script::default()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code, "limit.items");
    assert_eq!(error.step.as_deref(), Some("outer[19]/inner"));
    assert_eq!(journal.ends().len(), 1);
}

#[tokio::test]
async fn a_document_can_ask_for_more_items() {
    let source = json!({
        "automation": "1", "id": "d", "limits": {"items": 20_000},
        "steps": [{"id": "all", "for_each": "${{ range(12000) }}", "steps": [{"id": "s", "set": {}}]}],
    });
    let doc = parse(&source.to_string(), "d.json").unwrap();
    assert!(play(&doc, json!({}), &Script::default()).await.0.is_ok());
}

#[tokio::test]
async fn a_run_ends_when_its_time_is_over() {
    let source = json!({
        "automation": "1", "id": "d", "limits": {"run_time": "PT1H"}, "connections": {"lab": {"type": "zoom"}},
        "steps": [{"id": "wait", "use": "zoom.a.b"}],
    });
    let doc = parse(&source.to_string(), "d.json").unwrap();
    let (result, journal) = play(&doc, json!({}), &Script::default()).await;
    assert_eq!(result.unwrap_err().code, "limit.run_time");
    assert_eq!(journal.ends()[0].error.as_ref().unwrap().code, "limit.run_time");
}

#[tokio::test]
async fn results_that_grow_without_end_are_refused() {
    let double = |at: usize| {
        let text = if at == 0 { "x".repeat(1000) } else { format!("${{{{ steps.s{} }}}}", at - 1) };
        json!({"id": format!("s{at}"), "set": {"a": text, "b": text}})
    };
    let doc = document(json!((0..40).map(double).collect::<Vec<_>>()), json!({}));
    let error = play(&doc, json!({}), &Script::default()).await.0.unwrap_err();
    assert!(error.message.contains("larger than 1048576 bytes"), "{error}");

    let nest = |at: usize| {
        let text = if at == 0 { "x".to_owned() } else { format!("${{{{ steps.s{} }}}}", at - 1) };
        json!({"id": format!("s{at}"), "set": {"a": text}})
    };
    let doc = document(json!((0..200).map(nest).collect::<Vec<_>>()), json!({}));
    assert_eq!(play(&doc, json!({}), &Script::default()).await.0.unwrap_err().code, "limit.nesting");

    let steps =
        json!([{"id": "all", "for_each": "${{ range(200) }}", "steps": [], "collect": "${{ range(90000) | list }}"}]);
    let doc = document(steps, json!({}));
    assert_eq!(play(&doc, json!({}), &Script::default()).await.0.unwrap_err().code, "limit.results");
}

#[test]
fn loops_in_loops_fit_into_a_small_stack() {
    let mut step = json!({"id": "s", "set": {}});
    for at in 0..29 {
        step = json!({"id": format!("l{at}"), "for_each": "${{ [1] }}", "steps": [step]});
    }
    let doc = document(json!([step]), json!({}));
    let work = move || {
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(threads.block_on(play(&doc, json!({}), &Script::default())).0.is_ok());
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}
