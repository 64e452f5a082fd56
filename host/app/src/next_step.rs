//! What a person can do next with this program.

use switchboard_manifest::scopes::Style;

use crate::{Cloud, NamedStep, OriginalRequest};

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
    /// Sign in again to the connection of this label.
    Reconnect(String),
    /// Sign in again to the connection of this label, with a new secret of its app.
    ReconnectWithSecret(String),
    /// Give the same request where a person can be asked.
    SignInAttended(OriginalRequest),
    /// Make an app of one's own at the service.
    MakeApp,
    /// Give the same request with an app of one's own.
    ConnectOwnApp(OriginalRequest),
    /// Connect an administrator through the app of this client id, at this cloud.
    ConnectApp(Box<Cloud>, String),
    /// Look at the registration of an app: its scopes and its redirect address.
    ShowAppRegistration(Box<RegistrationRequest>),
    /// End the connection of this label.
    Disconnect(String),
    /// Name the public address of the proxy that browsers reach.
    NamePublicAddress,
    /// Choose another address to listen on.
    ChangeListenAddress,
    /// Let a link work for longer.
    ChangeLinkLife,
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
    /// Go on with this run.
    ResumeRun(String),
    /// Try again what failed in this run.
    RetryRun(String),
    /// Try this run again, and perform this step although it may have taken effect.
    RepeatStep(String, String),
    /// Check an automation.
    CheckDocument,
    /// Change this limit.
    ChangeLimit(String),
    /// Look at all codes of failures.
    ListErrors,
    /// Write a message to an administrator about the page in the browser.
    WriteMessage,
    /// Look at all events.
    ListEvents,
    /// Look at all connectors.
    ListConnectors,
    /// A step that a text of a manifest names.
    Named(NamedStep),
    /// Start an emulator on this port.
    StartEmulator(u16),
    /// Start an emulator with a demo account on this port.
    TryEmulator(u16),
    /// Start an emulator with a demo account that uses another data folder.
    TryInAnotherFolder,
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
    /// The cloud of the service, where it is known.
    pub cloud: Cloud,
}

/// The app whose registration a person looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationRequest {
    /// The kind of its scopes.
    pub style: Style,
    /// Whether it is for the data of a whole account.
    pub is_for_account: bool,
    /// The cloud of the service, where it is known.
    pub cloud: Cloud,
    /// The activities that it is for. None: all.
    pub activities: Vec<String>,
}

impl Default for RegistrationRequest {
    fn default() -> Self {
        Self { style: Style::Granular, is_for_account: false, cloud: Cloud::default(), activities: Vec::new() }
    }
}
