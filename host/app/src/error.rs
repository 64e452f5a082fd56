//! One error for the whole application: what failed, of which class, and what to do about it.

use switchboard_automation::{DocumentReport, RunError};
use switchboard_connections::{ConnectionsError, Leftover};
use switchboard_runtime::{CallError, Problem, Retry};
use switchboard_store::StoreError;

use crate::Message;
use crate::remedy::Guidance;

/// What a failure means for whoever asked. A surface makes its exit code or its HTTP status of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It failed; also a write that may have happened, and a document's own `fail`.
    Failed,
    /// The request was wrong.
    Usage,
    /// A document or an input is invalid.
    Invalid,
    /// A person has to sign in, or a scope is needed.
    SignIn,
    /// The service refused.
    Service,
    /// Trying again later has a chance.
    Later,
    /// A run came to its end, and items of its loops failed.
    PartlyFailed,
    /// Somebody stopped it.
    Interrupted,
}

/// Anything that ends a request without a result.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A failure of the application itself.
    #[error("{message}")]
    Failed {
        /// Stable code.
        code: String,
        /// What failed.
        message: String,
        /// What to do about it.
        fix: Option<Message>,
        /// What it means for whoever asked.
        class: Class,
    },
    /// A call failed. What to do about it is the call's own advice, unless there is a better one.
    #[error("{0}")]
    Call(CallError, Option<Message>),
    /// A write that the service may have carried out all the same: nobody is told to try again.
    #[error("{0}")]
    Uncertain(CallError),
    /// A run failed, and what to do about it.
    #[error("{0}")]
    Run(Box<RunError>, Message),
    /// A document has mistakes.
    #[error("{} has mistakes", .0.file)]
    Document(Box<DocumentReport>),
    /// A connection, a sign-in or the vault failed.
    #[error("{0}")]
    Connections(#[from] ConnectionsError),
    /// Somebody stopped it.
    #[error("interrupted")]
    Interrupted,
    /// A sign-in failed, and what it left behind.
    #[error("{}", with_left_behind(.0, .1))]
    WithLeftovers(Box<AppError>, Vec<Leftover>),
    /// A failure, and the steps that mend it.
    #[error("{0}")]
    Guided(Box<AppError>, Box<Guidance>),
    /// The surface has shown the failure already.
    #[error("")]
    Reported(Class),
}

/// A failure with what the sign-in left behind, in a sentence for each thing.
fn with_left_behind(error: &AppError, touched: &[Leftover]) -> String {
    let first = error.to_string();
    touched.iter().fold(first, |text, touched| format!("{}. {touched}", text.trim_end_matches('.')))
}

/// How codes of calls begin that found no usable token.
const NO_TOKEN: &str = "credential.";

/// The failure of a call, by the code that the same failure has before any call: what is wrong with a connection is named
/// alike whoever finds out. That the token service failed stays apart from the service itself.
pub fn with_common_code(error: CallError) -> CallError {
    match error {
        CallError::Problem(mut problem) => {
            if let Some(state) = problem.code.strip_prefix(NO_TOKEN).filter(|state| *state != "unavailable") {
                problem.code = state.to_owned();
            }
            CallError::Problem(problem)
        }
        other => other,
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::failed("store", error.to_string())
    }
}

impl From<CallError> for AppError {
    fn from(error: CallError) -> Self {
        Self::Call(with_common_code(error), None)
    }
}

impl AppError {
    /// A failure of this code.
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::Failed { code: code.into(), message: message.into(), fix: None, class: Class::Failed }
    }

    /// A wrong request.
    pub fn usage(message: impl Into<String>, fix: impl Into<Message>) -> Self {
        Self::Failed { code: "usage".into(), message: message.into(), fix: Some(fix.into()), class: Class::Usage }
    }

    /// What was named is not here. The service was not asked, so it refused nothing.
    pub fn not_found(message: impl Into<String>, fix: impl Into<Message>) -> Self {
        Self::Failed { code: "not-found".into(), message: message.into(), fix: Some(fix.into()), class: Class::Usage }
    }

    /// The same failure with what to do about it.
    #[must_use]
    pub fn with_fix(self, fix: impl Into<Message>) -> Self {
        match self {
            Self::Failed { code, message, class, .. } => Self::Failed { code, message, fix: Some(fix.into()), class },
            Self::Call(error, _) => Self::Call(error, Some(fix.into())),
            other => other,
        }
    }

    /// The same failure, of another class.
    #[must_use]
    pub fn with_class(self, class: Class) -> Self {
        match self {
            Self::Failed { code, message, fix, .. } => Self::Failed { code, message, fix, class },
            other => other,
        }
    }

    /// The same failure with a further sentence.
    #[must_use]
    pub fn adding(mut self, words: &str) -> Self {
        let message = match &mut self {
            Self::Failed { message, .. } => message,
            Self::Call(error, _) | Self::Uncertain(error) => match error {
                CallError::Problem(problem) => &mut problem.message,
                CallError::Refused(refused) => &mut refused.message,
                CallError::Broken(broken) => &mut broken.message,
            },
            _ => return self,
        };
        *message = format!("{}. {words}", message.trim_end_matches('.'));
        self
    }

    /// The problem of a call, where the service or the input is the cause.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Call(CallError::Problem(problem), _) | Self::Uncertain(CallError::Problem(problem)) => Some(problem),
            Self::Guided(error, _) | Self::WithLeftovers(error, _) => error.problem(),
            _ => None,
        }
    }

    /// The scopes that a refusal names.
    pub fn scopes(&self) -> Vec<String> {
        let details = self.problem().and_then(|problem| problem.details.as_ref());
        let scopes = details.and_then(|details| details.get("scopes")?.as_array());
        scopes.into_iter().flatten().filter_map(|scope| scope.as_str()).map(str::to_owned).collect()
    }

    /// Stable code.
    pub fn code(&self) -> String {
        match self {
            Self::Failed { code, .. } => code.clone(),
            Self::Call(error, _) | Self::Uncertain(error) => error.code().to_owned(),
            Self::Run(error, _) => error.code.clone(),
            Self::Document(_) => "document.invalid".into(),
            Self::Connections(error) => error.code().to_owned(),
            Self::Guided(error, _) | Self::WithLeftovers(error, _) => error.code(),
            Self::Interrupted => "interrupted".into(),
            Self::Reported(_) => String::new(),
        }
    }

    /// What it means for whoever asked.
    pub fn class(&self) -> Class {
        match self {
            Self::Failed { class, .. } | Self::Reported(class) => *class,
            // "Try again later" would invite doing it twice.
            Self::Uncertain(_) => Class::Failed,
            Self::Run(error, _) => class::of_run(error),
            Self::Call(CallError::Problem(problem), _) => class::of_code(&problem.code, problem.retry),
            Self::Call(..) => Class::Failed,
            Self::Document(_) => Class::Invalid,
            Self::Connections(ConnectionsError::NotFound { .. }) => Class::Usage,
            Self::Connections(error) => class::of_code(error.code(), Retry::Never),
            Self::Guided(error, guidance) => {
                // One thing to do, however the service said it.
                if class::of_code(&guidance.remedy.id, Retry::Never) == Class::SignIn {
                    Class::SignIn
                } else {
                    error.class()
                }
            }
            Self::WithLeftovers(error, _) => error.class(),
            Self::Interrupted => Class::Interrupted,
        }
    }
}

/// The class of a code: what the person has to do next decides it.
pub mod class {
    use switchboard_automation::{Family, RetryHint, RunError};
    use switchboard_runtime::Retry;

    use super::Class;

    /// The class of a failed run.
    pub fn of_run(error: &RunError) -> Class {
        if error.by_document || error.outcome_unknown || error.family != Family::Problem {
            return Class::Failed;
        }
        let retry = match error.retry {
            RetryHint::Never => Retry::Never,
            RetryHint::After(ms) => Retry::After(ms),
            RetryHint::AfterUserAction => Retry::AfterUserAction,
        };
        match of_code(&error.code, retry) {
            Class::Usage => Class::Invalid,
            class => class,
        }
    }

    /// The class of a problem.
    pub fn of_code(code: &str, retry: Retry) -> Class {
        match code {
            "activity.unknown" | "usage" => Class::Usage,
            code if code.starts_with("input.") => Class::Invalid,
            "input" | "expression" | "document.invalid" => Class::Invalid,
            "label-invalid" | "callback-invalid" | "token-invalid" | "ambiguous" => Class::Usage,
            "timeout" | "code-expired" | "unreachable" | "unavailable" | "rate-limited" => Class::Later,
            "scope-missing" | "expired" | "revoked" | "replaced" | "needs-reconnect" | "needs-approval"
            | "awaiting-approval" | "disconnected" | "denied" | "not-connected" => Class::SignIn,
            "state-mismatch" | "wrong-account" | "same-account" | "unidentified" | "app-not-active"
            | "token-refused" => Class::SignIn,
            _ if matches!(retry, Retry::After(_)) => Class::Later,
            code if code.starts_with("credential.") => Class::SignIn,
            "port-busy" | "label-taken" | "store" => Class::Failed,
            code if code.starts_with("limit.") => Class::Failed,
            code if code.starts_with("key-") || code.starts_with("download.") => Class::Failed,
            _ => Class::Service,
        }
    }
}
