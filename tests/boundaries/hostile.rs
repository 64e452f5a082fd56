//! Attacks by a connector, one `.wat` each: stopped with the error it names, and the next call works.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use switchboard_egress::Pacing;
use switchboard_runtime::{
    CallError, CallOptions, Connection, Connector, Credential, CredentialError, Egress, Facts, FixedToken, Policy,
    Runtime, RuntimeConfig,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("hostile")
}

pub fn runtime() -> Runtime {
    let config = RuntimeConfig { cpu: Duration::from_millis(300), memory: 16 << 20, ..RuntimeConfig::default() };
    Runtime::new(config, Egress::new().unwrap()).unwrap()
}

pub const HONEST: &str =
    "(data (i32.const 50000) \"{}\") (func $invoke (result i32) (call $ok (i32.const 50000) (i32.const 2)))";

/// The base with one attack in it, as a component.
pub fn component(attack: &str) -> Vec<u8> {
    component_of(&manifest(), attack)
}

/// What it says of itself.
pub fn manifest() -> Value {
    json!({
        "manifest": "1", "connector": "bad", "version": "0", "title": "Bad",
        "auth": {"profiles": {}, "authorize_path": "/a", "token_path": "/t", "revoke_path": "/r"},
        "hosts": {}, "activities": [{
            "name": "x.go", "area": "x", "title": "Go", "summary": "", "effect": "read", "idempotency": "read",
            "rate": "light", "input": {}, "output": {}
        }]
    })
}

pub fn component_of(manifest: &Value, attack: &str) -> Vec<u8> {
    let manifest = manifest.to_string();
    let length: String =
        u32::try_from(manifest.len()).unwrap().to_le_bytes().iter().map(|b| format!("\\{b:02x}")).collect();
    let text = std::fs::read_to_string(folder().join("base.wat"))
        .unwrap()
        .replace("{{MANIFEST}}", &manifest.replace('"', "\\22"))
        .replace("{{LENGTH}}", &length)
        .replace(";;HOSTILE", attack);
    let mut module = wat::parse_str(&text).unwrap();
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../wit/connector")).unwrap();
    let world = resolve.select_world(&[package], Some("connector")).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, wit_component::StringEncoding::UTF8).unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

fn nowhere() -> FixedToken {
    let policy = Policy::new("http://127.0.0.1:9/v2".parse().unwrap(), Vec::new());
    FixedToken::new(policy, Credential::new("token".to_owned()))
}

async fn go(connector: &Connector) -> Result<serde_json::Value, CallError> {
    let options = CallOptions { deadline: Duration::from_secs(20), ..CallOptions::default() };
    connector.call("bad.x.go", json!({}), Arc::new(nowhere()), &options).await
}

/// Runs the attack twice in one runtime, so that the second call proves that the first left nothing behind.
async fn stopped(name: &str) {
    let attack = std::fs::read_to_string(folder().join(format!("{name}.wat"))).unwrap();
    let expected = attack.lines().find_map(|line| line.strip_prefix(";; expect: ")).unwrap().trim();
    let runtime = runtime();
    let bad = runtime.load_wasm(&component(&attack)).await.unwrap();
    let error = go(&bad).await.unwrap_err();
    assert_eq!(error.code(), expected, "{name}: {error}");
    let good = runtime.load_wasm(&component(HONEST)).await.unwrap();
    assert_eq!(go(&good).await.unwrap(), json!({}), "after {name}");
}

macro_rules! attacks {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            stopped($file).await;
        })*

        #[test]
        fn every_attack_has_a_test() {
            let tested: BTreeSet<String> = [$($file),*, "base", "more-imports"].map(String::from).into();
            let files: BTreeSet<String> = std::fs::read_dir(folder()).unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
            assert_eq!(files, tested);
        }
    };
}

attacks! {
    an_endless_loop_is_stopped = "endless-loop",
    endless_memory_is_refused = "endless-memory",
    endless_recursion_is_stopped = "endless-recursion",
    a_trap_is_contained = "trap",
    output_that_is_no_json_is_refused = "no-json",
    output_that_is_no_object_is_refused = "not-an-object",
    text_that_is_no_utf8_is_refused = "broken-text",
    text_outside_the_memory_is_refused = "text-outside-memory",
    another_host_is_refused = "other-host",
    an_authorization_header_is_refused = "sets-authorization",
}

#[tokio::test]
async fn a_component_that_imports_more_is_refused_by_name() {
    let bytes = wat::parse_file(folder().join("more-imports.wat")).unwrap();
    let error = runtime().load_wasm(&bytes).await.err().unwrap().to_string();
    assert!(error.contains("wasi:filesystem/preopens@0.2.0"), "{error}");
}

/// What a command has inside is checked when it is packed: the whole component, and the part that the code is made of.
#[tokio::test]
async fn code_of_another_component_is_refused_and_so_is_a_component_whose_part_alone_is_good() {
    let runtime = runtime();
    let part = component(HONEST);
    let code = || runtime.precompile(&part).unwrap();
    let whole = component("(func $invoke (result i32) (unreachable))");
    let book = runtime.book(&whole, &part, code()).await.unwrap();
    let digests: Vec<&str> =
        book.lines().filter(|line| line.starts_with("digest ") || line.starts_with("compiled ")).collect();
    let of = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(digests, [format!("digest {}", of(&whole)), format!("compiled {}", of(&part))]);

    let mut other = part.clone();
    let title = other.windows(5).position(|bytes| bytes == b"\"Bad\"").unwrap();
    other[title + 1] = b'M';
    let error = runtime.book(&other, &part, code()).await.unwrap_err().to_string();
    assert!(error.contains("the code is not of this component"), "{error}");

    let more = wat::parse_file(folder().join("more-imports.wat")).unwrap();
    let error = runtime.book(&more, &part, code()).await.unwrap_err().to_string();
    assert!(error.contains("wasi:filesystem/preopens@0.2.0"), "{error}");
}

fn hurried() -> CallOptions {
    CallOptions { deadline: Duration::from_millis(300), ..CallOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_does_not_end_is_told_with_the_time_that_its_caller_set() {
    let config = RuntimeConfig { cpu: Duration::from_secs(20), ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Egress::new().unwrap()).unwrap();
    let endless =
        runtime.load_wasm(&component("(func $invoke (result i32) (loop (br 0)) (unreachable))")).await.unwrap();
    let error = endless.call("bad.x.go", json!({}), Arc::new(nowhere()), &hurried()).await.unwrap_err();
    assert_eq!(error.code(), "guest.deadline");
    assert!(error.to_string().ends_with("within 300ms"), "{error}");
}

/// Asks for a thing twice with the connection's token, whatever comes of the first time.
const TWICE: &str = r#"
    (data (i32.const 50000) "/x")
    (data (i32.const 50100) "{}")
    (func $ask
      (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 2) (i32.const 0) (i32.const 0)
        (i32.const 40960) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768)))
    (func $invoke (result i32) (call $ask) (call $ask) (call $ok (i32.const 50100) (i32.const 2)))"#;

/// Its token is being renewed for longer than any call lasts.
struct Renewed {
    inner: FixedToken,
    begun: AtomicU32,
}

#[async_trait]
impl Connection for Renewed {
    fn policy(&self) -> &Policy {
        self.inner.policy()
    }

    async fn credential(&self) -> Result<Credential, CredentialError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    async fn renew(&self, _: &Credential) -> Result<Credential, CredentialError> {
        self.credential().await
    }

    fn facts(&self) -> Facts {
        self.inner.facts()
    }

    fn id(&self) -> &str {
        self.inner.id()
    }

    fn pacing(&self) -> &dyn Pacing {
        self.inner.pacing()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_replaced_for_a_connector_that_goes_on_after_the_end_of_its_call() {
    let twice = runtime().load_wasm(&component(TWICE)).await.unwrap();
    let connection = Arc::new(Renewed { inner: nowhere(), begun: AtomicU32::new(0) });
    assert_eq!(twice.call("bad.x.go", json!({}), connection.clone(), &hurried()).await.unwrap(), json!({}));
    assert_eq!(connection.begun.load(Ordering::SeqCst), 1, "the second time is after the end");
}
