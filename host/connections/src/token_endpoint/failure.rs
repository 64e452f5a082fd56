//! Why the token service gave no token.

use std::time::Duration;

use crate::grant::rejected::Leftover;
use crate::grant::token::Token;
use crate::{ConnectionsError, TokenRefusal};

/// Why the token service gave no token.
#[derive(Debug)]
pub(crate) enum TokenFailure {
    /// It said no, and would say no again.
    Rejected(TokenRefusal),
    /// Nothing is served at this address.
    NoEndpoint { address: String, status: u16 },
    /// It gave a grant in an answer that cannot be used.
    Unusable { message: String, token: Box<Token> },
    /// It did not answer, or not sensibly: nothing is known about the token that was sent. It may have said when to ask
    /// again.
    Unavailable { message: String, not_sent: bool, turned_away: bool, retry_after: Option<Duration> },
}

impl TokenFailure {
    /// A failure before anything was sent.
    pub fn not_sent(error: &ConnectionsError) -> TokenFailure {
        let message = error.to_string();
        TokenFailure::Unavailable { message, not_sent: true, turned_away: false, retry_after: None }
    }

    /// The task that asked did not come to its end.
    pub fn interrupted(error: &tokio::task::JoinError) -> TokenFailure {
        let message = error.to_string();
        TokenFailure::Unavailable { message, not_sent: false, turned_away: false, retry_after: None }
    }

    /// Whether what was asked may have been done all the same, and the answer was lost.
    pub fn may_be_done(&self) -> bool {
        matches!(
            self,
            TokenFailure::Unusable { .. } | TokenFailure::Unavailable { not_sent: false, turned_away: false, .. }
        )
    }

    /// How long the service wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            TokenFailure::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// As the failure of a sign-in, whose code may have been taken all the same.
    pub fn of_sign_in(self) -> ConnectionsError {
        let lost = self.may_be_done();
        let cause = self.into();
        if !lost {
            return cause;
        }
        ConnectionsError::AnswerLost { cause: Box::new(cause) }.having(vec![Leftover::Unread])
    }
}

impl From<TokenFailure> for ConnectionsError {
    fn from(failure: TokenFailure) -> Self {
        match failure {
            TokenFailure::Rejected(refusal) => Self::Rejected { refusal },
            TokenFailure::NoEndpoint { address, status } => {
                Self::Address { address, why: format!("it answered with status {status}") }
            }
            TokenFailure::Unavailable { message, .. } | TokenFailure::Unusable { message, .. } => {
                Self::Unreachable { message }
            }
        }
    }
}
