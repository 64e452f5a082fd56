//! The embedder's example of the README, run against the emulator.

use switchboard_tests::world::World;

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
    let world = World::new();
    let component = std::fs::read(World::file("target/connectors/zoom.wasm")).unwrap();
    let token = world.emulator.issue_token("ada@emulator.test").unwrap();
    let threads = tokio::runtime::Runtime::new().unwrap();
    let me = threads.block_on(who(&component, &world.emulator.api_base(), token)).unwrap();
    assert_eq!(me["email"], "ada@emulator.test", "{me}");
}

#[test]
fn the_readme_shows_this_very_example() {
    let source = include_str!("embed.rs");
    let example = source.split("// example: begin\n").nth(1).unwrap().split("// example: end").next().unwrap();
    let readme = std::fs::read_to_string(World::file("README.md")).unwrap();
    assert!(readme.contains(example), "put this into README.md:\n{example}");
}
