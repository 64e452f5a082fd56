//! Connections against a token service of the test's own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may panic")]

mod endings;
mod life;
mod refresh;
mod session;
mod sign_in;
mod support;
