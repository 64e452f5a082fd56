//! Why a delivery is not believed.

/// Why a delivery is not believed. Never holds the signature that would have been right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A header that proves it is not there.
    #[error("it has no header `{name}`")]
    HeaderMissing { name: String },
    /// Of two headers nobody knows which one the service meant.
    #[error("it has the header `{name}` more than once")]
    HeaderTwice { name: String },
    /// The time is no plain number.
    #[error("the timestamp `{found}` is not a number of seconds")]
    TimeUnreadable { found: String },
    /// The time is not in the unit that was signed.
    #[error("the timestamp `{found}` is in milliseconds, but the service sends seconds")]
    TimeInMilliseconds { found: i64 },
    /// The signature has not the form of the service's.
    #[error("its signature cannot be read")]
    SignatureUnreadable,
    /// It was signed with another secret, or changed on its way.
    #[error("its signature is wrong")]
    Forged,
    /// The secret is right, the time is not.
    #[error("the timestamp is more than five minutes old or ahead")]
    OutOfTime {
        /// When it was signed, seconds since 1970.
        sent_s: i64,
    },
    /// The same signed message came in before. A service that sends again signs anew.
    #[error("it was received before")]
    Replayed,
    /// Whether it came in before cannot be known now. Whoever answers a 5xx gets it again.
    #[error("cannot check whether it was received before: {why}")]
    ReplaysUnknown { why: String },
    /// Signed, but nothing to read.
    #[error("its body cannot be read as JSON: {why}")]
    NotJson { why: String },
    /// Without a secret, or with an empty one, anybody could sign.
    #[error("no webhook secret is set")]
    NoSecret,
}

impl Refusal {
    /// The stable name of the mistake.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ReplaysUnknown { .. } => "unavailable",
            _ => "event-refused",
        }
    }
}
