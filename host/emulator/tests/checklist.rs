//! Every row of the two checklists is named by a test: `facts_14_NN` for the behaviours that break clients, `seed_8_NN` for
//! those the products' requirements rest on. README.md lists both.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

/// Rows of operations that do not exist yet.
const AWAITED: [&str; 1] = ["facts_14_14"];

/// Names of all tests of this folder.
fn names() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap());
    let lines = texts.collect::<Vec<_>>().join("\n");
    lines.lines().filter(|line| line.contains("fn ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_row_of_the_checklists_has_a_test_that_names_it() {
    let names = names();
    let rows = (1..=18).map(|n| format!("facts_14_{n:02}")).chain((1..=14).map(|n| format!("seed_8_{n:02}")));
    let rows = rows.filter(|row| !AWAITED.contains(&row.as_str()));
    let missing: Vec<String> = rows.filter(|row| !names.contains(&format!("{row}_"))).collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}
