//! Runs of automations: starting them, going on with them, and what is kept of them.

mod advice;
pub mod connections;
mod execution;
pub mod records;
mod resume;
pub mod runner;
mod start;

pub use execution::{RunOptions, RunResult};
pub use resume::{ResumeRequest, RetryRequest, resume, retry};
pub use start::{RunRequest, run};
pub use switchboard_automation::ItemCount;
