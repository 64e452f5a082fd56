//! Runs automations on one machine: the journal is the embedded database, time is the machine's.
//!
//! Here: the journal's records as rows, the lock that a run holds while its process lives, the ids of runs. Not here:
//! the interpreter (`switchboard-automation`) and the sandbox. Start at [`LocalEngine`].

mod clock;
mod engine;
mod journal;
mod rows;
mod run_id;

pub use clock::SystemClock;
pub use engine::LocalEngine;
pub use journal::LocalJournal;
