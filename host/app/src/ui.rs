//! What the application asks of a surface.

use std::sync::Arc;

use async_trait::async_trait;
use switchboard_egress::{NoTrace, Trace};
use switchboard_runtime::{Events, Silent};

use crate::{AppError, Message};

/// How the application reaches the person at a surface. It asks and notifies by this alone, and prints nothing.
#[async_trait]
pub trait Ui: Send + Sync {
    /// Something happened that the person may want to know. No answer is needed.
    fn notify(&self, message: Message);

    /// Whether the person wants no notices.
    fn is_quiet(&self) -> bool {
        false
    }

    /// Asks before something that cannot be undone. `false` means no; an error means that nobody can be asked.
    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError>;

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
pub struct Confirmation {
    /// Id of the activity.
    pub activity: String,
    /// What it does, with the values of this call, in the words of the connector.
    pub sentence: String,
    /// Whether the connector is a file that nobody approved: its words may be wrong.
    pub is_own_connector: bool,
    /// Whether the person can look at the request first, without sending it.
    pub has_dry_run: bool,
}
