//! The embedder's example of the README, run against the emulator.

use std::time::Duration;

use switchboard_runtime::{CallError, Connector};
use switchboard_tests::context::TestContext;
use tokio::runtime::Builder;

use crate::hostile::{component_of, manifest};

// example: begin
use serde_json::{Value, json};
use std::sync::Arc;
use switchboard_runtime::{CallOptions, Credential, Egress, FixedToken, Policy, Runtime, RuntimeConfig};

async fn who(component: &[u8], api_base: &str, token: String) -> Result<Value, Box<dyn std::error::Error>> {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new()?)?;
    let zoom = runtime.load_wasm(component).await?;
    for activity in &zoom.manifest().activities {
        println!("{}: {}", activity.name, activity.title);
    }
    let policy = Policy::new(api_base.parse()?, Vec::new()).with_download_hosts(vec!["*.zoom.us".parse()?]);
    let connection = Arc::new(FixedToken::new(policy, Credential::new(token)));
    Ok(zoom.call("zoom.users.me", json!({}), connection, &CallOptions::default()).await?)
}
// example: end

#[test]
fn the_example_runs() {
    let context = TestContext::new();
    let component = std::fs::read(TestContext::file("target/connectors/zoom.wasm")).unwrap();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let threads = tokio::runtime::Runtime::new().unwrap();
    let me = threads.block_on(who(&component, &context.emulator.api_base(), token)).unwrap();
    assert_eq!(me["email"], "ada@emulator.test", "{me}");
}

#[test]
fn the_guide_shows_this_very_example() {
    let source = include_str!("runtime.rs");
    let example = source.split("// example: begin\n").nth(1).unwrap().split("// example: end").next().unwrap();
    let page = std::fs::read_to_string(TestContext::file("docs/guides/embedding.md")).unwrap();
    assert!(page.contains(example), "put this into docs/guides/embedding.md:\n{example}");
}

/// The runtime ends with this function, as in the example above; its connectors go on.
async fn load(component: &[u8]) -> Connector {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    runtime.load_wasm(component).await.unwrap()
}

async fn call(connector: &Connector, deadline: Duration) -> CallError {
    let policy = Policy::new("http://127.0.0.1:9/v2".parse().unwrap(), Vec::new());
    let connection = Arc::new(FixedToken::new(policy, Credential::new("token".to_owned())));
    let options = CallOptions { deadline, ..CallOptions::default() };
    connector.call("zoom.x.go", json!({}), connection, &options).await.unwrap_err()
}

#[test]
fn limits_hold_when_the_runtime_is_dropped() {
    let endless = component_of(&manifest(), "(func $invoke (result i32) (call $spin) (unreachable))");
    for mut threads in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let threads = threads.enable_all().build().unwrap();
        let connector = threads.block_on(load(&endless));
        assert_eq!(threads.block_on(call(&connector, Duration::from_secs(1))).code(), "guest.deadline");
        // and of a clone, when the first is gone too
        let connector = Connector::clone(&connector);
        assert_eq!(threads.block_on(call(&connector, Duration::from_secs(60))).code(), "guest.cpu");
    }
}
