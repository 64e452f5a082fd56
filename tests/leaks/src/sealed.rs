//! What the product's own database holds as secret, opened with its key: the last word on what must not be found elsewhere.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde_json::Value;
use switchboard_store::Store;

use crate::Secret;

const NONCE: usize = 24;
/// A data key of 32 bytes with its tag.
const WRAPPED: usize = 48;

/// The key of the folder, the data keys under it and the texts under those. Nothing where the database or its key was
/// taken away by the test.
pub fn secrets(home: &Path) -> Vec<Secret> {
    let mut found = Vec::new();
    let keys: Vec<Vec<u8>> = ["key", "key.next"].iter().filter_map(|name| key(&home.join(name))).collect();
    for key in &keys {
        found.push(("the key".to_owned(), key.clone()));
        found.push(("the key as it is written".to_owned(), BASE64_STANDARD.encode(key).into_bytes()));
    }
    for (connection, field, sealed) in rows(home).unwrap_or_default() {
        let Some((data_key, text)) = keys.iter().find_map(|key| open(key, &connection, &field, &sealed)) else {
            continue;
        };
        found.push((format!("the data key of {field}"), data_key));
        let text: Value = serde_json::from_slice(&text).unwrap_or_default();
        named(&text, &mut found);
    }
    found
}

fn key(file: &Path) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(fs::read_to_string(file).ok()?.trim()).ok()
}

/// Every sealed row, read from a copy: looking must not change what is looked at.
fn rows(home: &Path) -> Option<Vec<(String, String, Vec<u8>)>> {
    let copy = tempfile::tempdir().ok()?;
    let mut copied = 0;
    for entry in fs::read_dir(home).ok()?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("switchboard.db") {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).ok()?;
            copied += 1;
        }
    }
    if copied == 0 {
        return None;
    }
    let store = Store::open(copy.path()).ok()?;
    let mut rows = Vec::new();
    let connections = store.connections().ok()?.into_iter().map(|row| row.id);
    let pending = store.revocations().ok()?.into_iter().map(|pending| pending.id);
    for id in connections.chain(pending) {
        for field in ["token", "app", "revocation"] {
            if let Some(secret) = store.secret(&id, field).ok().flatten() {
                rows.push((id.clone(), field.to_owned(), secret.sealed));
            }
        }
    }
    Some(rows)
}

/// The data key and the text.
fn open(key: &[u8], connection: &str, field: &str, sealed: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (_, rest) = sealed.split_first()?;
    let (wrapped, text) = rest.split_at_checked(NONCE + WRAPPED)?;
    let data_key = decrypt(key, &format!("switchboard/2|key|{connection}|{field}"), wrapped)?;
    let text = decrypt(&data_key, &format!("switchboard/2|text|{connection}|{field}"), text)?;
    Some((data_key, text))
}

fn decrypt(key: &[u8], bound: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let key: [u8; 32] = key.try_into().ok()?;
    let (nonce, msg) = sealed.split_first_chunk::<NONCE>()?;
    XChaCha20Poly1305::new(&Key::from(key)).decrypt(&XNonce::from(*nonce), Payload { msg, aad: bound.as_bytes() }).ok()
}

/// The secret fields of what was sealed, by their names.
fn named(value: &Value, found: &mut Vec<Secret>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::String(text) if ["access", "refresh", "client_secret"].contains(&name.as_str()) => {
                found.push((format!("the sealed {name}"), text.clone().into_bytes()));
            }
            inner => named(inner, found),
        }
    }
}
