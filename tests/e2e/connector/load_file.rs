//! A connector from a file, and the one inside the command.

use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};
use switchboard_egress::Egress;
use switchboard_runtime::{
    Bundle, CallOptions, Connector, Credential, FixedToken, MachineCode, Policy, Runtime, RuntimeConfig,
};
use switchboard_tests::context::TestContext;

#[test]
fn a_connector_file_is_compiled_by_the_program_beside_and_called() {
    let context = TestContext::connected();
    let file = TestContext::file("target/connectors/zoom.wasm").display().to_string();
    let me = context.json(&["call", "zoom.users.me", "--connector", &file, "--json"]);
    assert_eq!(me["email"], "ada@emulator.test", "{me}");
    let unknown = context.run(&["call", "zoom.users.mee", "--connector", &file, "--json"]);
    assert!(unknown.err.contains("did you mean `zoom.users.me`"), "{}", unknown.err);
}

/// What the command has inside, from the files it was made of.
pub fn bundle() -> Bundle {
    let read = |name: &str| std::fs::read(TestContext::file("target/connectors").join(name)).unwrap();
    Bundle {
        code: MachineCode::leak(&read("zoom.cwasm")),
        index: Box::leak(String::from_utf8(read("zoom.index")).unwrap().into_boxed_str()),
    }
}

#[test]
fn the_same_code_is_loaded_twice_at_once_and_again_when_both_are_gone() {
    let bundle = bundle();
    let threads = tokio::runtime::Runtime::new().unwrap();
    let load = || Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap().load_bundle(bundle).unwrap();
    let plan = |zoom: &Connector| {
        let nowhere = Policy::new("http://127.0.0.1:9/v2".parse().unwrap(), Vec::new());
        let nobody = Arc::new(FixedToken::new(nowhere, Credential::new("none".to_owned())));
        let options = CallOptions { dry_run: true, ..CallOptions::default() };
        threads.block_on(zoom.call("zoom.users.me", json!({}), nobody, &options)).unwrap()
    };
    let (first, second) = (load(), load());
    let asked = plan(&first);
    assert_eq!(asked["dry_run"], true, "{asked}");
    assert_eq!(plan(&second), asked);
    drop(first);
    assert_eq!(plan(&second), asked, "the second needs nothing of the first");
    let third = load();
    drop(second);
    assert_eq!(plan(&third), asked);
}

#[test]
fn a_file_that_is_no_component_is_refused_by_name() {
    let context = TestContext::connected();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "no component").unwrap();
    let done = context.run(&["call", "zoom.users.me", "--connector", &file.path().display().to_string(), "--json"]);
    assert_ne!(done.code, 0);
    assert!(done.err.contains("not a component this host can run"), "{}", done.err);
}

#[test]
fn the_index_inside_the_command_is_that_of_the_component() {
    let read = |name: &str| std::fs::read(TestContext::file("target/connectors").join(name)).unwrap();
    let digest: String = Sha256::digest(read("zoom.wasm")).iter().map(|byte| format!("{byte:02x}")).collect();
    let bundle = bundle();
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    let connector = runtime.load_bundle(bundle).unwrap();
    assert_eq!(connector.digest(), Some(digest.as_str()));
    for activity in &connector.manifest().activities {
        let alone = connector.activity(&format!("zoom.{}", activity.name)).unwrap();
        assert_eq!(serde_json::to_value(&alone).unwrap(), serde_json::to_value(activity).unwrap());
    }
}

#[test]
fn the_list_says_which_component_there_is_and_which_part_its_code_was_compiled_from() {
    let context = TestContext::new();
    let zoom = &context.json(&["connector", "list", "--json"])[0];
    let component = std::fs::read(TestContext::file("target/connectors/zoom.wasm")).unwrap();
    let component: String = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect();
    let compiled = zoom["sha256"]["compiled"].as_str().unwrap();
    assert_eq!(zoom["sha256"]["component"], json!(component));
    assert!(compiled.len() == 64 && compiled != component, "the code is made of a part: {compiled}");
    let shown = context.run(&["connector", "list"]);
    for line in [format!("component: sha256 {component}"), format!("compiled from: sha256 {compiled}")] {
        assert!(shown.err.contains(&line), "{}", shown.err);
    }
}

/// A file's manifest cannot be trusted, so each deletion of a connector from a file has to be declared as destructive.
#[test]
fn only_the_built_in_connector_deletes_in_a_write() {
    let context = TestContext::connected();
    let file = TestContext::file("target/connectors/zoom.wasm").display().to_string();
    let call = ["call", "zoom.groups.remove-member", "group=g1", "user=ada@emulator.test", "--json"];
    let deletions =
        |context: &TestContext| context.requests().iter().filter(|request| request["method"] == "DELETE").count();
    let refused = context.run(&[&call[..], &["--connector", &file]].concat());
    assert_eq!(TestContext::error(&refused)["code"], "refused.effect", "{}", refused.err);
    assert_eq!(deletions(&context), 0);
    context.run(&call);
    assert_eq!(deletions(&context), 1);
}
