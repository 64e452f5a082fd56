//! Connections against a token service of the test's own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on may panic")]

mod anew;
mod browser;
mod checklist;
mod deauthorized;
mod drain;
mod endings;
mod leaks;
mod life;
mod overtaken;
mod peers;
mod reasons;
mod refresh;
mod refused;
mod session;
mod sign_in;
mod support;
mod token_answer;
mod told;
mod turns;
mod unkept;
