//! Runs of automations: starting them, and what is kept of them.

mod advice;
pub mod connections;
pub mod records;
pub mod runner;
mod start;

pub use start::{RunRequest, RunResult, run};
pub use switchboard_automation::ItemCount;
