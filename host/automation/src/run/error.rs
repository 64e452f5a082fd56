//! Why a run failed, with the place in the run and in the document.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::activity::{Family, RetryHint, StepError};
use crate::document::Document;
use crate::expr::ExprError;
use crate::journal::JournalError;
use crate::limits::{ALL, Limit};

/// A failed run.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("{}{message}", step.as_ref().map(|path| format!("step `{path}`: ")).unwrap_or_default())]
pub struct RunError {
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
    /// Path of the step, for example `users[ada@example.edu]/list`.
    pub step: Option<String>,
    /// JSON pointer into the document.
    pub pointer: String,
    /// Name of the document's file.
    pub file: String,
    /// In the document, counted from one.
    pub line: usize,
    /// In the document, counted from one.
    pub column: usize,
    /// The document's own `fail` step ended it.
    pub by_document: bool,
    /// The step writes, and the service may have carried it out.
    pub outcome_unknown: bool,
    /// What else is known.
    pub details: Option<Value>,
}

impl RunError {
    /// The limit that the run exceeded, when it can be raised.
    pub fn limit(&self) -> Option<&'static Limit> {
        let name = self.code.strip_prefix("limit.")?;
        ALL.into_iter().find(|limit| limit.name == name)
    }

    pub(crate) fn new(doc: &Document, step: Option<&str>, pointer: &str, cause: StepError) -> RunError {
        let below = cause.pointer.as_ref().map_or_else(String::new, |field| format!("/with{field}"));
        let pointer = format!("{pointer}{below}");
        let (line, column) = doc.position(&pointer);
        RunError {
            code: cause.code,
            message: cause.message,
            fix: cause.fix,
            family: cause.family,
            retry: cause.retry,
            step: step.map(str::to_owned),
            pointer,
            file: doc.file.clone(),
            line,
            column,
            by_document: false,
            outcome_unknown: false,
            details: cause.details,
        }
    }

    pub(super) fn expression(doc: &Document, step: Option<&str>, pointer: &str, error: &ExprError) -> RunError {
        let mut cause = StepError::problem("expression", error.message.clone());
        cause.fix.clone_from(&error.fix);
        RunError::new(doc, step, pointer, cause)
    }

    /// The failure of a run whose journal cannot be written or read.
    pub fn journal(doc: &Document, error: &JournalError) -> RunError {
        let cause = StepError::problem("journal", error.to_string()).fix(error.fix());
        RunError::new(doc, None, "", StepError { family: Family::Broken, ..cause })
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
