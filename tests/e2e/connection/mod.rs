//! `switchboard connection`, and the key that seals what it keeps.

mod address_change;
mod default;
mod disconnect;
mod export;
mod foreign_token;
mod keys;
mod labels;
mod list;
mod states;
mod trace;
mod wording;

use switchboard_tests::context::TestContext;

/// Runs one automation twice with the connection of this label.
fn run_twice(context: &TestContext, label: &str) {
    let file = TestContext::file("manifests/automations/list-recordings.json");
    for _ in 0..2 {
        let file = file.to_str().unwrap();
        context.json(&["run", file, "from=2026-10-01", "to=2026-10-31", "-c", label, "--json"]);
    }
}
