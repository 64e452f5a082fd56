//! What `--connector` names.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use switchboard_tests::context::TestContext;

use super::component::{HONEST, component, component_of, manifest};
use super::program::{Seen, call, context, run, save};

/// More than a command that reads nothing, KiB.
const GROWTH: u64 = 16 << 10;
/// No file of these is worth waiting for; a busy machine included.
const SOON: Duration = Duration::from_secs(10);

#[track_caller]
fn refused(seen: &Seen, code: &str, words: &str) {
    assert_eq!(seen.code(), code, "{}", seen.done.err);
    assert!(seen.done.err.contains(words), "{}", seen.done.err);
    assert!(seen.elapsed < SOON, "{:?}", seen.elapsed);
}

#[test]
fn only_a_regular_file_of_some_size_is_read() {
    let context = TestContext::new();
    let pipe = context.home.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let huge = context.home.path().join("huge.wasm");
    std::fs::File::create(&huge).unwrap().set_len(200 << 20).unwrap();
    let usual = run(&context, &["activity", "list", "--json"]).peak;
    for (file, words) in [
        ("/dev/zero", "is a device"),
        (pipe.to_str().unwrap(), "is a pipe"),
        (context.home.path().to_str().unwrap(), "is a folder"),
        (huge.to_str().unwrap(), "is larger than 16 MiB"),
        ("missing.wasm", "cannot read missing.wasm"),
    ] {
        let seen = run(&context, &["activity", "list", "--connector", file]);
        refused(&seen, "usage", words);
        assert!(seen.peak < usual + GROWTH, "{file}: {} KiB, usually {usual} KiB", seen.peak);
    }
}

/// H-58
#[test]
fn a_component_that_was_changed_is_refused_or_contained() {
    let context = context();
    let good = component(HONEST);
    for part in 1..8 {
        let mut bad = good.clone();
        let at = good.len() * part / 8;
        bad[at] ^= 0x55;
        let seen = call(&context, &save(&context, "changed", &bad), &["--timeout", "1s"]);
        assert!(seen.done.code >= 0, "{part}: ended by a signal: {}", seen.done.err);
        assert_ne!(seen.code(), "none", "{part}: {}", seen.done.err);
    }
    let half = &good[..good.len() / 2];
    refused(&call(&context, &save(&context, "half", half), &[]), "connector.compile", "not a component");
}

/// H-62
#[test]
fn machine_code_is_never_taken_from_a_file() {
    let context = TestContext::new();
    let code = TestContext::file("target/connectors/zoom.cwasm").display().to_string();
    let seen = run(&context, &["activity", "list", "--connector", &code]);
    refused(&seen, "connector.compile", "not a component this host can run");
}

/// H-61
#[test]
fn a_large_section_that_nobody_reads_costs_nothing() {
    let context = context();
    let mut bytes = component(HONEST);
    // a custom section: its length, its name's length, its name, 12 MiB of nothing
    let name = b"name";
    let length = 1 + name.len() + (12 << 20);
    bytes.push(0);
    bytes.extend(leb(length));
    bytes.push(u8::try_from(name.len()).unwrap());
    bytes.extend(name);
    bytes.resize(bytes.len() + (12 << 20), 0);
    let seen = call(&context, &save(&context, "section", &bytes), &[]);
    assert!(["ok", "connector.compile"].contains(&seen.code()), "{}", seen.done.err);
    let honest = call(&context, &save(&context, "honest", &component(HONEST)), &[]);
    assert!(seen.peak < honest.peak + (64 << 10), "{} KiB, an honest call {} KiB", seen.peak, honest.peak);
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[test]
fn a_manifest_is_limited() {
    let context = TestContext::new();
    let mut deep = json!({});
    for _ in 0..100 {
        deep = json!({ "items": deep });
    }
    let mut hostile = manifest();
    hostile["activities"][0]["output"] = deep;
    let file = save(&context, "deep", &component_of(&hostile, HONEST));
    let seen = run(&context, &["activity", "list", "--connector", &file]);
    refused(&seen, "connector.load", "nested more than 64 levels deep");
}
