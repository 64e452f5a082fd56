//! What happened in a run, kept before it is acted upon and again with its result.

mod memory;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::Document;
use crate::run::{ItemCount, RunError, prepare_inputs};

pub use memory::{JournalRecord, Memory};

/// Keeps runs and steps, and gives them back. A call returns once its record is safe; nothing is performed before.
#[async_trait]
pub trait Journal: Send + Sync {
    /// A run begins. Refused where there was one of this id.
    async fn start_run(&self, run: &RunStart) -> Result<(), JournalError>;
    /// The beginning of a run that is carried on. Refused where it has ended, or where another process carries it out.
    async fn resume_run(&self, run: &str) -> Result<RunStart, JournalError>;
    /// A run ends.
    async fn end_run(&self, run: &RunEnd) -> Result<(), JournalError>;
    /// A step as it stands. Refused where the step has ended in this run, or where its attempt has begun before.
    async fn put_step(&self, step: &StepEntry) -> Result<(), JournalError>;
    /// The latest record of a step.
    async fn step(&self, run: &str, path: &str) -> Result<Option<StepEntry>, JournalError>;
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
    /// The labels of the connections it uses, by the document's names.
    #[serde(default)]
    pub connections: BTreeMap<String, String>,
    /// The run that it tries again.
    #[serde(default)]
    pub retry: Option<RetryOf>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// The run that another one tries again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryOf {
    /// Its id.
    pub run: String,
    /// The path of the step from which on steps are performed again, whether they failed or not.
    pub from: Option<String>,
}

impl RunStart {
    /// A run of a document that begins at this moment. `id` must be new for each run; it makes the idempotency keys.
    ///
    /// # Errors
    /// Inputs that do not fit.
    pub fn new(id: impl Into<String>, doc: &Document, inputs: Value, at: i64) -> Result<RunStart, RunError> {
        Ok(RunStart {
            id: id.into(),
            automation: doc.automation.id.clone(),
            document: doc.source.clone(),
            document_sha256: doc.sha256.clone(),
            inputs: prepare_inputs(doc, inputs)?,
            connections: BTreeMap::new(),
            retry: None,
            at,
        })
    }

    /// The same run with these connections: labels by the document's names.
    #[must_use]
    pub fn with_connections(self, connections: BTreeMap<String, String>) -> RunStart {
        RunStart { connections, ..self }
    }

    /// The same run as another try of an earlier one.
    #[must_use]
    pub fn as_retry(self, of: RetryOf) -> RunStart {
        RunStart { retry: Some(of), ..self }
    }
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Id of the run.
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The outputs of a run that did not fail.
    pub outputs: Option<Value>,
    /// The items of its loops that go on when one fails.
    pub items: ItemCount,
    /// The error of a run that failed.
    pub error: Option<RunError>,
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
    pub error: Option<RunError>,
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

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<StepState> {
        let all = [StepState::Started, StepState::Succeeded, StepState::Failed, StepState::Skipped];
        all.into_iter().find(|state| state.as_str() == name)
    }
}

/// The journal cannot keep or give a record, so nothing may be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// A record cannot be written.
    #[error("the run's journal cannot be written: {cause}; nothing further was done")]
    Write {
        /// What the store reported.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A record cannot be read.
    #[error("the run's journal cannot be read: {cause}; nothing further was done")]
    Read {
        /// What the store reported.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no such run, it has ended, or it goes on.
    #[error("the run cannot be resumed: {cause}")]
    Resume {
        /// What the store reported.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The run belongs to another text.
    #[error("the run `{run}` was started from another document")]
    OtherDocument {
        /// The run.
        run: String,
    },
    /// The records of a run do not fit its document.
    #[error("the journal has another step at `{path}`")]
    OtherStep {
        /// Of the step.
        path: String,
    },
}

impl JournalError {
    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            JournalError::Write { .. } | JournalError::Read { .. } => {
                "free disk space or correct the data folder's permissions, then run again"
            }
            JournalError::Resume { .. } => "check the state of the run; start a new one if it has ended",
            JournalError::OtherDocument { .. } => "resume it with the text that it was started from",
            JournalError::OtherStep { .. } => "start a new run",
        }
    }
}
