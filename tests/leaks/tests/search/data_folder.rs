//! What cannot be opened of a data folder fails the search; what was sealed there is looked for.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rusqlite::Connection;
use switchboard_leaks::{Home, Sealed, sealed_in};

use crate::{SECRET, says};

const KEY: [u8; 32] = [7; 32];
const DATA_KEY: [u8; 32] = [9; 32];

fn encrypt(key: [u8; 32], bound: &str, msg: &[u8]) -> Vec<u8> {
    let nonce = [3; 24];
    let payload = Payload { msg, aad: bound.as_bytes() };
    let sealed = XChaCha20Poly1305::new(&Key::from(key)).encrypt(&XNonce::from(nonce), payload).unwrap();
    [nonce.as_slice(), &sealed].concat()
}

fn seal(field: &str, text: &str) -> Vec<u8> {
    let wrapped = encrypt(KEY, &format!("switchboard/2|key|c-1|{field}"), &DATA_KEY);
    let text = encrypt(DATA_KEY, &format!("switchboard/2|text|c-1|{field}"), text.as_bytes());
    [&[2], wrapped.as_slice(), &text].concat()
}

fn database(folder: &Path, rows: &[(&str, Vec<u8>)]) {
    let database = Connection::open(folder.join("switchboard.db")).unwrap();
    database.execute_batch("CREATE TABLE secrets (connection TEXT, field TEXT, sealed BLOB)").unwrap();
    for (field, sealed) in rows {
        database.execute("INSERT INTO secrets VALUES ('c-1', ?1, ?2)", (field, sealed)).unwrap();
    }
}

fn key(folder: &Path) {
    fs::write(folder.join("key"), BASE64_STANDARD.encode(KEY)).unwrap();
}

fn sealed(prepare: impl FnOnce(&Path)) -> Sealed {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    sealed_in(folder.path(), &[])
}

#[test]
fn whatever_is_sealed_is_looked_for() {
    let token = format!(r#"{{"access":{:?},"refresh":null,"scopes":["a"],"expires_at":1}}"#, "an-access-token-12");
    let job = r#"{"service":{"api_base":"https://a"},"app":{"client_id":"c","client_secret":"an-app-secret-12"},"token":null}"#;
    let found = sealed(|folder| {
        key(folder);
        database(folder, &[("token", seal("token", &token)), ("revocation", seal("revocation", job))]);
    });
    assert_eq!(found.failed, Vec::<String>::new());
    for secret in
        [&b"an-access-token-12"[..], b"an-app-secret-12", &KEY, &DATA_KEY, BASE64_STANDARD.encode(KEY).as_bytes()]
    {
        assert!(found.secrets.iter().any(|(_, known)| known == secret), "{secret:?}");
    }
}

#[test]
fn a_folder_without_a_database_seals_nothing_and_a_missing_folder_is_a_failure() {
    let empty = sealed(|_| ());
    assert!(empty.secrets.is_empty() && empty.failed.is_empty(), "{:?}", empty.failed);
    says(
        &sealed_in(Path::new("/nowhere/at/all"), &[]).failed,
        &["/nowhere/at/all", "cannot be opened", "No such file"],
    );
}

#[test]
fn a_database_that_cannot_be_opened_is_a_failure() {
    let bytes = sealed(|folder| fs::write(folder.join("switchboard.db"), [0x55; 8192]).unwrap());
    says(&bytes.failed, &["the database in", "not a database", "says so before"]);
    let folder = sealed(|folder| fs::create_dir(folder.join("switchboard.db")).unwrap());
    says(&folder.failed, &["the database in", "switchboard.db"]);
    let other = sealed(|folder| {
        drop(Connection::open(folder.join("switchboard.db")).unwrap().execute_batch("CREATE TABLE a (b)"))
    });
    says(&other.failed, &["no such table: secrets"]);
    let journal = sealed(|folder| fs::write(folder.join("switchboard.db-wal"), "x").unwrap());
    says(&journal.failed, &["switchboard.db-wal is there without switchboard.db"]);
    let row = sealed(|folder| {
        database(folder, &[]);
        let database = Connection::open(folder.join("switchboard.db")).unwrap();
        database.execute("INSERT INTO secrets VALUES ('c-1', 'token', 5)", ()).unwrap();
    });
    says(&row.failed, &["the database in", "sealed"]);
}

#[test]
fn what_no_key_opens_is_a_failure() {
    let rows = [("token", seal("token", "{}"))];
    let none = sealed(|folder| database(folder, &rows));
    says(&none.failed, &["token of c-1", "under none of 0 keys", "leave the key in the data folder"]);
    let other = sealed(|folder| {
        fs::write(folder.join("key"), BASE64_STANDARD.encode([8; 32])).unwrap();
        database(folder, &rows);
    });
    says(&other.failed, &["token of c-1", "under none of 1 keys"]);
    let moved = sealed(|folder| {
        key(folder);
        database(folder, &[("app", seal("token", "{}"))]);
    });
    says(&moved.failed, &["app of c-1"]);
    let garbage = sealed(|folder| fs::write(folder.join("key.next"), "no key").unwrap());
    says(&garbage.failed, &["key.next is no key", "32 bytes in base64"]);
    let folder = sealed(|folder| fs::create_dir(folder.join("key")).unwrap());
    says(&folder.failed, &["key cannot be read", "directory"]);
}

#[test]
fn what_the_search_does_not_know_of_a_sealed_text_is_a_failure() {
    for (text, words) in [
        (r#"{"access":"an-access-token-12","verifier":"x"}"#, ["token of c-1", "`verifier`"]),
        (r#"{"access":["an-access-token-12"]}"#, ["token of c-1", "`access`"]),
        ("no JSON", ["token of c-1", "no JSON"]),
    ] {
        let found = sealed(|folder| {
            key(folder);
            database(folder, &[("token", seal("token", text))]);
        });
        says(&found.failed, &words);
    }
}

#[test]
fn what_a_test_takes_away_is_remembered_and_a_key_from_elsewhere_opens() {
    let home = Home::new();
    key(home.path());
    database(home.path(), &[("app", seal("app", &format!(r#"{{"client_secret":{SECRET:?}}}"#)))]);
    home.spoils(home.path());
    fs::remove_file(home.path().join("key")).unwrap();
    assert_eq!(home.leaks(), Vec::<String>::new());
    fs::write(home.path().join("notes"), SECRET).unwrap();
    says(&home.leaks(), &["notes shows the sealed client_secret"]);
    fs::remove_file(home.path().join("notes")).unwrap();

    let home = Home::new();
    database(home.path(), &[("app", seal("app", r#"{"client_secret":"an-app-secret-12"}"#))]);
    home.opens_with("the key in the keyring", &BASE64_STANDARD.encode(KEY));
    assert_eq!(home.leaks(), Vec::<String>::new());
    assert!(home.secrets().iter().any(|(_, secret)| secret == b"an-app-secret-12"));

    let home = Home::new();
    home.add_secret("the canary", SECRET);
    let inner = home.path().join("inner");
    fs::create_dir(&inner).unwrap();
    key(&inner);
    database(&inner, &[("app", seal("app", r#"{"client_secret":"an-app-secret-12"}"#))]);
    home.contains(inner.clone());
    assert!(home.secrets().iter().any(|(_, secret)| secret == b"an-app-secret-12"));
    says(&home.leaks(), &["inner/key can be read by others"]);
    fs::remove_file(inner.join("key")).unwrap();
    says(&home.leaks(), &["app of c-1", "inner"]);
    home.spoils(&inner);
}
