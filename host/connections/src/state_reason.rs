//! Why a connection is in its state.

use std::fmt;

use switchboard_store::StateReasonRow;

use crate::TokenRefusal;

/// Why a connection is not `active`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateReason {
    /// A pasted token cannot be renewed.
    PastedTokenEnded,
    /// The service gave no refresh token.
    NotRenewable,
    /// The service refused the token.
    TokenRefused(TokenRefusal),
    /// The service refused the token, after the answer to an earlier refresh, which held its successor, was lost.
    AnswerLost(TokenRefusal),
    /// The service answered a refresh with a token of another user.
    AnotherUser {
        /// Who it was.
        user: String,
    },
    /// The account removed the app.
    AppRemoved,
    /// The same account was connected again.
    ReplacedBy {
        /// The name of the connection that took the place.
        label: String,
    },
    /// An earlier version kept these words.
    Other {
        /// The words.
        text: String,
    },
}

/// The names of the kinds in the database.
mod kind {
    pub const PASTED_TOKEN_ENDED: &str = "pasted-token-ended";
    pub const NOT_RENEWABLE: &str = "not-renewable";
    pub const TOKEN_REFUSED: &str = "token-refused";
    pub const ANSWER_LOST: &str = "answer-lost";
    pub const ANOTHER_USER: &str = "another-user";
    pub const APP_REMOVED: &str = "app-removed";
    pub const REPLACED: &str = "replaced";
    pub const OTHER: &str = "other";
}

impl StateReason {
    /// What the token service refused the token with.
    pub fn refusal(&self) -> Option<&TokenRefusal> {
        match self {
            Self::TokenRefused(refusal) | Self::AnswerLost(refusal) => Some(refusal),
            _ => None,
        }
    }

    pub(crate) fn to_row(&self) -> StateReasonRow {
        let refused = |kind: &str, refusal: &TokenRefusal| StateReasonRow {
            kind: kind.to_owned(),
            subject: None,
            token_error: refusal.error.clone(),
            token_code: refusal.code.clone(),
            token_message: refusal.reason.clone(),
            token_status: Some(refusal.status),
        };
        let plain = |kind: &str| StateReasonRow { kind: kind.to_owned(), ..StateReasonRow::default() };
        match self {
            Self::PastedTokenEnded => plain(kind::PASTED_TOKEN_ENDED),
            Self::NotRenewable => plain(kind::NOT_RENEWABLE),
            Self::TokenRefused(refusal) => refused(kind::TOKEN_REFUSED, refusal),
            Self::AnswerLost(refusal) => refused(kind::ANSWER_LOST, refusal),
            Self::AnotherUser { user } => StateReasonRow::about(kind::ANOTHER_USER, user),
            Self::AppRemoved => plain(kind::APP_REMOVED),
            Self::ReplacedBy { label } => StateReasonRow::about(kind::REPLACED, label),
            Self::Other { text } => StateReasonRow::about(kind::OTHER, text),
        }
    }
}

impl From<StateReasonRow> for StateReason {
    fn from(row: StateReasonRow) -> StateReason {
        let subject = row.subject.unwrap_or_default();
        let refusal = TokenRefusal {
            error: row.token_error,
            reason: row.token_message,
            code: row.token_code,
            status: row.token_status.unwrap_or_default(),
        };
        match row.kind.as_str() {
            kind::PASTED_TOKEN_ENDED => Self::PastedTokenEnded,
            kind::NOT_RENEWABLE => Self::NotRenewable,
            kind::TOKEN_REFUSED => Self::TokenRefused(refusal),
            kind::ANSWER_LOST => Self::AnswerLost(refusal),
            kind::ANOTHER_USER => Self::AnotherUser { user: subject },
            kind::APP_REMOVED => Self::AppRemoved,
            kind::REPLACED => Self::ReplacedBy { label: subject },
            _ if subject.is_empty() => Self::Other { text: row.kind.clone() },
            _ => Self::Other { text: subject },
        }
    }
}

impl fmt::Display for StateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PastedTokenEnded => f.write_str("the pasted token has ended; paste a new one"),
            Self::NotRenewable => f.write_str("the service gave no way to renew its token"),
            Self::TokenRefused(refusal) => write!(f, "the service no longer accepts the token: {refusal}"),
            Self::AnswerLost(refusal) => write!(
                f,
                "the answer to an earlier refresh was lost, and the old token is no longer accepted: {refusal}"
            ),
            Self::AnotherUser { user } => {
                write!(f, "the service answered a refresh with a token of another user, {user}; it was not used")
            }
            Self::AppRemoved => f.write_str("the account removed the app at the service"),
            Self::ReplacedBy { label } => write!(f, "the same account was connected again as `{label}`"),
            Self::Other { text } => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_comes_back_from_its_columns() {
        let refusal = |error: Option<&str>| TokenRefusal {
            error: error.map(str::to_owned),
            reason: Some("Invalid Token! (4,741)".into()),
            code: Some("12".into()),
            status: 400,
        };
        for reason in [
            StateReason::PastedTokenEnded,
            StateReason::NotRenewable,
            StateReason::TokenRefused(refusal(Some("invalid_grant"))),
            StateReason::AnswerLost(refusal(None)),
            StateReason::AnotherUser { user: "eve@example.com".into() },
            StateReason::AppRemoved,
            StateReason::ReplacedBy { label: "new".into() },
            StateReason::Other { text: "words".into() },
        ] {
            assert_eq!(StateReason::from(reason.to_row()), reason);
        }
    }
}
