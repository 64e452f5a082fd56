//! What the application asks of a surface.

use std::sync::Arc;

use async_trait::async_trait;

use crate::connect::{AccessPlan, SignInStep};
use crate::{AppError, Message};

pub use switchboard_egress::{NoTrace, Trace, TraceLine};
pub use switchboard_runtime::{Events, Silent};

/// How the application reaches the person at a surface. It asks and notifies by this alone, and prints nothing.
#[async_trait]
pub trait Ui: Send + Sync {
    /// Something happened that the person may want to know. No answer is needed.
    fn notify(&self, message: Message);

    /// Something failed, and the application goes on. No answer is needed.
    fn warn(&self, failure: &AppError) {
        self.notify(failure.report().message);
    }

    /// Whether the person wants no notices.
    fn is_quiet(&self) -> bool {
        false
    }

    /// Whether a person is there who can sign in.
    fn is_attended(&self) -> bool;

    /// Asks before something that cannot be undone. `false` means no; an error means that nobody can be asked.
    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError>;

    /// Shows what a sign-in will ask for, and why, before the person decides.
    fn show_access(&self, plan: &AccessPlan) {
        let _ = plan;
    }

    /// Shows what a person does to sign in, and opens the page where the step says so.
    async fn open(&self, step: &SignInStep<'_>);

    /// The next line that the person enters while a sign-in waits. None when no further one will come.
    async fn read_line(&self) -> Result<Option<String>, AppError> {
        Ok(None)
    }

    /// What shows the progress of calls over the connection of this label.
    fn events(&self, label: &str) -> Arc<dyn Events> {
        let _ = label;
        Arc::new(Silent)
    }

    /// What sees the requests of the connection of this label.
    fn trace(&self, label: &str) -> Arc<dyn Trace> {
        let _ = label;
        Arc::new(NoTrace)
    }
}

/// What a person confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// A destructive activity.
    Activity(ActivityConfirmation),
    /// The end of a connection: its grant is revoked, and its secrets are deleted.
    Disconnection(DisconnectionConfirmation),
}

/// The destructive activity that a person confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityConfirmation {
    /// Id of the activity.
    pub activity: String,
    /// What it does, with the values of this call, in the words of the connector.
    pub sentence: String,
    /// Whether the connector is a file that nobody approved: its words may be wrong.
    pub is_own_connector: bool,
    /// Whether the person can look at the request first, without sending it.
    pub has_dry_run: bool,
}

/// The connection whose end a person confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisconnectionConfirmation {
    /// Label of the connection.
    pub label: String,
    /// Whose it is: the user's address, else the user's id. Empty where nobody knows.
    pub owner: String,
    /// What used it, latest first.
    pub usage: Vec<switchboard_connections::Usage>,
}
