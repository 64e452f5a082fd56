use super::{FINGERPRINT, LOCK, Store, Vault};
use crate::grant::token::{Token, tests::token};
use crate::{ConnectionsError, KeySource};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

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
fn draft_of_a_killed_start_blocks_no_later_start() {
    let dir = tempfile::tempdir().unwrap();
    let draft = dir.path().join(format!("key.{}.tmp", std::process::id()));
    fs::write(&draft, "half a k").unwrap();
    open(dir.path()).unwrap();
    assert!(dir.path().join("key").exists() && !draft.exists());
}

#[tokio::test]
async fn timers_go_on_while_the_key_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = (Store::open(dir.path()).unwrap(), KeySource::File(dir.path().join("key")));
    Vault::open(&store, source.clone()).unwrap();
    let change = store.lock_file(LOCK, false).unwrap();
    let short = Duration::from_millis(100);
    assert!(tokio::time::timeout(short, Vault::open_soon(&store, source.clone())).await.is_err());
    drop(change);
    Vault::open_soon(&store, source).await.unwrap();
}

#[tokio::test]
async fn another_key_is_refused_at_once_too() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = (Store::open(dir.path()).unwrap(), KeySource::File(dir.path().join("key")));
    Vault::open_soon(&store, source.clone()).await.unwrap();
    fs::remove_file(dir.path().join("key")).unwrap();
    let other = tempfile::tempdir().unwrap();
    open(other.path()).unwrap();
    fs::copy(other.path().join("key"), dir.path().join("key")).unwrap();
    let refused = Vault::open_soon(&store, source).await;
    assert!(matches!(refused, Err(ConnectionsError::KeyWrong { .. })), "{refused:?}");
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
fn s_08_a_missing_key_is_told_with_its_fingerprint_and_every_place() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).unwrap();
    let expected = Store::open(dir.path()).unwrap().get_meta(FINGERPRINT).unwrap().unwrap();
    fs::remove_file(dir.path().join("key")).unwrap();
    let text = open(dir.path()).unwrap_err().to_string();
    for part in [expected.as_str(), "/key and ", "/key.next"] {
        assert!(text.contains(part), "{part} in {text}");
    }
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

const SECRETS: [(&str, &str); 3] = [("c1", "token"), ("c1", "app"), ("c2", "token")];

/// A folder with three secrets, sealed and closed.
fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let vault = open(dir.path()).unwrap();
    for (connection, field) in SECRETS {
        store.put_secret(connection, field, &vault.seal(connection, field, &"canary").unwrap(), 1).unwrap();
    }
    dir
}

fn all_readable(dir: &std::path::Path) {
    let store = Store::open(dir).unwrap();
    let vault = open(dir).unwrap();
    for (connection, field) in SECRETS {
        let sealed = store.secret(connection, field).unwrap().unwrap().sealed;
        assert_eq!(vault.unseal::<String>(connection, field, &sealed).unwrap(), "canary");
    }
    assert!(!dir.join("key.next").exists() || dir.join("key").exists());
}

fn rotate(dir: &std::path::Path) -> Result<super::KeyReport, ConnectionsError> {
    Vault::rotate(&Store::open(dir).unwrap(), &KeySource::File(dir.join("key")))
}

#[test]
fn s_07_the_key_changes_and_the_old_one_opens_nothing() {
    let dir = filled();
    let old = fs::read(dir.path().join("key")).unwrap();
    let report = rotate(dir.path()).unwrap();
    assert_eq!(report.secrets, 3);
    all_readable(dir.path());
    assert!(!dir.path().join("key.next").exists());
    let new = fs::read(dir.path().join("key")).unwrap();
    assert_ne!(old, new);
    assert_eq!(fs::metadata(dir.path().join("key")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(dir.path().join("key"), &old).unwrap();
    assert_eq!(open(dir.path()).unwrap_err().code(), "key-wrong");
}

#[test]
fn s_07_killed_before_the_secrets_changed() {
    let dir = filled();
    // The next key is there, and no secret is sealed with it.
    KeySource::File(dir.path().join("key.next")).make().unwrap();
    fs::write(dir.path().join("key.4711.tmp"), "a draft of a killed process").unwrap();
    all_readable(dir.path());
    rotate(dir.path()).unwrap();
    assert!(!dir.path().join("key.4711.tmp").exists());
    all_readable(dir.path());
}

#[test]
fn s_07_killed_before_the_new_key_was_in_its_place() {
    let dir = filled();
    let old = fs::read(dir.path().join("key")).unwrap();
    rotate(dir.path()).unwrap();
    fs::rename(dir.path().join("key"), dir.path().join("key.next")).unwrap();
    fs::write(dir.path().join("key"), &old).unwrap();
    fs::set_permissions(dir.path().join("key"), fs::Permissions::from_mode(0o600)).unwrap();
    all_readable(dir.path());
    assert!(!dir.path().join("key.next").exists(), "brought to its end");
    all_readable(dir.path());
}

#[test]
fn the_key_is_not_changed_under_somebody_who_seals() {
    let dir = filled();
    let vault = open(dir.path()).unwrap();
    assert_eq!(rotate(dir.path()).unwrap_err().code(), "key-busy");
    drop(vault);
    rotate(dir.path()).unwrap();
    all_readable(dir.path());
}

#[test]
fn what_an_earlier_version_sealed_is_read_and_sealed_anew() {
    let dir = filled();
    let store = Store::open(dir.path()).unwrap();
    let key = KeySource::File(dir.path().join("key")).load().unwrap().unwrap();
    let direct = super::encrypt(&super::cipher(&key), "switchboard/1|c1|app", b"\"canary\"").unwrap();
    store.put_secret("c1", "app", &[&[1], direct.as_slice()].concat(), 1).unwrap();
    all_readable(dir.path());
    rotate(dir.path()).unwrap();
    all_readable(dir.path());
    assert_eq!(store.secret("c1", "app").unwrap().unwrap().sealed[0], 2);
}

#[test]
fn two_records_never_share_a_data_key() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path()).unwrap();
    let (one, two) = (vault.seal("c1", "token", &"x").unwrap(), vault.seal("c1", "token", &"x").unwrap());
    let swapped = [&one[..73], &two[73..]].concat();
    assert!(vault.unseal::<String>("c1", "token", &swapped).is_err());
}
