//! What a token service says no with.

use serde::{Deserialize, Serialize};

/// A refusal of a token service, in its own terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRefusal {
    /// The code of the OAuth standard: `invalid_grant`.
    pub error: Option<String>,
    /// Its words.
    pub reason: Option<String>,
    /// A code of its own beside the words.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: u16,
}

impl TokenRefusal {
    /// The code of the standard, or else the status.
    pub fn name(&self) -> String {
        self.error.clone().unwrap_or_else(|| format!("status {}", self.status))
    }

    /// Its words, or that there are none.
    pub fn reason(&self) -> String {
        self.reason.clone().unwrap_or_else(|| "no reason given".to_owned())
    }

    /// The service's own number: at the end of its words, as `(4,717)`, or beside them.
    pub fn number(&self) -> Option<String> {
        self.reason.as_deref().and_then(number_in).or_else(|| self.code.clone())
    }
}

impl std::fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " {code}"))?;
        write!(f, " ({})", self.reason())
    }
}

/// The number in the words of a service, or on its page: the last one in brackets, as `(4,717)`.
pub fn number_in(words: &str) -> Option<String> {
    let inside = |part: &str| Some(part.split_once(')')?.0.replace([',', '.'], ""));
    let digits = |inside: &String| !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
    words.rsplit('(').filter_map(inside).find(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_the_last_one_in_brackets() {
        for (words, found) in [
            ("The app has been disabled (4,717)", Some("4717")),
            ("Invalid redirect (see help) (4.700)", Some("4700")),
            ("Invalid client_id or client_secret", None),
            ("of user (ada)", None),
            ("()", None),
            ("invalid_client (The app has been disabled (4,717)); check the app (and more)", Some("4717")),
        ] {
            assert_eq!(number_in(words).as_deref(), found, "{words}");
        }
    }
}
