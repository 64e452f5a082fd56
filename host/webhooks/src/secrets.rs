//! What an app's deliveries are signed with.

use secrecy::{ExposeSecret, SecretString};

use crate::Refusal;

/// The secrets that the deliveries of one app may be signed with: the one it has, and for a while the one it had.
#[derive(Clone, Debug)]
pub struct SigningSecrets {
    pub(crate) app: String,
    pub(crate) secrets: Vec<SecretString>,
}

impl SigningSecrets {
    /// `app` is the client id that the service knows the app by: a message signed with these secrets speaks for no other.
    ///
    /// # Errors
    /// [`Refusal::NoSecret`] without one, and for one that is empty: with that anybody can sign.
    pub fn new(app: &str, secrets: impl IntoIterator<Item = SecretString>) -> Result<Self, Refusal> {
        let secrets: Vec<SecretString> = secrets.into_iter().collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.expose_secret().trim().is_empty()) {
            return Err(Refusal::NoSecret);
        }
        Ok(Self { app: app.to_owned(), secrets })
    }
}
