//! What happened in a run, kept before it is acted upon and again with its result.

mod memory;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use memory::Memory;

/// Keeps runs and steps. A call returns once the record is safe; the interpreter does not act before.
#[async_trait]
pub trait Journal: Send + Sync {
    /// A run begins. Refused where there was one of this id.
    async fn run_started(&self, run: &RunStart) -> Result<(), JournalError>;
    /// A run ends.
    async fn run_ended(&self, run: &RunEnd) -> Result<(), JournalError>;
    /// A step as it stands. Refused where the step has ended in this run, or where its attempt has begun before.
    async fn step(&self, step: &StepEntry) -> Result<(), JournalError>;
}

/// The beginning of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStart {
    /// Id of the run.
    pub id: String,
    /// Id of the automation.
    pub automation: String,
    /// The document's text.
    pub document: String,
    /// Hash of that text, in hex.
    pub document_sha256: String,
    /// Its inputs, defaults applied.
    pub inputs: Value,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Id of the run.
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The outputs of a run that succeeded.
    pub outputs: Option<Value>,
    /// The error of a run that failed.
    pub error: Option<Value>,
}

/// One step of a run as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepEntry {
    /// Id of the run.
    pub run: String,
    /// Where it is in the document, one path per item of a loop: `users[ada@example.edu]/list`.
    pub path: String,
    /// The activity it performs.
    pub activity: Option<String>,
    /// How far it is.
    pub state: StepState,
    /// Counted from one.
    pub attempt: u32,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: Option<i64>,
    /// What the activity was given.
    pub input: Option<Value>,
    /// What it gave back.
    pub output: Option<Value>,
    /// Why the last attempt failed.
    pub error: Option<Value>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Begun; its outcome is not known yet.
    Started,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Its condition was false.
    Skipped,
}

impl StepState {
    /// The state's name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            StepState::Started => "started",
            StepState::Succeeded => "succeeded",
            StepState::Failed => "failed",
            StepState::Skipped => "skipped",
        }
    }
}

/// The journal cannot keep a record, so nothing may be done.
#[derive(Debug, thiserror::Error)]
#[error("the run's journal cannot be written: {cause}; nothing further was done")]
pub struct JournalError {
    /// What the store said.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}
