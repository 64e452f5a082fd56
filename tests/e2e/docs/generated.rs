//! Pages that the program writes. `UPDATE_DOCS=1` writes them anew; `make docs` sets it.

use std::fs;

use switchboard_tests::context::TestContext;

/// Compares a page with what it has to be, or writes it.
#[track_caller]
pub fn compare(path: &str, fresh: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(TestContext::file(path), fresh).unwrap();
    }
    let present = fs::read_to_string(TestContext::file(path)).unwrap_or_default();
    let differs = present.lines().zip(fresh.lines()).position(|(left, right)| left != right);
    assert!(present == fresh, "{path} is not up to date from line {}: run `make docs`", differs.unwrap_or(0) + 1);
}

#[test]
fn command_line_page_is_up_to_date() {
    let context = TestContext::new();
    let done = context.run(&["reference"]);
    assert_eq!(done.code, 0, "{}", done.err);
    compare("docs/reference/command-line.md", &done.out);
}

#[test]
fn command_line_page_has_every_command() {
    let page = super::read("docs/reference/command-line.md");
    for command in ["switchboard call", "switchboard connection disconnect", "switchboard emulator fault"] {
        assert!(page.lines().any(|line| line.trim_start_matches('#').trim() == command), "{command}");
    }
}
