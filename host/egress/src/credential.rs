//! The bearer token, kept out of every log.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::KnownSecrets;

/// A bearer token. Zeroed when dropped; cannot be printed or serialised.
#[derive(Clone)]
pub struct Credential {
    token: SecretString,
    known: KnownSecrets,
}

impl Credential {
    /// Takes the token over.
    pub fn new(token: String) -> Self {
        let known = KnownSecrets::of([token.as_str()]);
        Self { token: SecretString::from(token), known }
    }

    /// With what is hidden in every answer to a request that carries it. `known` holds the token too, and whatever else the
    /// service was given for this account: its refresh token, the secret of its app.
    #[must_use]
    pub fn hiding(self, known: KnownSecrets) -> Self {
        Self { known, ..self }
    }

    /// What is hidden in every answer to a request that carries it.
    pub fn known(&self) -> &KnownSecrets {
        &self.known
    }

    /// Twelve hex digits that tell two credentials apart and reveal neither.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.token.expose_secret().as_bytes());
        format!("{digest:x}").chars().take(12).collect()
    }

    /// The `authorization` value, marked sensitive.
    pub(crate) fn header(&self) -> Option<http::HeaderValue> {
        let text = zeroize::Zeroizing::new(format!("Bearer {}", self.token.expose_secret()));
        let mut value = http::HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_never_printed() {
        let credential = Credential::new("s3cret-token".to_owned());
        assert_eq!(format!("{credential:?}"), "Credential(hidden)");
        assert_eq!(credential.fingerprint().len(), 12);
        assert!(credential.header().is_some_and(|value| value.is_sensitive()));
    }

    #[test]
    fn a_token_with_a_line_break_makes_no_header() {
        assert!(Credential::new("a\r\nx: y".to_owned()).header().is_none());
    }
}
