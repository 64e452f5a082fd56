//! Attacks on a program that embeds the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::json;
use sha2::{Digest, Sha256};
use switchboard_egress::Pacing;
use switchboard_runtime::{
    CallError, CallOptions, Connection, Connector, Credential, CredentialError, Egress, Facts, FixedToken, Identify,
    Policy, Runtime, RuntimeConfig,
};

use super::component::{Attack, HONEST, component};

pub fn runtime() -> Runtime {
    let config = RuntimeConfig { cpu: Duration::from_millis(300), memory: 16 << 20, ..RuntimeConfig::default() };
    Runtime::new(config, Egress::new().unwrap()).unwrap()
}

/// A connection to a port of this machine.
pub fn to_port(port: u16) -> Arc<FixedToken> {
    let policy = Policy::new(format!("http://127.0.0.1:{port}/v2").parse().unwrap(), Vec::new());
    Arc::new(FixedToken::new(policy, Credential::new("token".to_owned())))
}

fn nowhere() -> Arc<FixedToken> {
    to_port(9)
}

async fn go(connector: &Connector) -> Result<serde_json::Value, CallError> {
    let options = CallOptions { deadline: Duration::from_secs(20), ..CallOptions::default() };
    connector.call("zoom.x.go", json!({}), nowhere(), &options).await
}

/// Runs the attack twice in one runtime, so that the second call proves that the first left nothing behind.
async fn stopped(name: &str) {
    let attack = Attack::read(name);
    let runtime = runtime();
    let bad = runtime.load_wasm(&attack.component()).await.unwrap();
    let error = go(&bad).await.unwrap_err();
    assert_eq!(error.code(), attack.expect, "{name}: {error}");
    let good = runtime.load_wasm(&component(HONEST)).await.unwrap();
    assert_eq!(go(&good).await.unwrap(), json!({}), "after {name}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embedder_is_safe_from_the_same_attacks() {
    for name in ["endless-loop", "endless-memory", "endless-recursion", "trap", "no-json", "broken-text", "other-host"]
    {
        stopped(name).await;
    }
}

#[tokio::test]
async fn an_embedder_with_one_thread_is_safe_too() {
    for name in ["endless-loop", "endless-recursion"] {
        stopped(name).await;
    }
}

/// H-36, H-64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_calls_go_on_beside_all_attacks() {
    let runtime = runtime();
    let good = runtime.load_wasm(&component(HONEST)).await.unwrap();
    let mut attacks = tokio::task::JoinSet::new();
    for name in
        ["endless-loop", "endless-memory", "endless-recursion", "many-log-lines", "memory-grow-loop", "huge-output"]
    {
        let bad = runtime.load_wasm(&Attack::read(name).component()).await.unwrap();
        for _ in 0..4 {
            let bad = bad.clone();
            attacks.spawn(async move { go(&bad).await.is_ok() });
        }
    }
    let mut honest = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let good = good.clone();
        honest.spawn(async move { go(&good).await.unwrap() });
    }
    assert_eq!(honest.join_all().await, vec![json!({}); 100]);
    attacks.join_all().await;
}

/// H-38: the caller does not wait for the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_dropped_ends() {
    let endless =
        runtime().load_wasm(&component("(func $invoke (result i32) (call $spin) (unreachable))")).await.unwrap();
    for _ in 0..20 {
        let call = tokio::time::timeout(Duration::from_millis(5), go(&endless));
        assert!(call.await.is_err());
    }
}

/// H-56: as many as `LOADS` says, 200 without it. In a process of its own: tests beside it would count as what is left.
#[test]
fn connectors_that_are_unloaded_leave_nothing_behind() {
    let name = "hostile::embedding::load_and_unload";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let done = child.args([name, "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
#[ignore = "a process of the test above"]
async fn load_and_unload() {
    let loads: u32 = std::env::var("LOADS").ok().and_then(|count| count.parse().ok()).unwrap_or(200);
    let runtime = runtime();
    let component = component(HONEST);
    let code = runtime.precompile(&component).unwrap();
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    let mut before = 0;
    for round in 0..loads {
        let loaded = runtime.load_compiled(&component, code.clone()).await.unwrap();
        assert_eq!(go(&loaded).await.unwrap(), json!({}));
        if round == loads / 10 {
            before = resident();
        }
    }
    let after = resident();
    assert!(after < before + (8 << 10), "{before} KiB grew to {after} KiB");
}

/// What a command has inside is checked when it is packed: the whole component, and the part that the code is made of.
#[tokio::test]
async fn code_of_another_component_is_refused() {
    let runtime = runtime();
    let part = component(HONEST);
    let code = || runtime.precompile(&part).unwrap();
    let whole = component("(func $invoke (result i32) (unreachable))");
    let index = runtime.index(&whole, &part, code()).await.unwrap();
    let digests: Vec<&str> =
        index.lines().filter(|line| line.starts_with("digest ") || line.starts_with("compiled ")).collect();
    let of = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(digests, [format!("digest {}", of(&whole)), format!("compiled {}", of(&part))]);

    let mut other = part.clone();
    let title = other.windows(5).position(|bytes| bytes == b"\"Bad\"").unwrap();
    other[title + 1] = b'M';
    let error = runtime.index(&other, &part, code()).await.unwrap_err().to_string();
    assert!(error.contains("the code is not of this component"), "{error}");

    let more = Attack::read("more-imports").component();
    let error = runtime.index(&more, &part, code()).await.unwrap_err().to_string();
    assert!(error.contains("wasi:filesystem/preopens@0.2.0"), "{error}");
}

fn hurried() -> CallOptions {
    CallOptions { deadline: Duration::from_millis(300), ..CallOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_call_is_told_with_the_time_its_caller_set() {
    let config = RuntimeConfig { cpu: Duration::from_secs(20), ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Egress::new().unwrap()).unwrap();
    let endless =
        runtime.load_wasm(&component("(func $invoke (result i32) (call $spin) (unreachable))")).await.unwrap();
    let began = Instant::now();
    let error = endless.call("zoom.x.go", json!({}), nowhere(), &hurried()).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(error.code(), "guest.deadline");
    assert!(error.to_string().ends_with("within 300ms"), "{error}");
}

/// Asks for a thing twice with the connection's token, whatever comes of the first time.
const TWICE: &str = r#"
    (data (i32.const 50000) "/x")
    (func $ask
      (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 2) (i32.const 0) (i32.const 0)
        (i32.const 40960) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768)))
    (func $invoke (result i32) (call $ask) (call $ask) (call $done))"#;

/// Its token is being renewed for longer than any call lasts.
struct Renewed {
    inner: Arc<FixedToken>,
    begun: AtomicU32,
}

#[async_trait]
impl Connection for Renewed {
    fn policy(&self) -> &Policy {
        self.inner.policy()
    }

    async fn credential(&self, _: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    async fn renew(
        &self,
        _: &Credential,
        owner_check: Option<&Arc<dyn Identify>>,
    ) -> Result<Credential, CredentialError> {
        self.credential(owner_check).await
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
async fn no_token_is_replaced_after_the_end_of_a_call() {
    let twice = runtime().load_wasm(&component(TWICE)).await.unwrap();
    let connection = Arc::new(Renewed { inner: nowhere(), begun: AtomicU32::new(0) });
    assert_eq!(twice.call("zoom.x.go", json!({}), connection.clone(), &hurried()).await.unwrap(), json!({}));
    assert_eq!(connection.begun.load(Ordering::SeqCst), 1, "the second time is after the end");
}
