//! What can go wrong with connections.

use std::path::PathBuf;
use std::sync::Arc;

use switchboard_egress::CredentialError;
use switchboard_store::StoreError;
use switchboard_text_file::TextFileError;

use crate::{ConnectionStep, Leftover, Method, State, StateReason, TokenRefusal};

const NO_REASON: &str = "no reason recorded";

/// A failed sign-in, or a connection that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionsError {
    /// No connection has this label or id.
    #[error("there is no connection called `{label}`{}", suggestion.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    NotFound {
        /// What was asked for.
        label: String,
        /// The label that is most like it, when one is close.
        suggestion: Option<String>,
    },
    /// Nothing is connected.
    #[error("no account is connected yet")]
    NoneYet,
    /// Several are connected and none was named.
    #[error("several accounts are connected ({labels})")]
    Ambiguous {
        /// Their labels.
        labels: String,
    },
    /// The label belongs to another connection.
    #[error("a connection called `{label}` exists already")]
    LabelTaken {
        /// The label.
        label: String,
    },
    /// The connection was made in another way than the one it is to be signed in by.
    #[error("`{label}` cannot be reconnected in a browser: it was not created by a browser sign-in through this app")]
    AnotherWay {
        /// Its label.
        label: String,
    },
    /// The label cannot be used.
    #[error(
        "`{label}` cannot be a connection's name: use up to 64 letters, digits, `.`, `-`, `_` or `@`, not `.`, `-` or `con_` first"
    )]
    LabelInvalid {
        /// The label.
        label: String,
    },
    /// The connection is not `active`.
    #[error(
        "the connection `{label}` cannot be used ({state}): {}", reason.as_ref().map_or_else(|| NO_REASON.to_owned(), ToString::to_string)
    )]
    NotActive {
        /// Its label.
        label: String,
        /// What it is.
        state: State,
        /// How it was made: decides what a person does about it.
        method: Method,
        /// Why.
        reason: Option<StateReason>,
    },
    /// The call-back address is taken.
    #[error(
        "cannot listen on port {port} of 127.0.0.1: {cause}{}", holder.as_ref().map(|holder| format!(" (in use by {holder})")).unwrap_or_default()
    )]
    PortBusy {
        /// The port.
        port: u16,
        /// The program that listens there, where the system tells.
        holder: Option<String>,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The answer does not belong to this sign-in.
    #[error("the answer does not belong to this sign-in ({what}), and nothing was connected")]
    StateMismatch {
        /// What did not fit.
        what: &'static str,
    },
    /// This sign-in had its one answer.
    #[error("this sign-in has ended")]
    Ended,
    /// Nobody would be there to keep the grant.
    #[error("the program is stopping; the sign-in was not finished and nothing was connected. Start again")]
    ProgramEnds,
    /// The account's owner, or the service, said no.
    #[error("access was not granted ({reason}); start again and allow it, or ask an administrator to approve the app")]
    Denied {
        /// What the service said.
        reason: String,
    },
    /// No answer came.
    #[error("no answer within {seconds} s")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// The code that is typed on another machine was not used in time.
    #[error("the code expired after {seconds} s without approval")]
    CodeExpired {
        /// How long it was good.
        seconds: u64,
    },
    /// The text given is not a call-back address.
    #[error(
        "not the final address of the sign-in: it begins with {expected} and contains `code` and `state`. Copy the whole address"
    )]
    CallbackInvalid {
        /// What it begins with.
        expected: String,
    },
    /// The grant is of somebody else.
    #[error(
        "{found} signed in, but {expected} was expected; nothing was connected. Log out of the service in the browser first, then sign in as {expected}"
    )]
    WrongAccount {
        /// Who was expected.
        expected: String,
        /// Who signed in.
        found: String,
    },
    /// The grant was to be kept too long after it was given.
    #[error("the sign-in finished too late. Its grant is being revoked and nothing was connected; sign in again")]
    TooLate,
    /// The same user has signed in again since.
    #[error(
        "the same user signed in later as `{label}`, and the service keeps the newest grant. This sign-in changed nothing"
    )]
    Overtaken {
        /// The connection with the newer grant.
        label: String,
    },
    /// A code was sent to the service and no answer came that says what became of it.
    #[error("{cause}")]
    AnswerLost {
        /// How it failed.
        cause: Box<ConnectionsError>,
    },
    /// A sign-in was refused after the service had given a grant, or may have: what it leaves behind.
    #[error("{cause}. {}", touched.iter().map(ToString::to_string).collect::<Vec<_>>().join(". "))]
    Aftermath {
        /// Why it was refused.
        cause: Box<ConnectionsError>,
        /// What it leaves behind.
        touched: Vec<Leftover>,
    },
    /// The same user is connected already through the same app.
    #[error(
        "{user} is already connected through this app as `{label}` ({usage}). The service keeps one grant per user and app, so no new connection was made"
    )]
    SameAccount {
        /// The first connection.
        label: String,
        /// The user.
        user: String,
        /// What uses the first connection, in words.
        usage: String,
    },
    /// Nobody could say whose the grant is.
    #[error("the sign-in worked, but the user could not be identified ({message}); nothing was saved")]
    Unidentified {
        /// Why.
        message: String,
    },
    /// The token service said no.
    #[error("the service refused the sign-in: {} ({})", refusal.name(), refusal.reason())]
    Rejected {
        /// What it said.
        refusal: TokenRefusal,
    },
    /// The token service gave no usable answer.
    #[error("the sign-in service cannot be used: {message}; try again")]
    Unreachable {
        /// What happened.
        message: String,
    },
    /// A pasted token is no token.
    #[error("this is not an access token: it must be one line without spaces")]
    TokenInvalid,
    /// An address of the service is not one.
    #[error("`{address}` cannot be used for sign-in: {why}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong.
        why: String,
    },
    /// The key of the secrets is not there.
    #[error(
        "the key of the stored secrets is missing (fingerprint {expected}); searched: {wanted}. A locked keyring cannot be searched"
    )]
    KeyMissing {
        /// Fingerprint kept in the database.
        expected: String,
        /// Where it was looked for.
        wanted: String,
    },
    /// The key cannot be changed while others seal with it.
    #[error(
        "the stored secrets are in use by {}; nothing was changed", holder.as_deref().unwrap_or("another process")
    )]
    KeyBusy {
        /// The programs, where the system tells.
        holder: Option<String>,
    },
    /// A key that comes from outside is changed outside.
    #[error(
        "{source_name} does not hold the new key; put it there (make one with: openssl rand -base64 32) and run this again"
    )]
    KeyNextMissing {
        /// Where it is looked for.
        source_name: String,
    },
    /// A key is there, but not the one the secrets were sealed with.
    #[error("the key in {source_name} is wrong: fingerprint {found}, expected {expected}")]
    KeyWrong {
        /// Where the key came from.
        source_name: String,
        /// Fingerprint kept in the database.
        expected: String,
        /// Fingerprint of the key given.
        found: String,
    },
    /// What is there is not a key.
    #[error(
        "{source_name} does not hold a key: it must be 32 bytes in base64 (make one with: openssl rand -base64 32)"
    )]
    KeyInvalid {
        /// Where it came from.
        source_name: String,
    },
    /// Others can read the key file.
    #[error("the key file {path} can be read by others (mode {mode:o}); run: chmod 600 {path}")]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file cannot be read or made.
    #[error("the key file {path} cannot be used: {cause}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// What stands in the key file's place is no text file.
    #[error("the key file cannot be used: {0}; {fix}", fix = .0.fix())]
    KeyUnreadable(TextFileError),
    /// The system's keyring does not give or take the key.
    #[error("the system's keyring cannot be used: {cause}; unlock it, or give the key in SWITCHBOARD_KEY")]
    KeyringFailed {
        /// What it said.
        cause: String,
    },
    /// A sealed secret does not open: it was changed or moved.
    #[error("the stored {field} of connection `{connection}` is damaged; disconnect it and connect again")]
    SecretDamaged {
        /// Id of the connection.
        connection: String,
        /// Which secret.
        field: &'static str,
    },
    /// An event that was signed says what it cannot say.
    #[error("the event is not accepted: {why}; check that the webhook secret belongs to this app")]
    EventRefused {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl ConnectionsError {
    /// The stable name of the mistake.
    pub fn code(&self) -> &str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::NoneYet => "not-connected",
            Self::Ambiguous { .. } => "ambiguous",
            Self::LabelTaken { .. } => "label-taken",
            Self::AnotherWay { .. } => "another-way",
            Self::LabelInvalid { .. } => "label-invalid",
            Self::NotActive { state, .. } => state.as_str(),
            Self::PortBusy { .. } => "port-busy",
            Self::StateMismatch { .. } => "state-mismatch",
            Self::Ended | Self::ProgramEnds | Self::TooLate | Self::Overtaken { .. } => "sign-in-ended",
            Self::Denied { .. } => "denied",
            Self::Timeout { .. } => "timeout",
            Self::CodeExpired { .. } => "code-expired",
            Self::WrongAccount { .. } => "wrong-account",
            Self::Aftermath { cause, .. } | Self::AnswerLost { cause } => cause.code(),
            Self::SameAccount { .. } => "same-account",
            Self::Unidentified { .. } => "unidentified",
            Self::CallbackInvalid { .. } => "callback-invalid",
            Self::Rejected { .. } => "rejected",
            Self::Unreachable { .. } => "unreachable",
            Self::TokenInvalid => "token-invalid",
            Self::Address { .. } => "address-invalid",
            Self::KeyMissing { .. } => "key-missing",
            Self::KeyBusy { .. } => "key-busy",
            Self::KeyNextMissing { .. } => "key-missing",
            Self::KeyWrong { .. } => "key-wrong",
            Self::KeyInvalid { .. } => "key-invalid",
            Self::KeyExposed { .. } => "key-exposed",
            Self::KeyFile { .. } | Self::KeyUnreadable(_) => "key-file",
            Self::KeyringFailed { .. } => "key-keyring",
            Self::SecretDamaged { .. } => "secret-damaged",
            Self::EventRefused { .. } => "event-refused",
            Self::Store(_) => "store",
        }
    }

    /// What a person does about it.
    pub fn next_step(&self) -> Option<ConnectionStep> {
        Some(match self {
            Self::NotActive { state, method, .. } => return state.next_step_of(*method),
            Self::NotFound { .. } => ConnectionStep::FindConnection,
            Self::NoneYet => ConnectionStep::Connect,
            Self::Ambiguous { .. } => ConnectionStep::ChooseConnection,
            Self::LabelTaken { .. } => ConnectionStep::ChooseLabel,
            Self::LabelInvalid { .. } => ConnectionStep::CorrectLabel,
            Self::PortBusy { .. } => ConnectionStep::FreePort,
            Self::StateMismatch { .. } | Self::Ended | Self::ProgramEnds | Self::TooLate | Self::Overtaken { .. } => {
                ConnectionStep::RepeatSignIn
            }
            Self::Denied { .. } => ConnectionStep::ApproveAccess,
            Self::Timeout { .. } => ConnectionStep::AnswerInTime,
            Self::CodeExpired { .. } => ConnectionStep::RequestNewCode,
            Self::WrongAccount { .. } => ConnectionStep::SignInAsExpected,
            Self::SameAccount { .. } => ConnectionStep::UseOrReplace,
            Self::Rejected { .. } => ConnectionStep::CheckApp,
            Self::Unreachable { .. } => ConnectionStep::RetryLater,
            Self::Address { .. } => ConnectionStep::CheckAddress,
            Self::KeyMissing { .. } | Self::KeyWrong { .. } | Self::KeyInvalid { .. } => ConnectionStep::ProvideKey,
            Self::KeyBusy { .. } => ConnectionStep::StopOtherPrograms,
            Self::KeyNextMissing { .. } => ConnectionStep::StoreNewKey,
            Self::KeyExposed { .. } => ConnectionStep::ProtectKeyFile,
            Self::Aftermath { cause, .. } | Self::AnswerLost { cause } => return cause.next_step(),
            Self::AnotherWay { .. }
            | Self::CallbackInvalid { .. }
            | Self::Unidentified { .. }
            | Self::TokenInvalid
            | Self::KeyFile { .. }
            | Self::KeyUnreadable(_)
            | Self::KeyringFailed { .. }
            | Self::SecretDamaged { .. }
            | Self::EventRefused { .. }
            | Self::Store(_) => return None,
        })
    }

    /// The connection that the next step is about.
    pub fn label(&self) -> Option<&str> {
        match self.root() {
            Self::NotActive { label, .. } => Some(label),
            _ => None,
        }
    }

    /// The mistake itself, without what it leaves behind.
    pub fn root(&self) -> &ConnectionsError {
        match self {
            Self::Aftermath { cause, .. } | Self::AnswerLost { cause } => cause.root(),
            other => other,
        }
    }

    /// Whether the same call may succeed later with nothing changed by anyone.
    pub fn retryable(&self) -> bool {
        if let Self::Aftermath { cause, .. } | Self::AnswerLost { cause } = self {
            return cause.retryable();
        }
        matches!(
            self,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::CodeExpired { .. } | Self::KeyBusy { .. }
        ) || matches!(
            self,
            Self::Store(
                StoreError::Database(_) | StoreError::Busy | StoreError::Disk { .. } | StoreError::LeaseLost { .. }
            )
        )
    }
}

impl From<StoreError> for ConnectionsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LabelTaken { label } => Self::LabelTaken { label },
            StoreError::TakenBack => Self::TooLate,
            other => Self::Store(other),
        }
    }
}

impl From<ConnectionsError> for CredentialError {
    fn from(error: ConnectionsError) -> Self {
        let (code, fix) = match &error {
            ConnectionsError::NotActive { state, .. } => (state.as_str(), error.next_step()),
            ConnectionsError::SecretDamaged { .. } => ("needs-reconnect", None),
            _ => ("unavailable", None),
        };
        CredentialError {
            code: code.to_owned(),
            message: error.to_string(),
            fix: fix.map(|step| step.to_string()),
            retryable: error.retryable(),
            cause: Some(Arc::new(error)),
        }
    }
}
