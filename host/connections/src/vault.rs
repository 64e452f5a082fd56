//! Secrets at rest: XChaCha20-Poly1305 for each field, bound to its connection and its name.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use switchboard_store::Store;
use zeroize::Zeroizing;

use crate::ConnectionsError;
use crate::key::KeySource;
use crate::token::{hex, to_bytes};

/// Name under which the database keeps the fingerprint of its key.
const FINGERPRINT: &str = "vault.key";
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals and opens the secrets of one database.
#[derive(Clone)]
pub struct Vault {
    cipher: Arc<XChaCha20Poly1305>,
}

impl Vault {
    /// Opens with the database's key. Only a database without secrets gets a new key; any other key than the one the
    /// database was begun with is refused.
    pub fn open(store: &Store, source: KeySource) -> Result<Vault, ConnectionsError> {
        let known = store.get_meta(FINGERPRINT)?;
        let key = match known.is_some() || store.has_secrets()? {
            true => source.load()?,
            false => source.load_or_make()?,
        };
        let found = fingerprint(&*key);
        let expected = store.claim_meta(FINGERPRINT, &found)?;
        if expected != found {
            return Err(ConnectionsError::KeyWrong { source_name: source.name(), expected, found });
        }
        Ok(Vault { cipher: Arc::new(XChaCha20Poly1305::new(&Key::from(*key))) })
    }

    /// Seals a value for one field of one connection.
    pub(crate) fn seal<T: Serialize>(
        &self,
        connection: &str,
        field: &'static str,
        value: &T,
    ) -> Result<Vec<u8>, ConnectionsError> {
        let damaged = || damaged(connection, field);
        let plain = to_bytes(value).map_err(|_| damaged())?;
        let mut nonce = [0u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let bound = bound(connection, field);
        let payload = Payload { msg: &plain, aad: bound.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| damaged())?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what was sealed for this field of this connection.
    pub(crate) fn unseal<T: DeserializeOwned>(
        &self,
        connection: &str,
        field: &'static str,
        sealed: &[u8],
    ) -> Result<T, ConnectionsError> {
        let damaged = || damaged(connection, field);
        let (version, rest) = sealed.split_first().ok_or_else(damaged)?;
        let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(damaged());
        }
        let bound = bound(connection, field);
        let payload = Payload { msg, aad: bound.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| damaged())?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

fn bound(connection: &str, field: &str) -> String {
    format!("switchboard/{VERSION}|{connection}|{field}")
}

fn damaged(connection: &str, field: &'static str) -> ConnectionsError {
    ConnectionsError::SecretDamaged { connection: connection.to_owned(), field }
}

fn fingerprint(key: &[u8]) -> String {
    let mut hash = Sha256::new_with_prefix(b"switchboard vault key\0");
    hash.update(key);
    hex(&hash.finalize()).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Token, tests::token};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn open(dir: &std::path::Path) -> Result<Vault, ConnectionsError> {
        Vault::open(&Store::open(dir).unwrap(), KeySource::File(dir.join("key")))
    }

    #[test]
    fn what_was_sealed_opens_only_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let vault = open(dir.path()).unwrap();
        let sealed = vault.seal("c1", "token", &"hello").unwrap();
        assert_eq!(vault.unseal::<String>("c1", "token", &sealed).unwrap(), "hello");
        assert!(vault.unseal::<String>("c2", "token", &sealed).is_err());
        assert!(vault.unseal::<String>("c1", "app", &sealed).is_err());
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(vault.unseal::<String>("c1", "token", &changed).is_err(), "{position}");
        }
        assert!(vault.unseal::<String>("c1", "token", &sealed[..20]).is_err());
    }

    #[test]
    fn the_key_file_is_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let file = dir.path().join("key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(open(dir.path()).unwrap_err().code(), "key-exposed");
    }

    #[test]
    fn a_missing_key_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        fs::remove_file(dir.path().join("key")).unwrap();
        assert_eq!(open(dir.path()).unwrap_err().code(), "key-missing");
        assert!(!dir.path().join("key").exists());
    }

    #[test]
    fn another_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let other = tempfile::tempdir().unwrap();
        open(other.path()).unwrap();
        fs::copy(other.path().join("key"), dir.path().join("key")).unwrap();
        assert_eq!(open(dir.path()).unwrap_err().code(), "key-wrong");
        fs::write(dir.path().join("key"), "short").unwrap();
        assert_eq!(open(dir.path()).unwrap_err().code(), "key-invalid");
    }

    #[test]
    fn an_unset_variable_is_a_missing_key() {
        let store = Store::in_memory().unwrap();
        let error = Vault::open(&store, KeySource::Env("SWITCHBOARD_TEST_UNSET".into())).unwrap_err();
        assert_eq!(error.code(), "key-missing");
    }

    #[test]
    fn tokens_come_back_whole() {
        let dir = tempfile::tempdir().unwrap();
        let vault = open(dir.path()).unwrap();
        let sealed = vault.seal("c1", "token", &token("abc", Some("def"), 1_000)).unwrap();
        let back: Token = vault.unseal("c1", "token", &sealed).unwrap();
        assert_eq!(back.credential().fingerprint(), token("abc", None, 1).credential().fingerprint());
        assert!(back.refresh.is_some());
    }
}
