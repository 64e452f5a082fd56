//! `switchboard connection list` and `show`: connections, and grants that are not revoked yet.

use serde_json::{Value, json};
use switchboard_tests::context::{TestContext, http};

#[test]
fn a_grant_that_is_still_to_be_taken_back_is_listed_until_it_is() {
    let context = TestContext::connected();
    fault(&context, &json!({"kind": "status", "status": 503, "path": "/oauth/revoke", "count": 0}));
    let done = context.run(&["connection", "disconnect", "work", "--yes", "--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["disconnected"], &out["revoked"]), (&json!(true), &json!(false)), "{out}");
    assert!(out["note"].as_str().unwrap().contains("connection list"), "{out}");
    let rows = context.json(&["connection", "list", "--json"]);
    assert_eq!((&rows[0]["label"], &rows[0]["state"]), (&json!("work"), &json!("revoking")), "{rows}");
    assert!(rows[0]["reason"].as_str().unwrap().contains("503") && rows[0]["next_attempt_at"].is_string(), "{rows}");
    let people = context.run(&["connection", "list"]);
    assert!(
        people.out.contains("revoking") && people.err.contains("is not revoked yet"),
        "{}{}",
        people.out,
        people.err
    );
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("revoking"), &json!(1)), "{shown}");
    // The label is free meanwhile, and what is pending stays beside the new one.
    let call = context.run(&["call", "zoom.users.me", "-c", "work", "--json"]);
    assert!(call.code != 0 && call.err.contains("not-found"), "{}", call.err);
    context.connect("work", "grace@emulator.test");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["pending_revocations"][0]["state"]), (&json!("active"), &json!("revoking")));
}

fn fault(context: &TestContext, fault: &Value) {
    let port = url::Url::parse(&context.emulator.api_base()).unwrap().port().unwrap();
    let (status, _, body) = http("POST", port, "/_emulator/faults", &fault.to_string());
    assert!(status < 300, "{status} {body}");
}
