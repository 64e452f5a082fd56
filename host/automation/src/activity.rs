//! What an automation needs from the world: a catalog to be checked against, a runner that performs activities.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_manifest::{Effect, Idempotency};

/// One activity to perform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityCall {
    /// Its id, for example `zoom.meetings.create`.
    pub activity: String,
    /// The document's name for the connection to use; the runner knows which account that is.
    pub connection: Option<String>,
    /// Its input, every expression already evaluated.
    pub input: Value,
    /// Counted from one.
    pub attempt: u32,
    /// The same for every attempt of one step of one run, never the same for two steps or two runs.
    pub idempotency_key: String,
    /// The step's own limit, milliseconds. The runner's usual one does not hold then.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// Performs activities. Implemented over the sandbox; tests script it.
#[async_trait]
pub trait ActivityRunner: Send + Sync {
    /// Performs one call and gives its output.
    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError>;

    /// Whether the activity may be repeated although its outcome is unknown: it only reads, or repeating it changes nothing.
    /// The cautious answer is the default.
    fn repeatable(&self, _activity: &str) -> bool {
        false
    }
}

/// Why an activity or a step failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct StepError {
    /// Stable name, for example `rate-limited`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// Who said no.
    pub family: Family,
    /// Whether trying again helps.
    pub retry: RetryHint,
    /// True when the service certainly has not seen the request.
    pub not_sent: bool,
    /// JSON pointer into the input, where a field of it is wrong.
    #[serde(default)]
    pub pointer: Option<String>,
    /// What else is known.
    pub details: Option<Value>,
}

impl StepError {
    /// An error of the service or of the input that trying again does not cure.
    pub fn problem(code: impl Into<String>, message: impl Into<String>) -> Self {
        StepError {
            code: code.into(),
            message: message.into(),
            fix: None,
            family: Family::Problem,
            retry: RetryHint::Never,
            not_sent: true,
            pointer: None,
            details: None,
        }
    }

    /// Whether the service may have done what it was asked although no answer says so. A refusal is an answer.
    pub(crate) fn is_unknown(&self) -> bool {
        let unanswered = matches!(
            self.code.as_str(),
            "timeout"
                | "unreachable"
                | "unavailable"
                | "unexpected-answer"
                | "response.too-large"
                | "response.encoding"
        );
        // A connector or a run that was ended has read no answer.
        !self.not_sent && (unanswered || self.family != Family::Problem)
    }

    /// The same error with a remedy.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// Who said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The service, or the input is wrong.
    Problem,
    /// A rule of this program.
    Refused,
    /// A defect of the connector or of this program.
    Broken,
}

/// Whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryHint {
    /// It does not.
    Never,
    /// After so many milliseconds.
    After(u64),
    /// Once a person has acted, for example reconnected the account.
    AfterUserAction,
}

/// What is known of one activity.
#[derive(Clone, Copy, Debug)]
pub struct ActivityInfo<'a> {
    /// JSON Schema of its input.
    pub input_schema: &'a Value,
    /// JSON Schema of its output.
    pub output_schema: &'a Value,
    /// The worst it can do.
    pub effect: Effect,
    /// What a repeat of the same call does.
    pub idempotency: Idempotency,
}

/// The activities a document may use.
pub trait Catalog {
    /// The activity of an id, for example `zoom.users.me`.
    fn activity(&self, id: &str) -> Option<ActivityInfo<'_>>;
    /// Every id.
    fn names(&self) -> Vec<String>;
    /// Codes of every problem that a call can end with. None means that they are not known.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}
