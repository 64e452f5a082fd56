//! A component from a file: loaded, and called when it loads. The inputs are attacks in text, as in `tests/hostile`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use switchboard_runtime::{CallOptions, Credential, Egress, FixedToken, Policy, Runtime, RuntimeConfig};
use wit_component::{ComponentEncoder, StringEncoding};

use super::Target;

pub const WORDS: &[&str] = &[
    "(func $invoke (result i32) ",
    "(i32.const 0)",
    "(i32.const -1)",
    "(i32.const 65536)",
    "(i32.const 2147483647)",
    "(i64.const -9223372036854775808)",
    "(f64.const nan)",
    "(call $ok (i32.const 50000) (i32.const 2))",
    "(call $get (i32.const 0) (i32.const 9) (i32.const 0))",
    "(call $send ",
    "(loop $l (br $l))",
    "(block ",
    "(if (i32.const 1) (then ",
    "(drop ",
    "(unreachable)",
    "(return (i32.const 7))",
    "(memory.grow (i32.const 65535))",
    "(memory.fill (i32.const 0) (i32.const 255) (i32.const 131072))",
    "(memory.copy (i32.const 1) (i32.const 0) (i32.const 65536))",
    "(i32.store (i32.const 16) ",
    "(i32.load (i32.const 131071))",
    "(i32.div_s (i32.const 1) (i32.const 0))",
    "(global $g (mut i64) (i64.const 0))",
    "(table 10000000 funcref)",
    "(call_indirect (i32.const 9))",
    "(data (i32.const 50000) \"{}\")",
    "(data (i32.const 16) \"\\ff\\ff\\ff\\ff\")",
    "(local $x i32)",
    "(param i32)",
    "(start $invoke)",
    "v128.const i32x4 0 0 0 0",
    "(",
    ")",
    " ",
    "\"",
];

/// Less than the gate allows for one input.
const PROCESSOR: Duration = Duration::from_millis(50);

pub fn open() -> Target {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = std::fs::read_to_string(folder.join("hostile/base.wat")).expect("the base is there");
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(folder.join("../wit/connector")).expect("the contract is there");
    let world = resolve.select_world(&[package], Some("connector")).expect("its world is there");
    let threads =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
    let config = RuntimeConfig { cpu: PROCESSOR, memory: 16 << 20, ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Egress::new().expect("a client")).expect("a sandbox");
    let nowhere = Policy::new("http://127.0.0.1:9/v2".parse().expect("an address"), Vec::new());
    let connection = Arc::new(FixedToken::new(nowhere, Credential::new("token".to_owned())));
    let manifest = json!({"manifest": "1", "connector": "bad", "version": "0", "title": "Bad", "hosts": {},
        "auth": {"profiles": {}, "authorize_path": "/a", "token_path": "/t", "revoke_path": "/r"},
        "activities": [{"name": "x.go", "area": "x", "title": "Go", "summary": "", "effect": "read",
            "idempotency": "read", "rate": "light", "input": {}, "output": {}}]})
    .to_string();
    let length: String =
        u32::try_from(manifest.len()).expect("short").to_le_bytes().map(|byte| format!("\\{byte:02x}")).concat();
    let base = base.replace("{{MANIFEST}}", &manifest.replace('"', "\\22")).replace("{{LENGTH}}", &length);
    let options = CallOptions { deadline: Duration::from_millis(500), ..CallOptions::default() };
    Box::new(move |input| {
        let text = base.replace(";;HOSTILE", &String::from_utf8_lossy(input));
        let Ok(mut module) = wat::parse_str(&text) else { return };
        if wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).is_err() {
            return;
        }
        let encoder = ComponentEncoder::default().module(&module);
        let Ok(component) = encoder.and_then(|mut encoder| encoder.encode()) else { return };
        let _ = threads.block_on(async {
            let connector = runtime.load_wasm(&component).await.map_err(|error| error.to_string())?;
            connector.call("bad.x.go", json!({}), connection.clone(), &options).await.map_err(|error| error.to_string())
        });
    })
}
