//! Connections against a token service of the test's own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on may panic")]

mod browser;
mod checklist;
mod deauthorized;
mod drain;
mod endings;
mod exchange_lock;
mod leaks;
mod life;
mod messages;
mod overtaken;
mod peers;
mod reasons;
mod reconnect;
mod refresh;
mod refused;
mod session;
mod sign_in;
mod staged_grant;
mod support;
mod token_answer;
