//! What a person or a program gets of a failure, as values.

use serde_json::Value;
use switchboard_automation::{DocumentReport, Family, RetryHint};
use switchboard_connections::ConnectionsError;
use switchboard_runtime::{CallError, Retry};

use crate::connection_step;
use crate::remedy::{Guidance, cause_of};
use crate::{AppError, Message, NextStep, message};

/// A failure as values. A surface presents it; nobody reads it back from a text.
#[derive(Debug)]
pub struct ErrorReport<'a> {
    /// Stable code.
    pub code: String,
    /// What failed.
    pub message: Message,
    /// Whether the input or the service, the host's policy, or a bug is the cause.
    pub family: Family,
    /// What to do about it. None where `guidance` says it better, or where nothing is known.
    pub fix: Option<Message>,
    /// The steps that mend it.
    pub guidance: Option<&'a Guidance>,
    /// The place in the input or in the document, a JSON pointer.
    pub pointer: Option<String>,
    /// Whether trying again has a chance. None where that was not asked.
    pub retry: Option<Retry>,
    /// From when trying again has a chance, RFC 3339.
    pub retry_at: Option<String>,
    /// Whether the service certainly did not get the request. None where there was none.
    pub not_sent: Option<bool>,
    /// Whether a write may have happened.
    pub outcome_unknown: bool,
    /// What else is known.
    pub details: Option<&'a Value>,
    /// The failed run, with its place in the document.
    pub run: Option<&'a switchboard_automation::RunError>,
    /// The mistakes of a document.
    pub document: Option<&'a DocumentReport>,
}

/// So many steps of a remedy fit into a line.
pub const MAX_INLINE_STEPS: usize = 3;

impl AppError {
    /// The failure as values.
    pub fn report(&self) -> ErrorReport<'_> {
        let mut report = ErrorReport {
            code: self.code(),
            message: self.message(),
            family: self.family(),
            fix: None,
            guidance: None,
            pointer: None,
            retry: None,
            retry_at: None,
            not_sent: None,
            outcome_unknown: false,
            details: None,
            run: None,
            document: None,
        };
        match self {
            Self::Failed { fix, .. } => report.fix.clone_from(fix),
            Self::Call(error, fix) => {
                report.fix = fix.clone().or_else(|| fix_of_call(error));
                report.add_call(error);
                if let Some(Retry::After(ms)) = report.retry {
                    report.retry_at = time_after(ms);
                }
            }
            Self::Uncertain(error) => {
                report.fix = Some(CHECK_BEFORE_REPEAT.into());
                report.outcome_unknown = true;
                report.add_call(error);
            }
            Self::Run(error, fix) => {
                report.fix = Some(fix.clone());
                report.pointer = Some(error.pointer.clone()).filter(|pointer| !pointer.is_empty());
                report.details = error.details.as_ref();
                report.run = Some(error);
                if let RetryHint::After(ms) = error.retry
                    && !error.outcome_unknown
                {
                    report.retry_at = time_after(ms);
                }
            }
            Self::Document(document) => {
                report.fix = Some(message!["run ", NextStep::CheckDocument, " to see each mistake, and correct them"]);
                report.document = Some(document);
            }
            Self::Connections(error) => {
                report.fix = Some(connection_step::fix_of(error));
                if matches!(error, ConnectionsError::NotActive { .. }) {
                    report.retry = Some(Retry::AfterUserAction);
                    report.not_sent = Some(true);
                }
            }
            Self::Guided(error, guidance) => {
                let inner = error.report();
                let is_short = guidance.remedy.steps.len() + guidance.remedy.here.len() <= MAX_INLINE_STEPS;
                // What every refusal of that name is told knows less than the steps that fit this one.
                let is_better = matches!(**error, Self::Connections(_)) || is_short;
                report = ErrorReport { guidance: Some(guidance), ..inner };
                if is_better {
                    report.fix = None;
                }
            }
            Self::WithLeftovers(error, _) => report = ErrorReport { message: report.message, ..error.report() },
            Self::Interrupted | Self::Reported(_) => {}
        }
        report.details = report.details.filter(|details| !details.is_null());
        report
    }

    /// What failed, with the steps that belong to it.
    fn message(&self) -> Message {
        match self {
            Self::Connections(error) => connection_step::message_of(error),
            Self::WithLeftovers(error, touched) => connection_step::with_left_behind(error.message(), touched),
            Self::Guided(error, _) => error.message(),
            error => error.to_string().into(),
        }
    }

    fn family(&self) -> Family {
        match self {
            Self::Guided(error, _) | Self::WithLeftovers(error, _) => error.family(),
            Self::Call(CallError::Refused(_), _) => Family::Refused,
            Self::Call(CallError::Broken(_), _) | Self::Uncertain(CallError::Broken(_)) => Family::Broken,
            Self::Run(error, _) => error.family,
            _ => Family::Problem,
        }
    }
}

impl<'a> ErrorReport<'a> {
    fn add_call(&mut self, error: &'a CallError) {
        if let CallError::Problem(problem) = error {
            self.pointer.clone_from(&problem.pointer);
            self.retry = Some(problem.retry);
            self.not_sent = Some(problem.not_sent);
            self.details = problem.details.as_ref();
        }
    }
}

/// What to do about the failure of a call, where it is known.
pub fn fix_of_call(error: &CallError) -> Option<Message> {
    match error {
        CallError::Problem(problem) => {
            let fix = problem.fix.as_ref()?;
            let known = cause_of(problem).filter(|known| known.next_step().is_some());
            Some(known.map_or_else(|| fix.as_str().into(), connection_step::fix_of))
        }
        CallError::Broken(_) => Some(message![
            "report this with the command and ",
            NextStep::TraceRequests,
            "; other calls are not affected"
        ]),
        error => error.fix().map(Message::from),
    }
}

/// What to do about a write of which nobody knows whether it happened.
pub const CHECK_BEFORE_REPEAT: &str = "check in the service whether the change was made before you run it again";

/// The moment that many milliseconds from now, RFC 3339 to the second; none for waits that a person would not notice.
pub fn time_after(after_ms: u64) -> Option<String> {
    let wait = i64::try_from(after_ms).ok().filter(|ms| *ms >= 1000)?;
    let at = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_millis(wait)).ok()?;
    at.round(jiff::Unit::Second).ok().map(|at| at.to_string())
}
