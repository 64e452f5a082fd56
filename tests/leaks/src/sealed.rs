//! What the product's own database holds as secret, opened with its key: the last word on what must not be found elsewhere.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rusqlite::Connection;
use serde_json::Value;

use crate::Secret;

const DATABASE: &str = "switchboard.db";
const NONCE: usize = 24;
/// A data key of 32 bytes with its tag.
const WRAPPED: usize = 48;
/// What is sealed beside secrets, and is none itself: where the service is, is sealed so that nobody changes it.
const NO_SECRETS: [&str; 9] =
    ["service", "client_id", "account_id", "scopes", "api_url", "obtained_at", "expires_at", "unconfirmed", "living"];
const SECRETS: [&str; 5] = ["access", "refresh", "client_secret", "sign_in", "tokens"];
/// Those that are lists: the secrets that a connection had before.
const LISTS: [&str; 2] = ["sign_in", "tokens"];

/// The secrets of one data folder.
#[derive(Default)]
pub struct Sealed {
    /// The keys, the data keys under them and the texts under those.
    pub secrets: Vec<Secret>,
    /// What could not be opened, one line each.
    pub failed: Vec<String>,
}

/// The secrets of a data folder. `keys` are more keys than are in it, in base64. A folder without a database seals nothing.
pub fn sealed_in(home: &Path, keys: &[String]) -> Sealed {
    let mut found = Sealed::default();
    let mut texts: Vec<(PathBuf, String)> =
        keys.iter().map(|key| ("a key that was told".into(), key.clone())).collect();
    for file in ["key", "key.next"].map(|name| home.join(name)) {
        match fs::read_to_string(&file) {
            Ok(text) => texts.push((file, text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => found.failed.push(format!("{} cannot be read: {error}; a key is a file", file.display())),
        }
    }
    let mut keys = Vec::new();
    for (place, text) in texts {
        match BASE64_STANDARD.decode(text.trim()) {
            Ok(key) if key.len() == 32 => keys.push(key),
            _ => found.failed.push(format!("{} is no key: write 32 bytes in base64 there", place.display())),
        }
    }
    for key in &keys {
        found.secrets.push(("the key".to_owned(), key.clone()));
        found.secrets.push(("the key as it is written".to_owned(), BASE64_STANDARD.encode(key).into_bytes()));
    }
    match rows(home) {
        Ok(rows) => rows.iter().for_each(|row| found.open(home, &keys, row)),
        Err(why) => found.failed.push(format!(
            "the database in {} cannot be opened: {why}; a test that spoils it says so before",
            home.display()
        )),
    }
    found
}

/// A sealed secret: connection, field and bytes.
type Row = (String, String, Vec<u8>);

impl Sealed {
    fn open(&mut self, home: &Path, keys: &[Vec<u8>], (connection, field, sealed): &Row) {
        let place = format!("{field} of {connection} in {}", home.join(DATABASE).display());
        let Some((data_key, text)) = keys.iter().find_map(|key| open(key, connection, field, sealed)) else {
            let fix =
                "leave the key in the data folder, tell the search another one, or say before that it is taken away";
            self.failed.push(format!("{place} is sealed under none of {} keys: {fix}", keys.len()));
            return;
        };
        self.secrets.push((format!("the data key of {field}"), data_key));
        match serde_json::from_slice(&text) {
            Ok(text) => self.named(&place, field, &text),
            Err(_) => self.failed.push(format!("{place} holds no JSON: say in the search for secrets what it is")),
        }
    }

    /// The secrets of what was sealed, by their names.
    fn named(&mut self, place: &str, name: &str, value: &Value) {
        match value {
            _ if NO_SECRETS.contains(&name) => {}
            Value::String(text) if SECRETS.contains(&name) => {
                self.secrets.push((format!("the sealed {name}"), text.clone().into_bytes()));
            }
            Value::Array(values) if LISTS.contains(&name) => {
                values.iter().for_each(|value| self.named(place, name, value));
            }
            Value::Object(fields) => fields.iter().for_each(|(name, value)| self.named(place, name, value)),
            Value::Null => {}
            _ => self.failed.push(format!("{place} has a `{name}`: say in the search for secrets whether it is one")),
        }
    }
}

/// Every sealed row, read from a copy: looking must not change what is looked at.
fn rows(home: &Path) -> Result<Vec<Row>, String> {
    let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut copied = Vec::new();
    for entry in fs::read_dir(home).map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // The index of the journal is made from it.
        if name.starts_with(DATABASE) && !name.ends_with("-shm") {
            fs::copy(entry.path(), copy.path().join(&name)).map_err(|error| format!("{name}: {error}"))?;
            copied.push(name);
        }
    }
    if copied.is_empty() {
        return Ok(Vec::new());
    }
    if !copied.iter().any(|name| name == DATABASE) {
        return Err(format!("{} is there without {DATABASE}", copied.join(", ")));
    }
    read(&copy.path().join(DATABASE)).map_err(|error| error.to_string())
}

fn read(database: &Path) -> rusqlite::Result<Vec<Row>> {
    let database = Connection::open(database)?;
    let mut query = database.prepare("SELECT connection, field, sealed FROM secrets")?;
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
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
