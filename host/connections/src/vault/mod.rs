//! Secrets at rest. Each record has a data key of its own; the data keys are wrapped by the vault's key. Both layers
//! are XChaCha20-Poly1305, bound to the record's row and name: what was moved or changed does not open.

pub(crate) mod key;
pub(crate) mod keyring;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use switchboard_store::{FileLock, Store};
use zeroize::Zeroizing;

use crate::ConnectionsError;
use crate::grant::token::to_bytes;
use crate::procfs;
use crate::vault::key::KeySource;

/// Name under which the database keeps the fingerprint of its key.
const FINGERPRINT: &str = "vault.key";
/// Whoever seals shares this lock; whoever changes the key has it alone.
const LOCK: &str = "vault";
const PATIENCE: Duration = Duration::from_secs(3);

/// Version 2: version, nonce and wrapped data key, nonce and sealed text.
const VERSION: u8 = 2;
/// Version 1 was sealed with the vault's key itself. It is read, and written anew when the key is changed.
const DIRECT: u8 = 1;
const NONCE: usize = 24;
/// A key of 32 bytes and a tag of 16.
const WRAPPED: usize = 48;

/// Seals and opens the secrets of one database.
#[derive(Clone)]
pub struct Vault {
    kek: Arc<XChaCha20Poly1305>,
    // The key is not changed while somebody seals with it.
    _lock: Arc<FileLock>,
}

/// What can be said of a key without telling it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReport {
    /// Tells one key from another. It is kept in the database.
    pub fingerprint: String,
    /// Where it came from.
    pub source: String,
    /// How many secrets are sealed with it.
    pub secrets: u64,
}

impl Vault {
    /// Opens with the database's key. Only a database without secrets gets a new key; any other key than the one the
    /// database was begun with is refused.
    pub fn open(store: &Store, source: KeySource) -> Result<Vault, ConnectionsError> {
        if store.get_meta(FINGERPRINT)?.is_none() {
            // two that begin at the same moment must not make a key each
            let _alone = lock(store, LockMode::Exclusive)?;
            find(store, &source)?;
        }
        let lock = lock(store, LockMode::Shared)?;
        let (key, _) = find(store, &source)?;
        Ok(Vault { kek: Arc::new(cipher(&key)), _lock: Arc::new(lock) })
    }

    /// The same on a thread with timers and sockets, which waits for nothing but a read of the key: what waits does so on the store's
    /// own thread.
    pub async fn open_soon(store: &Store, source: KeySource) -> Result<Vault, ConnectionsError> {
        if let KeySource::File(_) = source
            && let Some(expected) = store.get_meta(FINGERPRINT)?
            && let Some(lock) = store.lock_file(LOCK, true)?
            && let Ok(Some(key)) = source.load()
            && expected == fingerprint(&*key)
        {
            return Ok(Vault { kek: Arc::new(cipher(&key)), _lock: Arc::new(lock) });
        }
        let of = store.clone();
        store.call(move || Vault::open(&of, source)).await
    }

    /// Which key the database's secrets are sealed with. It is looked for and checked as in [`Vault::open`].
    pub fn report(store: &Store, source: &KeySource) -> Result<KeyReport, ConnectionsError> {
        let _lock = lock(store, LockMode::Shared)?;
        let (key, used) = find(store, source)?;
        Ok(KeyReport { fingerprint: fingerprint(&*key), source: used.name(), secrets: store.count_secrets()? })
    }

    /// Changes the key. The new one is on disk before a secret is sealed with it, all secrets change in one step, and
    /// the old one goes last: killed at any point, the database opens with the key that counts.
    ///
    /// A variable's new key is read from the variable with `_NEXT` behind its name.
    pub fn rotate(store: &Store, source: &KeySource) -> Result<KeyReport, ConnectionsError> {
        let _lock = lock(store, LockMode::Exclusive)?;
        let (old, used) = find(store, source)?;
        let next = source.next();
        // After a change of a variable that was not set anew: the next place has the key that counts.
        if matches!(source, KeySource::Env(_)) && used.name() == next.name() {
            return Err(ConnectionsError::KeyNextMissing { source_name: source.name() });
        }
        source.clear_next()?;
        next.make()?;
        let missing = || ConnectionsError::KeyNextMissing { source_name: next.name() };
        let new = next.load()?.ok_or_else(missing)?;
        let (old_print, new_print) = (fingerprint(&*old), fingerprint(&*new));
        if old_print == new_print {
            return Err(missing());
        }
        let (old, kek) = (cipher(&old), cipher(&new));
        let resealed = store.reseal(FINGERPRINT, &old_print, &new_print, |connection, field, sealed| {
            rewrap(&old, &kek, connection, field, sealed)
                .ok_or_else(|| ConnectionsError::SecretDamaged { connection: connection.to_owned(), field: "secret" })
        })?;
        if resealed.is_none() {
            return Err(busy(store));
        }
        // The journal still has what the old key opens.
        let _ = store.fold_journal();
        source.promote_next()?;
        let source = if matches!(source, KeySource::Env(_)) { next.name() } else { source.name() };
        Ok(KeyReport { fingerprint: new_print, source, secrets: store.count_secrets()? })
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
        let mut data_key = Zeroizing::new([0u8; 32]);
        rand::rng().fill_bytes(&mut *data_key);
        let mut out = vec![VERSION];
        out.extend(encrypt(&self.kek, &bound("key", connection, field), &*data_key).ok_or_else(damaged)?);
        out.extend(encrypt(&cipher(&data_key), &bound("text", connection, field), &plain).ok_or_else(damaged)?);
        Ok(out)
    }

    /// Opens what was sealed for this field of this connection.
    pub(crate) fn unseal<T: DeserializeOwned>(
        &self,
        connection: &str,
        field: &'static str,
        sealed: &[u8],
    ) -> Result<T, ConnectionsError> {
        let plain = open(&self.kek, connection, field, sealed).ok_or_else(|| damaged(connection, field))?;
        serde_json::from_slice(&plain).map_err(|_| damaged(connection, field))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LockMode {
    Shared,
    Exclusive,
}

fn lock(store: &Store, mode: LockMode) -> Result<FileLock, ConnectionsError> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match store.lock_file(LOCK, mode == LockMode::Shared)? {
            Some(lock) => return Ok(lock),
            None if Instant::now() > give_up => return Err(busy(store)),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn busy(store: &Store) -> ConnectionsError {
    let holder = store.lock_path(LOCK).ok().flatten().and_then(|file| procfs::of_file(&file));
    ConnectionsError::KeyBusy { holder }
}

/// The key that counts, and where it was. A change of the key that was interrupted is brought to its end here.
fn find(store: &Store, source: &KeySource) -> Result<(key::Key, KeySource), ConnectionsError> {
    let known = store.get_meta(FINGERPRINT)?;
    let next = source.next();
    let first = match known.is_some() || store.has_secrets()? {
        true => source.load(),
        false => source.load_or_make(),
    };
    let found = match (&known, first) {
        (None, first) => {
            let key = first?.ok_or_else(|| missing("unknown", source, &next))?;
            let expected = store.claim_meta(FINGERPRINT, &fingerprint(&*key))?;
            return match expected == fingerprint(&*key) {
                true => Ok((key, source.clone())),
                false => Err(wrong(source, expected, &key)),
            };
        }
        (Some(expected), Ok(Some(key))) if *expected == fingerprint(&*key) => return Ok((key, source.clone())),
        (Some(_), first) => first,
    };
    let expected = known.unwrap_or_default();
    match next.load() {
        Ok(Some(key)) if expected == fingerprint(&*key) => {
            source.promote_next()?;
            let place = if matches!(source, KeySource::Env(_)) { next } else { source.clone() };
            Ok((key, place))
        }
        _ => match found? {
            Some(key) => Err(wrong(source, expected, &key)),
            None => Err(missing(&expected, source, &next)),
        },
    }
}

fn missing(expected: &str, source: &KeySource, next: &KeySource) -> ConnectionsError {
    let wanted = format!("{} and {}", source.name(), next.name());
    ConnectionsError::KeyMissing { expected: expected.to_owned(), wanted }
}

fn wrong(source: &KeySource, expected: String, key: &key::Key) -> ConnectionsError {
    ConnectionsError::KeyWrong { source_name: source.name(), expected, found: fingerprint(&**key) }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

fn encrypt(cipher: &XChaCha20Poly1305, bound: &str, msg: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0u8; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad: bound.as_bytes() }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn decrypt(cipher: &XChaCha20Poly1305, bound: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, msg) = sealed.split_first_chunk::<NONCE>()?;
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad: bound.as_bytes() }).ok().map(Zeroizing::new)
}

fn open(kek: &XChaCha20Poly1305, connection: &str, field: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    match sealed.split_first()? {
        (&VERSION, rest) => {
            let (wrapped, text) = rest.split_at_checked(NONCE + WRAPPED)?;
            let data_key = decrypt(kek, &bound("key", connection, field), wrapped)?;
            let data_key: Zeroizing<[u8; 32]> = Zeroizing::new(data_key.as_slice().try_into().ok()?);
            decrypt(&cipher(&data_key), &bound("text", connection, field), text)
        }
        (&DIRECT, rest) => decrypt(kek, &format!("switchboard/{DIRECT}|{connection}|{field}"), rest),
        _ => None,
    }
}

/// The same text under another key: only the data key is sealed anew.
fn rewrap(
    old: &XChaCha20Poly1305,
    new: &XChaCha20Poly1305,
    connection: &str,
    field: &str,
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let bound_key = bound("key", connection, field);
    let mut out = vec![VERSION];
    match sealed.split_first()? {
        (&VERSION, rest) => {
            let (wrapped, text) = rest.split_at_checked(NONCE + WRAPPED)?;
            let data_key = decrypt(old, &bound_key, wrapped)?;
            out.extend(encrypt(new, &bound_key, &data_key)?);
            out.extend_from_slice(text);
        }
        _ => {
            let plain = open(old, connection, field, sealed)?;
            let mut data_key = Zeroizing::new([0u8; 32]);
            rand::rng().fill_bytes(&mut *data_key);
            out.extend(encrypt(new, &bound_key, &*data_key)?);
            out.extend(encrypt(&cipher(&data_key), &bound("text", connection, field), &plain)?);
        }
    }
    Some(out)
}

fn bound(what: &str, connection: &str, field: &str) -> String {
    format!("switchboard/{VERSION}|{what}|{connection}|{field}")
}

fn damaged(connection: &str, field: &'static str) -> ConnectionsError {
    ConnectionsError::SecretDamaged { connection: connection.to_owned(), field }
}

fn fingerprint(key: &[u8]) -> String {
    let mut hash = Sha256::new_with_prefix(b"switchboard vault key\0");
    hash.update(key);
    format!("{:x}", hash.finalize()).chars().take(16).collect()
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
