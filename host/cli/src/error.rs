//! One error for the command line: family, exit code, text and JSON line.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use serde_json::{Value, json};
use switchboard_automation::{Family, RetryHint, RunError};
use switchboard_connections::ConnectionsError;
use switchboard_manifest::Remedy;
use switchboard_runtime::{CallError, Problem, Retry};
use switchboard_store::StoreError;

use crate::output;

/// Exit codes, documented in `switchboard --help`.
pub mod exit {
    pub const FAILED: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const INVALID: u8 = 3;
    pub const SIGN_IN: u8 = 4;
    pub const SERVICE: u8 = 5;
    pub const LATER: u8 = 6;
    pub const INTERRUPTED: u8 = 130;
}

/// Anything that ends a command unhappily.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("{message}")]
    Failed { code: String, message: String, fix: Option<String>, exit: u8 },
    #[error("{0}")]
    Call(CallError),
    /// A write that the service may have carried out all the same: nobody is told to try again.
    #[error("{0}")]
    Uncertain(CallError),
    /// A run, and what to do about it.
    #[error("{error}")]
    Run { error: Box<RunError>, fix: String },
    #[error("{0}")]
    Connections(#[from] ConnectionsError),
    #[error("interrupted")]
    Interrupted,
    /// A failure, and the steps that mend it.
    #[error("{error}")]
    Explained { error: Box<CliError>, remedy: Box<Remedy> },
    /// Everything was said already.
    #[error("")]
    Said(u8),
}

/// How codes of calls begin that found no usable token.
const NO_TOKEN: &str = "credential.";

/// The failure of a call, by the code that the same failure has before any call: what is wrong with a connection is named
/// alike whoever finds out. That the token service failed stays apart from the service itself.
pub fn named_alike(error: CallError) -> CallError {
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

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::failed("store", error.to_string())
    }
}

impl From<CallError> for CliError {
    fn from(error: CallError) -> Self {
        Self::Call(named_alike(error))
    }
}

impl CliError {
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::Failed { code: code.into(), message: message.into(), fix: None, exit: exit::FAILED }
    }

    pub fn usage(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Failed { code: "usage".into(), message: message.into(), fix: Some(fix.into()), exit: exit::USAGE }
    }

    /// What was named is not here. The service was not asked, so it refused nothing.
    pub fn not_found(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Failed { code: "not-found".into(), message: message.into(), fix: Some(fix.into()), exit: exit::USAGE }
    }

    /// The same failure with what to do about it.
    pub fn with_fix(self, text: impl Into<String>) -> Self {
        match self {
            Self::Failed { code, message, exit, .. } => Self::Failed { code, message, fix: Some(text.into()), exit },
            other => other,
        }
    }

    /// The same failure with a further sentence.
    #[must_use]
    pub fn adding(mut self, words: &str) -> Self {
        let message = match &mut self {
            Self::Failed { message, .. } => message,
            Self::Call(CallError::Problem(problem)) | Self::Uncertain(CallError::Problem(problem)) => {
                &mut problem.message
            }
            Self::Call(CallError::Refused(refused)) => &mut refused.message,
            Self::Call(CallError::Broken(broken)) | Self::Uncertain(CallError::Broken(broken)) => &mut broken.message,
            _ => return self,
        };
        *message = format!("{}. {words}", message.trim_end_matches('.'));
        self
    }

    /// Print the error once and give the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        let code = self.exit();
        if matches!(self, Self::Said(_)) {
            return ExitCode::from(code);
        }
        if json {
            output::json_note(&json!({ "error": self.as_json() }));
        } else {
            self.lines().iter().for_each(|line| output::note(line));
        }
        ExitCode::from(code)
    }

    /// For people.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("error[{}]: {self}", self.code())];
        if let Self::Run { error, .. } = self {
            lines.push(format!("  at: {}:{}:{}", error.file, error.line, error.column));
        }
        lines.extend(self.pointer().map(|pointer| format!("  at: {pointer}")));
        lines.extend(self.details().map(|details| format!("  details: {details}")));
        // The steps say it in full.
        if let Self::Explained { remedy, .. } = self {
            lines.extend(crate::remedy::lines(remedy).iter().map(|line| format!("  {line}")));
        } else {
            lines.extend(self.fix().map(|fix| format!("  fix: {fix}")));
        }
        lines.extend(self.again().map(|at| format!("  again: from {at}")));
        lines
    }

    pub fn as_json(&self) -> Value {
        let mut error = json!({ "code": self.code(), "message": self.to_string(), "family": self.family() });
        if let Some(fields) = error.as_object_mut() {
            if let Some(fix) = self.fix() {
                fields.insert("fix".into(), fix.into());
            }
            if let Some(pointer) = self.pointer() {
                fields.insert("pointer".into(), pointer.into());
            }
            if let Self::Explained { error, remedy } = self {
                if let Some(inner) = error.as_json().as_object() {
                    fields.extend(inner.clone());
                }
                if let Some(fix) = self.fix() {
                    fields.insert("fix".into(), fix.into());
                }
                fields.insert("remedy".into(), crate::remedy::value(remedy));
            }
            if matches!(self, Self::Connections(ConnectionsError::NotActive { .. })) {
                fields.insert("retry".into(), json!(Retry::AfterUserAction));
                fields.insert("not_sent".into(), true.into());
                fields.insert("details".into(), Value::Null);
            }
            if let Some(at) = self.again() {
                fields.insert("retry_at".into(), at.into());
            }
            if let Self::Run { error, .. } = self {
                for (name, value) in error.to_json().as_object().into_iter().flatten() {
                    // Its own fix knows nothing of the run that was kept, and the step is in the message.
                    if !matches!(name.as_str(), "fix" | "message") {
                        fields.insert(name.clone(), value.clone());
                    }
                }
            }
            if let Self::Uncertain(_) = self {
                fields.insert("outcome_unknown".into(), true.into());
            }
            if let Self::Call(CallError::Problem(problem)) | Self::Uncertain(CallError::Problem(problem)) = self {
                fields.insert("retry".into(), json!(problem.retry));
                fields.insert("not_sent".into(), problem.not_sent.into());
                fields.insert("details".into(), json!(problem.details));
            }
        }
        error
    }

    fn code(&self) -> String {
        match self {
            Self::Failed { code, .. } => code.clone(),
            Self::Call(error) | Self::Uncertain(error) => error.code().to_owned(),
            Self::Run { error, .. } => error.code.clone(),
            Self::Connections(error) => error.code().to_owned(),
            Self::Explained { error, .. } => error.code(),
            Self::Interrupted => "interrupted".into(),
            Self::Said(_) => String::new(),
        }
    }

    fn family(&self) -> &'static str {
        match self {
            Self::Explained { error, .. } => error.family(),
            Self::Call(CallError::Refused(_)) => "refused",
            Self::Call(CallError::Broken(_)) | Self::Uncertain(CallError::Broken(_)) => "broken",
            Self::Run { error, .. } => match error.family {
                Family::Problem => "problem",
                Family::Refused => "refused",
                Family::Broken => "broken",
            },
            _ => "problem",
        }
    }

    fn fix(&self) -> Option<String> {
        match self {
            Self::Failed { fix, .. } => fix.clone(),
            Self::Call(error) => error.fix().map(str::to_owned),
            Self::Uncertain(_) => Some(LOOK_FIRST.to_owned()),
            Self::Run { fix, .. } => Some(fix.clone()),
            Self::Connections(ConnectionsError::KeyNextMissing { .. }) => {
                Some("put the new key there, then run this again".to_owned())
            }
            Self::Connections(error) => {
                Some(error.root().next_step().unwrap_or_else(|| connection_fix(error.code()).to_owned()))
            }
            Self::Explained { error, remedy } => match **error {
                // What every refusal of that name is told knows less than the steps that fit this one.
                Self::Connections(_) => Some(in_short(remedy)),
                _ if remedy.steps.len() + remedy.here.len() <= FEW => Some(in_short(remedy)),
                _ => error.fix().or_else(|| Some(in_short(remedy))),
            },
            _ => None,
        }
    }

    /// From when trying again has a chance, where that is known.
    fn again(&self) -> Option<String> {
        match self {
            Self::Call(CallError::Problem(Problem { retry: Retry::After(ms), .. })) => moment(*ms),
            Self::Run { error, .. } => match error.retry {
                RetryHint::After(ms) if !error.outcome_unknown => moment(ms),
                _ => None,
            },
            _ => None,
        }
    }

    /// What else is known.
    fn details(&self) -> Option<&Value> {
        match self {
            Self::Call(CallError::Problem(problem)) | Self::Uncertain(CallError::Problem(problem)) => {
                problem.details.as_ref()
            }
            Self::Run { error, .. } => error.details.as_ref(),
            _ => None,
        }
        .filter(|details| !details.is_null())
    }

    fn pointer(&self) -> Option<String> {
        match self {
            Self::Call(CallError::Problem(problem)) | Self::Uncertain(CallError::Problem(problem)) => {
                problem.pointer.clone()
            }
            Self::Run { error, .. } => Some(error.pointer.clone()).filter(|pointer| !pointer.is_empty()),
            _ => None,
        }
    }

    pub fn exit(&self) -> u8 {
        match self {
            Self::Failed { exit, .. } => *exit,
            // "Try again later" would invite doing it twice.
            Self::Uncertain(_) => exit::FAILED,
            Self::Run { error, .. } => run_exit(error),
            Self::Call(CallError::Problem(problem)) => code_exit(&problem.code, problem.retry),
            Self::Call(_) => exit::FAILED,
            Self::Connections(ConnectionsError::NotFound { .. }) => exit::USAGE,
            Self::Connections(error) => code_exit(error.code(), Retry::Never),
            // One thing to do, however the service said it.
            Self::Explained { remedy, .. } if code_exit(&remedy.id, Retry::Never) == exit::SIGN_IN => exit::SIGN_IN,
            Self::Explained { error, .. } => error.exit(),
            Self::Interrupted => exit::INTERRUPTED,
            Self::Said(code) => *code,
        }
    }
}

/// So many steps fit into a line.
const FEW: usize = 3;

/// What to do in a line: few steps whole, of many the first.
fn in_short(remedy: &Remedy) -> String {
    let steps: Vec<&str> = remedy.steps.iter().chain(&remedy.here).map(|step| step.trim_end_matches('.')).collect();
    match steps.as_slice() {
        few if few.len() <= FEW => few.join("; "),
        [first, ..] => format!("{}: {first}", remedy.title),
        [] => remedy.title.clone(),
    }
}

/// The moment that many milliseconds from now, RFC 3339 to the second; none for waits that a person would not notice.
pub fn moment(after_ms: u64) -> Option<String> {
    let wait = i64::try_from(after_ms).ok().filter(|ms| *ms >= 1000)?;
    let at = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_millis(wait)).ok()?;
    at.round(jiff::Unit::Second).ok().map(|at| at.to_string())
}

/// A wrong command line: clap's own words, or one JSON line where `--json` was asked for.
pub fn report_usage(wrong: clap::Error) -> ExitCode {
    let json = std::env::args().any(|argument| argument == "--json");
    if !wrong.use_stderr() {
        wrong.exit();
    }
    let text = printable_error(wrong).to_string();
    if json {
        // The first paragraph: what is wrong, and below it the names of what is missing.
        let words: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let message = words.join(" ").trim_start_matches("error: ").to_owned();
        let fix = "switchboard --help shows what there is";
        output::json_note(
            &json!({ "error": { "code": "usage", "message": message, "family": "problem", "fix": fix } }),
        );
    } else {
        output::notes(text.trim_end());
    }
    ExitCode::from(exit::USAGE)
}

/// Clap's words with what was typed made printable, so that no line of them comes from an argument.
fn printable_error(mut wrong: clap::Error) -> clap::builder::StyledStr {
    let typed: Vec<(ContextKind, ContextValue)> = wrong
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(output::printable(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(|text| output::printable(text)).collect())))
            }
            ContextValue::StyledStrs(tips) => {
                let tips = tips.iter().map(|tip| output::printable(&tip.to_string()).into()).collect();
                Some((kind, ContextValue::StyledStrs(tips)))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        wrong.insert(kind, value);
    }
    wrong.render()
}

/// What to do about a write of which nobody knows whether it happened.
pub const LOOK_FIRST: &str = "check in the service whether the change was made before you run it again";

/// The exit code of a failed run.
fn run_exit(error: &RunError) -> u8 {
    if error.by_document || error.outcome_unknown || error.family != Family::Problem {
        return exit::FAILED;
    }
    let retry = match error.retry {
        RetryHint::Never => Retry::Never,
        RetryHint::After(ms) => Retry::After(ms),
        RetryHint::AfterUserAction => Retry::AfterUserAction,
    };
    match code_exit(&error.code, retry) {
        exit::USAGE => exit::INVALID,
        code => code,
    }
}

/// How the first account is connected.
pub const FIRST: &str = "for a demo account: `switchboard try`; for your own: `switchboard connect --guide byo`, or `switchboard connect --guide s2s` without a browser";

/// The next command after a failure of a connection. The message names the particulars.
fn connection_fix(code: &str) -> &'static str {
    match code {
        "not-connected" => FIRST,
        "not-found" => "`switchboard connection list` shows the labels; choose with --connection LABEL",
        "ambiguous" => "name one with --connection LABEL, or set a default: switchboard connection default LABEL",
        "wrong-account" => {
            "log out of the service in the browser, then run the command again and sign in as the right user"
        }
        "same-account" => "use the existing connection, use another app, or replace the connection with --replace",
        "label-taken" => "choose another name; `switchboard connection list` shows those that are taken",
        "state-mismatch" | "sign-in-ended" => "run the command again, and answer on the page that it opens",
        "label-invalid" => "use letters, digits and . - _ @, at most 64",
        "key-missing" | "key-wrong" | "key-invalid" => {
            "provide the original key: in SWITCHBOARD_KEY, SWITCHBOARD_KEY_FILE, the unlocked keyring or the file `key`. To start over, use another data folder"
        }
        "key-busy" => "stop the running `switchboard` commands that use this data folder, then run this again",
        "key-exposed" => "remove the access of others: chmod 600 FILE",
        "rejected" => {
            "check the client id, the client secret and, for a browser sign-in, the redirect address; then run the command again"
        }
        "timeout" => {
            "run the command again; if the browser cannot reach this computer, add --paste; if the browser showed an error: switchboard doctor --seen \"its text\""
        }
        "code-expired" => "run the command again, and enter the new code in time",
        "address-invalid" => "check the address of the sign-in service (--oauth-base), or leave it out",
        "denied" => "run the command again and approve the app, or ask an administrator to",
        "port-busy" => {
            "stop the program that uses the port, use --paste, or use --redirect-port with a port that the app lists"
        }
        "unreachable" | "unavailable" => "try again later; run `switchboard doctor` for the cause",
        _ => "run `switchboard doctor` for the cause",
    }
}

/// The exit code of a problem: what the person has to do next decides it.
pub fn code_exit(code: &str, retry: Retry) -> u8 {
    match code {
        "activity.unknown" | "usage" => exit::USAGE,
        code if code.starts_with("input.") => exit::INVALID,
        "input" | "expression" | "document.invalid" => exit::INVALID,
        "label-invalid" | "callback-invalid" | "token-invalid" | "ambiguous" => exit::USAGE,
        "timeout" | "code-expired" | "unreachable" | "unavailable" | "rate-limited" => exit::LATER,
        "scope-missing" | "expired" | "revoked" | "replaced" | "needs-reconnect" | "needs-approval"
        | "awaiting-approval" | "disconnected" | "denied" | "not-connected" => exit::SIGN_IN,
        "state-mismatch" | "wrong-account" | "same-account" | "unidentified" | "app-not-active" | "token-refused" => {
            exit::SIGN_IN
        }
        _ if matches!(retry, Retry::After(_)) => exit::LATER,
        code if code.starts_with("credential.") => exit::SIGN_IN,
        "port-busy" | "label-taken" | "store" => exit::FAILED,
        code if code.starts_with("limit.") => exit::FAILED,
        code if code.starts_with("key-") || code.starts_with("download.") => exit::FAILED,
        _ => exit::SERVICE,
    }
}
