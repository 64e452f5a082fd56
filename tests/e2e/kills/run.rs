//! `run`, with a step that writes.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

use super::{Killer, kills};

/// The meetings of a topic at the service.
fn meetings(context: &TestContext, topic: &str) -> usize {
    let (_, state) = context.ask("GET", "/_emulator/state", &Value::Null);
    let all = state["meetings"].as_array().unwrap();
    all.iter().filter(|meeting| meeting["fields"]["topic"] == topic).count()
}

#[test]
fn run_that_is_killed_says_how_far_it_came() {
    let context = TestContext::connected();
    let file = context.home.path().join("kill.json");
    let document = json!({"automation": "1", "id": "kill", "connections": {"zoom": {"type": "zoom"}},
        "inputs": {"type": "object", "required": ["topic"], "properties": {"topic": {"type": "string"}}},
        "steps": [
            {"id": "me", "use": "zoom.users.me"},
            {"id": "create", "use": "zoom.meetings.create", "with": {"topic": "${{ inputs.topic }}", "kind": "instant"}},
            {"id": "list", "use": "zoom.meetings.list"}]});
    std::fs::write(&file, document.to_string()).unwrap();
    let file = file.display().to_string();
    let mut killer = Killer::new(&context, || {
        context.json(&["run", &file, "topic=whole", "--json"]);
    });
    for kill in 0..kills() {
        let topic = format!("kill {kill}");
        killer.start_and_kill(&["run", &file, &format!("topic={topic}"), "--json"]);
        let listed = killer.next(&["runs", "list", "--json", "--limit", "1000"]);
        let runs: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
        assert!(
            runs.iter().all(|run| run["state"] != "running"),
            "kill {kill}: a dead run is said to go on: {}",
            listed.out
        );
        // The newest comes first.
        let shown = runs.first().map(|run| killer.next(&["runs", "show", run["id"].as_str().unwrap(), "--json"]));
        let shown: Option<Value> = shown.map(|shown| serde_json::from_str(&shown.out).unwrap());
        let run = shown.filter(|run| run["inputs"]["topic"] == topic.as_str());
        let state = run.as_ref().map_or("none", |run| {
            let steps = run["steps"].as_array().unwrap();
            steps.iter().find(|step| step["path"] == "create").map_or("none", |step| step["state"].as_str().unwrap())
        });
        let there = meetings(&context, &topic);
        match state {
            "none" => assert_eq!(there, 0, "kill {kill}: done, and not written down"),
            "succeeded" => assert_eq!(there, 1, "kill {kill}: written down, and not done once"),
            _ => assert!(there <= 1, "kill {kill}: done twice"),
        }
        assert!(killer.left_behind().is_empty(), "kill {kill}: {:?}", killer.left_behind());
    }
}
