//! The three families of failure, kept apart from the guest to the exit code.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_egress::{Cause, CredentialError};

use crate::bindings::{http, types};
use crate::guest_text;

/// Why a call did not give an output.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The service, or the input, said no.
    #[error("{0}")]
    Problem(Problem),
    /// Our policy said no.
    #[error("{0}")]
    Refused(Refused),
    /// The connector trapped, overstayed or returned rubbish: a bug in it.
    #[error("{0}")]
    Broken(Broken),
}

/// The service, or the input, said no.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Stable, documented in the manifest.
    pub code: String,
    pub message: String,
    /// JSON Pointer into the input, when one field is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    pub retry: Retry,
    /// True when the service certainly did not act.
    pub not_sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// Why there was no credential, as the program knows it that made the connection.
    #[serde(skip)]
    pub cause: Option<Cause>,
}

/// Whether trying the same call again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    Never,
    /// After this many milliseconds.
    After(u64),
    AfterUserAction,
}

/// Our policy said no.
#[derive(Debug, Clone, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// A bug in the connector, contained.
#[derive(Debug, Clone, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Broken {
    /// `guest.trap`, `guest.cpu`, `guest.memory`, `guest.deadline` or `guest.output`.
    pub code: String,
    pub message: String,
    /// True when the service certainly did not act: no request that changes something was sent before the end.
    pub not_sent: bool,
}

impl CallError {
    /// The stable code of any family.
    pub fn code(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.code,
            Self::Refused(refused) => &refused.code,
            Self::Broken(broken) => &broken.code,
        }
    }

    /// What to do, where it is known.
    pub fn fix(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => problem.fix.as_deref(),
            Self::Refused(refused) => refused.fix.as_deref(),
            Self::Broken(_) => Some("report this with a trace of the call; other calls are not affected"),
        }
    }

    pub(crate) fn broken(code: &str, message: impl Into<String>) -> Self {
        Self::Broken(Broken { code: code.into(), message: message.into(), not_sent: true })
    }

    /// The same end of a connector that had sent a change: nobody knows whether the service made it.
    pub(crate) fn after_a_change(mut self) -> Self {
        if let Self::Broken(broken) = &mut self {
            broken.not_sent = false;
        }
        self
    }

    /// The problem of a call for which the service had made a change, or may have: whatever the connector says of its last
    /// request, a part was sent.
    pub(crate) fn in_part(mut self, repeatable: bool) -> Self {
        if let Self::Problem(problem) = &mut self {
            problem.not_sent = false;
            if !repeatable {
                problem.retry = Retry::Never;
            }
        }
        self
    }

    /// Every slot of the runtime was taken for as long as the call may take.
    pub(crate) fn busy() -> Self {
        let message = "this program ran as many calls as it may for longer than this call may wait".to_owned();
        let fix = "try again later, or give the runtime more slots".to_owned();
        match Self::problem("timeout", message, Some(fix)) {
            Self::Problem(problem) => Self::Problem(Problem { retry: Retry::After(BUSY_RETRY_MS), ..problem }),
            other => other,
        }
    }

    /// The manifest says `"policy": "off"`, and the caller did not allow it.
    pub(crate) fn off_by_policy(activity: &str) -> Self {
        Self::Refused(Refused {
            code: "refused.policy".into(),
            message: format!("`{activity}` is off by policy: nothing undoes it"),
            fix: Some(format!("allow `{activity}` for the call")),
        })
    }

    /// The connection belongs to another connector.
    pub(crate) fn other_connector(own: &str, other: &str) -> Self {
        Self::Refused(Refused {
            code: "refused.connector".into(),
            message: format!(
                "the connection was made for the connector `{}`, so `{}` may not use it",
                guest_text::line(other, NAME),
                guest_text::line(own, NAME)
            ),
            fix: Some("use that connector, or connect an account for this one".to_owned()),
        })
    }

    pub(crate) fn problem(code: &str, message: String, fix: Option<String>) -> Self {
        Self::Problem(Problem {
            code: code.into(),
            message,
            pointer: None,
            fix,
            retry: Retry::Never,
            not_sent: true,
            details: None,
            cause: None,
        })
    }

    /// The problem of a call for which there was no credential, with its cause: a connector passes on words only. One that
    /// says something else has no cause.
    pub(crate) fn caused_by(mut self, known: &CredentialError) -> Self {
        if let Self::Problem(problem) = &mut self
            && problem.code == credential_code(&known.code)
        {
            problem.cause.clone_from(&known.cause);
        }
        self
    }
}

impl From<types::Problem> for CallError {
    /// A host refusal that the guest passed on stays a refusal.
    fn from(problem: types::Problem) -> Self {
        if !guest_text::is_code(&problem.code) {
            return Self::broken("guest.output", "the connector returned a problem whose code is not a short word");
        }
        let message = guest_text::sentence(problem.message);
        let fix = problem.fix.map(guest_text::sentence);
        if problem.code.starts_with("refused.") {
            return Self::Refused(Refused { code: problem.code, message, fix });
        }
        Self::Problem(Problem {
            code: problem.code,
            message,
            pointer: problem.pointer.map(guest_text::sentence),
            fix,
            retry: problem.retry.into(),
            not_sent: problem.not_sent,
            details: problem.details.as_deref().map(guest_text::details),
            cause: None,
        })
    }
}

impl From<types::Retry> for Retry {
    fn from(retry: types::Retry) -> Self {
        match retry {
            types::Retry::Never => Self::Never,
            types::Retry::After(ms) => Self::After(ms),
            types::Retry::AfterUserAction => Self::AfterUserAction,
        }
    }
}

/// Longest name of a connector that is repeated, characters.
const NAME: usize = 200;

/// Most calls end within a second.
const BUSY_RETRY_MS: u64 = 1_000;

/// When a file has another size than the service has said. Making a recording takes minutes.
const SIZE_RETRY_MS: u64 = 60_000;

/// An egress failure in the contract's words.
pub(crate) fn to_guest(failure: switchboard_egress::Failure) -> http::Failure {
    let retry = match failure.code.as_str() {
        "timeout" | "unreachable" | "download.truncated" => types::Retry::After(1_000),
        // The file may still be being made: its fix says so too.
        "download.size" => types::Retry::After(SIZE_RETRY_MS),
        _ => types::Retry::Never,
    };
    http::Failure {
        code: failure.code,
        message: failure.message,
        fix: failure.fix,
        retry,
        not_sent: failure.not_sent,
        response: failure.response.map(|answer| response(*answer)),
    }
}

/// An egress answer in the contract's words.
pub(crate) fn response(answer: switchboard_egress::Response) -> http::Response {
    http::Response {
        status: answer.status,
        headers: answer.headers.into_iter().map(|(name, value)| types::Header { name, value }).collect(),
        body: answer.body,
    }
}

/// No usable sign-in, in the contract's words.
pub(crate) fn no_credential(error: CredentialError) -> http::Failure {
    http::Failure {
        code: credential_code(&error.code),
        message: error.message,
        fix: error.fix,
        retry: if error.retryable { types::Retry::After(5_000) } else { types::Retry::AfterUserAction },
        not_sent: true,
        response: None,
    }
}

/// The code of a call for which there was no credential.
fn credential_code(code: &str) -> String {
    // A refusal of the host stays one, whichever request was refused.
    if code.starts_with("refused.") { code.to_owned() } else { format!("credential.{code}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_change_is_repeated_only_where_that_does_no_harm() {
        for (repeatable, retry) in [(true, Retry::After(BUSY_RETRY_MS)), (false, Retry::Never)] {
            let CallError::Problem(problem) = CallError::busy().in_part(repeatable) else { panic!() };
            assert!(!problem.not_sent);
            assert_eq!(problem.retry, retry);
        }
    }
}
