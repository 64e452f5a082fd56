//! A call that changed a part before it failed.

use std::sync::Arc;

use serde_json::json;
use switchboard_egress::Egress;
use switchboard_runtime::{
    CallError, CallOptions, Credential, FixedToken, Policy, Problem, Retry, Runtime, RuntimeConfig,
};
use switchboard_tests::context::TestContext;

use crate::connector::load_file::bundle;

/// Adds 31 members: 30 in a first request, one in a second.
fn add_members(context: &TestContext) -> Problem {
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let policy = Policy::new(context.emulator.api_base().parse().unwrap(), Vec::new());
    let connection = Arc::new(FixedToken::new(policy, Credential::new(token)));
    let users: Vec<String> = (0..31).map(|number| format!("user{number}")).collect();
    let input = json!({"group": "group1", "users": users});
    let threads = tokio::runtime::Runtime::new().unwrap();
    let error = threads.block_on(async {
        let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
        let zoom = runtime.load_bundle(bundle()).unwrap();
        zoom.call("zoom.groups.add-members", input, connection, &CallOptions::default()).await.unwrap_err()
    });
    let CallError::Problem(problem) = error else { panic!("{error}") };
    assert_eq!(problem.code, "rate-limited");
    problem
}

fn set_fault(context: &TestContext, fault: &serde_json::Value) {
    assert_eq!(context.ask("POST", "/_emulator/faults", fault).0, 200);
}

#[test]
fn a_refusal_after_a_change_is_not_called_unsent() {
    let context = TestContext::new();
    let body = json!({"ids": "user0", "added_at": "2026-01-01T00:00:00Z"}).to_string();
    let path = "/groups/group1/members";
    set_fault(&context, &json!({"kind": "text", "status": 201, "body": body, "path": path}));
    set_fault(&context, &json!({"kind": "status", "status": 429, "variant": "daily", "path": path, "nth": 2}));
    let problem = add_members(&context);
    assert!(!problem.not_sent);
    // Who is a member already is left alone, so all of it may be repeated.
    assert!(matches!(problem.retry, Retry::After(_)), "{:?}", problem.retry);
}

#[test]
fn a_refusal_of_the_first_change_is_unsent() {
    let context = TestContext::new();
    let path = "/groups/group1/members";
    set_fault(&context, &json!({"kind": "status", "status": 429, "variant": "daily", "path": path}));
    let problem = add_members(&context);
    assert!(problem.not_sent);
    assert!(matches!(problem.retry, Retry::After(_)), "{:?}", problem.retry);
}
