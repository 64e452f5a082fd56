//! A run that came to its end although items of its loops failed.

use std::fs;

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

fn document(on_item_error: &str) -> String {
    let meetings = json!(["99999999998", "99999999999"]);
    let get = json!({"id": "get", "use": "zoom.meetings.get", "with": {"meeting": "${{ item }}"}});
    json!({
        "automation": "1", "id": "all-fail", "connections": {"zoom": {"type": "zoom"}},
        "inputs": {"type": "object", "properties": {"meetings": {"type": "array", "default": meetings}}},
        "steps": [{"id": "all", "for_each": "${{ inputs.meetings }}", "on_item_error": on_item_error, "steps": [get]}],
        "outputs": {"failed": "${{ steps.all.failed | length }}"},
    })
    .to_string()
}

/// Issue 14: a run in which every item failed does not count as succeeded.
#[test]
fn a_run_with_failed_items_has_its_own_state_and_exit_code() {
    let context = TestContext::connected();
    let file = context.home.path().join("all-fail.json");
    let name = file.display().to_string();
    fs::write(&file, document("continue")).unwrap();
    let run = context.run(&["run", &name, "--json"]);
    assert_eq!(run.code, 7, "{}{}", run.out, run.err);
    assert!(run.err.contains("2 of 2 items failed"), "{}", run.err);
    assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap(), json!({"failed": 2}));
    let last = &context.json(&["runs", "list", "--json"])[0];
    assert_eq!((&last["state"], &last["items"]), (&json!("partly_failed"), &json!({"failed": 2, "all": 2})));

    // No item: nothing failed.
    assert_eq!(context.run(&["run", &name, "meetings:=[]"]).code, 0);
    fs::write(&file, document("stop")).unwrap();
    assert_eq!(context.run(&["run", &name]).code, 5, "the service refused");
}
