//! Why nothing usable came back.

use crate::{KnownSecrets, Response};

/// A request that was refused here, or that brought no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// A stable code, such as `refused.host` or `timeout`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub fix: Option<String>,
    /// The service certainly never saw the request.
    pub not_sent: bool,
    /// The answer, when there was one but it was of no use.
    pub response: Option<Box<Response>>,
}

impl Failure {
    /// A refusal of ours, before anything was sent.
    pub(crate) fn refused(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), fix: None, not_sent: true, response: None }
    }

    /// The program ended while the request was on its way.
    pub fn cancelled() -> Self {
        Self::broken("cancelled", "the program is ending")
    }

    /// A failure after the request may have reached the service.
    pub(crate) fn broken(code: &str, message: impl Into<String>) -> Self {
        Self { not_sent: false, ..Self::refused(code, message) }
    }

    pub(crate) fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(crate) fn with_response(mut self, response: Response) -> Self {
        self.response = Some(Box::new(response));
        self
    }

    /// Without secrets that the service put into a host name, an error or the answer.
    pub(crate) fn scrub(mut self, known: &KnownSecrets) -> Self {
        self.message = known.scrub_text(self.message);
        self.fix = self.fix.map(|fix| known.scrub_text(fix));
        if let Some(response) = &mut self.response {
            response.scrub(known);
        }
        self
    }

    /// An earlier request of the same call has been seen.
    pub(crate) fn after_send(self) -> Self {
        Self { not_sent: false, ..self }
    }

    /// After a redirect the first request has been seen, whatever happens to the next.
    pub(crate) fn after_first_hop(self, hop: usize) -> Self {
        if hop > 0 { self.after_send() } else { self }
    }
}
