//! H-60: components that are made to be compiled for ever.

use std::time::Duration;

use switchboard_tests::context::TestContext;

use super::program::{Seen, run, save};

/// The time of the compiler, and what a busy machine adds.
const MOST: Duration = Duration::from_secs(45);
/// What the command itself may take: it waits for the compiler, KiB.
const GROWTH: u64 = 64 << 10;

/// Named and bounded; whether the component compiles in time is the machine's matter. It exports nothing, so it never loads.
#[track_caller]
fn bounded(name: &str, module: &str) -> Seen {
    let context = TestContext::new();
    let usual = run(&context, &["activity", "list", "--json"]).peak;
    let component = wat::parse_str(format!("(component (core module {module}))")).unwrap();
    let seen = run(&context, &["activity", "list", "--connector", &save(&context, name, &component)]);
    assert!(["connector.compile", "connector.load"].contains(&seen.code()), "{}", seen.done.err);
    assert!(seen.elapsed < MOST, "{:?}", seen.elapsed);
    assert!(seen.peak < usual + GROWTH, "{} KiB, usually {usual} KiB", seen.peak);
    seen
}

#[test]
fn a_hundred_thousand_functions_are_bounded() {
    bounded("functions", &"(func)".repeat(100_000));
}

#[test]
fn a_million_locals_are_refused() {
    let seen = bounded("locals", &format!("(func (local {}))", "i32 ".repeat(1_000_000)));
    assert_eq!(seen.code(), "connector.compile", "{}", seen.done.err);
}

#[test]
fn deep_blocks_are_bounded() {
    bounded("blocks", &format!("(func {} {})", "block ".repeat(100_000), "end ".repeat(100_000)));
}

/// A function of a megabyte without a branch takes a compiler's time and memory by far more than its size.
#[test]
fn a_component_that_compiles_for_long_is_stopped() {
    let work = "local.get 0 local.get 1 i64.mul local.get 1 i64.rotl local.set 0 local.get 0 i64.load local.set 1 "
        .replace("i64.load", "i32.wrap_i64 i64.load");
    let module = format!("(memory 1) (func (param i64 i64) {})", work.repeat(400_000));
    let seen = bounded("long", &module);
    assert!(!seen.done.err.contains("signal"), "{}", seen.done.err);
}
