//! The search finds a secret wherever it may hide, and says of everything that it could not look at.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may panic")]

mod closed;
mod data_folder;
mod planted;
mod program;
mod watching;

use switchboard_leaks::Search;

/// What must not be found.
const SECRET: &str = "a-canary+of/forty \"characters\"-<0123456>";

fn search() -> Search {
    Search::new(&[("the canary".to_owned(), SECRET.into())])
}

/// The one line, which has all of these words.
#[track_caller]
fn says(found: &[String], words: &[&str]) {
    assert!(found.len() == 1 && words.iter().all(|word| found[0].contains(word)), "{words:?}: {found:#?}");
}
