//! Runs automations on one machine: the journal is the embedded database, time is the machine's.
//!
//! Not here: the interpreter (`switchboard-automation`) and the sandbox. Start at [`LocalJournal`].

mod clock;
mod journal;

pub use clock::SystemClock;
pub use journal::LocalJournal;
