//! What a person can do next with this program.

use crate::OriginalRequest;

/// A step that a person can take next. Each surface spells it: the command line as a command or a flag, a page as a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Connect a first account: a demo account, or one's own.
    ConnectFirst,
    /// Connect an account of this cloud.
    ConnectCloud(String),
    /// Let this activity run although it is off by policy.
    AllowActivity(String),
    /// Look at the requests of a call.
    TraceRequests,
    /// Test a connection.
    TestConnection,
    /// Look at all connections.
    ListConnections,
    /// Name the connection to use.
    ChooseConnection,
    /// Name a connection for each of these names of a document.
    ChooseConnections(Vec<String>),
    /// Choose the connection that is used where none is named.
    SetDefaultConnection,
    /// End the connection that is in the way, and keep the new one.
    ReplaceConnection,
    /// Sign in again, as it was asked for the last time.
    SignInAgain(Box<SignInAgain>),
    /// Paste the address on which the browser ended.
    PasteAddress,
    /// Say what the page in the browser shows.
    ReportPage,
    /// Choose another address for the sign-in.
    ChangeSignInAddress,
    /// Choose another port for the call-back address.
    ChangeRedirectPort,
    /// Find out what is wrong, with this connection or with everything.
    Diagnose(Option<String>),
    /// Find out what is wrong with a webhook: the file of the request, the file of the secret.
    DiagnoseWebhook(String, String),
    /// Look at all activities.
    ListActivities,
    /// Look at one activity.
    ShowActivity(String),
    /// Look at the latest runs.
    ListRuns,
    /// Look at the steps of this run.
    ShowRun(String),
    /// Check an automation.
    CheckDocument,
    /// Change this limit.
    ChangeLimit(String),
    /// Look at all codes of failures.
    ListErrors,
    /// Start an emulator on this port.
    StartEmulator(u16),
    /// Start an emulator with a demo account on this port.
    TryEmulator(u16),
}

/// A sign-in that is to be done once more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInAgain {
    /// Name of the connection.
    pub label: Option<String>,
    /// How the connection of this name is made, where there is one.
    pub method: Option<String>,
    /// The request that failed.
    pub original: Option<OriginalRequest>,
    /// What leads a further request to the same service, in the words of the surface.
    pub at: String,
}
