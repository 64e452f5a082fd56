//! What a person or a program gets of a failure, as values.

use serde_json::Value;
use switchboard_automation::{Family, Report as DocumentReport, RetryHint};
use switchboard_connections::ConnectionsError;
use switchboard_runtime::{CallError, Retry};

use crate::remedy::Guidance;
use crate::{AppError, Message, NextStep, message};

/// A failure as values. A surface presents it; nobody reads it back from a text.
#[derive(Debug)]
pub struct Report<'a> {
    /// Stable code.
    pub code: String,
    /// What failed.
    pub message: String,
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
pub const FEW: usize = 3;

impl AppError {
    /// The failure as values.
    pub fn report(&self) -> Report<'_> {
        let mut report = Report {
            code: self.code(),
            message: self.to_string(),
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
                report.fix = fix.clone().or_else(|| error.fix().map(Message::from));
                report.add_call(error);
                if let Some(Retry::After(ms)) = report.retry {
                    report.retry_at = moment(ms);
                }
            }
            Self::Uncertain(error) => {
                report.fix = Some(LOOK_FIRST.into());
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
                    report.retry_at = moment(ms);
                }
            }
            Self::Document(document) => {
                report.fix = Some(message!["run ", NextStep::CheckDocument, " to see each mistake, and correct them"]);
                report.document = Some(document);
            }
            Self::Connections(error) => {
                report.fix = Some(connection_fix(error));
                if matches!(error, ConnectionsError::NotActive { .. }) {
                    report.retry = Some(Retry::AfterUserAction);
                    report.not_sent = Some(true);
                }
            }
            Self::Explained(error, guidance) => {
                let inner = error.report();
                let is_short = guidance.remedy.steps.len() + guidance.remedy.here.len() <= FEW;
                // What every refusal of that name is told knows less than the steps that fit this one.
                let is_better = matches!(**error, Self::Connections(_)) || is_short;
                report = Report { guidance: Some(guidance), ..inner };
                if is_better {
                    report.fix = None;
                }
            }
            Self::Interrupted | Self::Shown(_) => {}
        }
        report.details = report.details.filter(|details| !details.is_null());
        report
    }

    fn family(&self) -> Family {
        match self {
            Self::Explained(error, _) => error.family(),
            Self::Call(CallError::Refused(_), _) => Family::Refused,
            Self::Call(CallError::Broken(_), _) | Self::Uncertain(CallError::Broken(_)) => Family::Broken,
            Self::Run(error, _) => error.family,
            _ => Family::Problem,
        }
    }
}

impl<'a> Report<'a> {
    fn add_call(&mut self, error: &'a CallError) {
        if let CallError::Problem(problem) = error {
            self.pointer.clone_from(&problem.pointer);
            self.retry = Some(problem.retry);
            self.not_sent = Some(problem.not_sent);
            self.details = problem.details.as_ref();
        }
    }
}

/// What to do about a write of which nobody knows whether it happened.
pub const LOOK_FIRST: &str = "check in the service whether the change was made before you run it again";

/// The moment that many milliseconds from now, RFC 3339 to the second; none for waits that a person would not notice.
pub fn moment(after_ms: u64) -> Option<String> {
    let wait = i64::try_from(after_ms).ok().filter(|ms| *ms >= 1000)?;
    let at = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_millis(wait)).ok()?;
    at.round(jiff::Unit::Second).ok().map(|at| at.to_string())
}

/// What to do after a failure of a connection. The message names the particulars.
fn connection_fix(error: &ConnectionsError) -> Message {
    if matches!(error, ConnectionsError::KeyNextMissing { .. }) {
        return "put the new key there, then run this again".into();
    }
    if let Some(step) = error.root().next_step() {
        return step.into();
    }
    match error.code() {
        "not-connected" => NextStep::ConnectFirst.into(),
        "not-found" => {
            message![NextStep::ListConnections, " shows the labels; choose with ", NextStep::ChooseConnection]
        }
        "ambiguous" => message![
            "name one with ",
            NextStep::ChooseConnection,
            ", or set a default: ",
            NextStep::SetDefaultConnection
        ],
        "wrong-account" => {
            "log out of the service in the browser, then run the command again and sign in as the right user".into()
        }
        "same-account" => message![
            "use the existing connection, use another app, or replace the connection with ",
            NextStep::ReplaceConnection
        ],
        "label-taken" => {
            message!["choose another name; ", NextStep::ListConnections, " shows those that are taken"]
        }
        "state-mismatch" | "sign-in-ended" => "run the command again, and answer on the page that it opens".into(),
        "label-invalid" => "use letters, digits and . - _ @, at most 64".into(),
        "key-missing" | "key-wrong" | "key-invalid" => {
            "provide the original key: in SWITCHBOARD_KEY, SWITCHBOARD_KEY_FILE, the unlocked keyring or the file `key`. To start over, use another data folder".into()
        }
        "key-busy" => "stop the running `switchboard` commands that use this data folder, then run this again".into(),
        "key-exposed" => "remove the access of others: chmod 600 FILE".into(),
        "rejected" => {
            "check the client id, the client secret and, for a browser sign-in, the redirect address; then run the command again".into()
        }
        "timeout" => message![
            "run the command again; if the browser cannot reach this computer, add ",
            NextStep::PasteAddress,
            "; if the browser showed an error: ",
            NextStep::ReportPage
        ],
        "code-expired" => "run the command again, and enter the new code in time".into(),
        "address-invalid" => message![
            "check the address of the sign-in service (",
            NextStep::ChangeSignInAddress,
            "), or leave it out"
        ],
        "denied" => "run the command again and approve the app, or ask an administrator to".into(),
        "port-busy" => message![
            "stop the program that uses the port, use ",
            NextStep::PasteAddress,
            ", or use ",
            NextStep::ChangeRedirectPort,
            " with a port that the app lists"
        ],
        "unreachable" | "unavailable" => {
            message!["try again later; run ", NextStep::Diagnose(None), " for the cause"]
        }
        _ => message!["run ", NextStep::Diagnose(None), " for the cause"],
    }
}
