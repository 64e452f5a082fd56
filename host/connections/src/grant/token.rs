//! A token and an app as they are kept, sealed, in the store.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use switchboard_egress::{Credential, KnownSecrets};
use zeroize::Zeroizing;

use crate::grant::history::SecretHistory;

/// A token is replaced this long before it ends, or at four fifths of its life when that is short.
const MARGIN_MS: i64 = 60_000;

/// Longest scope, bytes. Zoom's have up to 70.
const MAX_SCOPE: usize = 200;
/// Most scopes of a token. An app of Zoom's can have some 1,500.
const MAX_SCOPES: usize = 5_000;

/// What the token service gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    #[serde(serialize_with = "seal", deserialize_with = "unseal")]
    pub access: SecretString,
    #[serde(serialize_with = "seal_option", deserialize_with = "unseal_option")]
    pub refresh: Option<SecretString>,
    pub obtained_at: i64,
    /// None when nobody said.
    pub expires_at: Option<i64>,
    pub scopes: Vec<String>,
    pub api_url: Option<String>,
    /// It came by a refresh, and nobody has asked yet whose it is.
    #[serde(default)]
    pub unconfirmed: bool,
    /// Hidden in answers like the token itself.
    #[serde(default)]
    pub history: SecretHistory,
}

impl Token {
    /// Whether it can be used at `now` without being replaced first. A token from the future was obtained before the
    /// clock was set back: how old it is nobody knows, so it is replaced.
    pub fn is_fresh(&self, now: i64) -> bool {
        let Some(expires_at) = self.expires_at else {
            return true;
        };
        if self.obtained_at > now + MARGIN_MS {
            return false;
        }
        let margin = MARGIN_MS.min((expires_at - self.obtained_at) / 5);
        now < expires_at - margin
    }

    /// The same token with its life counted from `now`.
    pub fn obtained_at(mut self, now: i64) -> Token {
        self.expires_at = self.expires_at.map(|end| now + (end - self.obtained_at));
        self.obtained_at = now;
        self
    }

    /// The same token without scopes that repeat a secret: its own, or one of those that were sent for it.
    pub fn with_clean_scopes(mut self, sent: &KnownSecrets) -> Token {
        let known = KnownSecrets::of(self.secrets().map(ExposeSecret::expose_secret)).and(sent);
        self.scopes.retain(|scope| scope.len() <= MAX_SCOPE && known.scrub_text(scope.clone()) == *scope);
        self.scopes.truncate(MAX_SCOPES);
        self
    }

    /// The tokens themselves.
    pub fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.access).chain(&self.refresh)
    }

    /// Everything that an answer must not show.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.tokens().chain(self.history.secrets())
    }

    /// The form in which it leaves this crate.
    pub fn credential(&self) -> Credential {
        Credential::new(self.access.expose_secret().to_owned())
    }

    /// Names the token that is sent away to be replaced, without telling it.
    pub fn rotation_hash(&self) -> String {
        let text = self.refresh.as_ref().unwrap_or(&self.access).expose_secret();
        format!("{:x}", Sha256::digest(text.as_bytes()))
    }
}

/// The app a grant was made through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppSecret {
    pub client_id: String,
    #[serde(serialize_with = "seal_option", deserialize_with = "unseal_option")]
    pub client_secret: Option<SecretString>,
    /// For tokens of a whole account.
    pub account_id: Option<String>,
}

/// The bytes the vault seals.
pub(crate) fn to_bytes<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    // Room for several tokens and a history: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    serde_json::to_writer(&mut *bytes, value)?;
    Ok(bytes)
}

fn seal<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

fn unseal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    Ok(SecretString::from(String::deserialize(deserializer)?))
}

fn seal_option<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

fn unseal_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::clock;

    pub(crate) fn token(access: &str, refresh: Option<&str>, life_ms: i64) -> Token {
        Token {
            access: access.into(),
            refresh: refresh.map(SecretString::from),
            obtained_at: clock::now(),
            expires_at: Some(clock::now() + life_ms),
            scopes: vec!["user:read".into()],
            api_url: None,
            unconfirmed: false,
            history: SecretHistory::default(),
        }
    }

    #[test]
    fn replaced_a_minute_before_its_end() {
        let mut token = token("a", None, 3_599_000);
        assert!(token.is_fresh(clock::now()));
        token.obtained_at = clock::now() - 3_540_000;
        token.expires_at = Some(token.obtained_at + 3_599_000);
        assert!(!token.is_fresh(clock::now()));
    }

    #[test]
    fn a_short_life_is_used_to_four_fifths() {
        assert!(token("a", None, 5_000).is_fresh(clock::now()));
    }

    #[test]
    fn o_25_a_clock_set_back_or_forth_makes_it_stale_and_no_worse() {
        let token = token("a", Some("b"), 3_599_000);
        let now = token.obtained_at;
        for (moved, fresh) in [(0, true), (-30_000, true), (-86_400_000, false), (86_400_000, false)] {
            assert_eq!(token.is_fresh(now + moved), fresh, "{moved}");
        }
        let again = token.obtained_at(now - 86_400_000);
        assert!(again.is_fresh(now - 86_400_000));
    }

    #[test]
    fn debug_tells_nothing() {
        let text = format!("{:?}", token("canary-access", Some("canary-refresh"), 1));
        assert!(!text.contains("canary"), "{text}");
    }
}
