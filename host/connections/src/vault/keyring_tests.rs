use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use switchboard_store::Store;

use super::*;
use crate::{ConnectionsError, KeySource, Vault};

/// A keyring in memory, which can be locked, or forget what it is given.
#[derive(Debug, Default)]
struct Memory {
    kept: Mutex<HashMap<String, String>>,
    locked: Mutex<bool>,
    forgets: bool,
}

impl Memory {
    fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
    }

    fn open(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, String> {
        match *self.locked.lock().unwrap() {
            true => Err("the collection is locked".to_owned()),
            false => Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl Keyring for Memory {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String> {
        Ok(self.open()?.get(name).cloned().map(Zeroizing::new))
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), String> {
        if !self.forgets {
            self.open()?.insert(name.to_owned(), secret.to_owned());
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), String> {
        self.open()?.remove(name);
        Ok(())
    }
}

fn sealed(store: &Store, source: &KeySource) -> Vec<u8> {
    let vault = Vault::open(store, source.clone()).unwrap();
    let sealed = vault.seal("c1", "token", &"canary").unwrap();
    store.put_secret("c1", "token", &sealed, 1).unwrap();
    sealed
}

fn opens(store: &Store, source: &KeySource) -> Result<String, ConnectionsError> {
    let vault = Vault::open(store, source.clone())?;
    vault.unseal("c1", "token", &store.secret("c1", "token").unwrap().unwrap().sealed)
}

#[test]
fn a_new_folder_gets_its_key_in_a_keyring_that_works_and_no_key_file() {
    let dir = tempfile::tempdir().unwrap();
    let ring = Arc::new(Memory::default());
    let source = KeySource::find_in(dir.path(), Some(ring.clone()));
    let store = Store::open(dir.path()).unwrap();
    sealed(&store, &source);
    assert!(!dir.path().join("key").exists());
    let names: Vec<String> = ring.kept.lock().unwrap().keys().cloned().collect();
    assert_eq!(names, [name(dir.path())], "the probe is gone");
    assert_eq!(opens(&store, &KeySource::find_in(dir.path(), Some(ring))).unwrap(), "canary");
    assert!(source.name().contains("keyring"), "{}", source.name());
}

#[test]
fn a_keyring_that_is_locked_absent_or_forgetful_leaves_the_key_file() {
    let locked = Memory::default();
    locked.lock(true);
    let forgetful = Memory { forgets: true, ..Memory::default() };
    for ring in [Some(Arc::new(locked)), Some(Arc::new(forgetful)), None] {
        let dir = tempfile::tempdir().unwrap();
        let source = KeySource::find_in(dir.path(), ring.map(|ring| ring as Arc<dyn Keyring>));
        let store = Store::open(dir.path()).unwrap();
        sealed(&store, &source);
        assert!(dir.path().join("key").exists() && matches!(source, KeySource::File(_)));
    }
}

#[test]
fn a_folder_that_has_a_key_file_keeps_it_when_a_keyring_appears() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    sealed(&store, &KeySource::find_in(dir.path(), None));
    let ring = Arc::new(Memory::default());
    assert_eq!(opens(&store, &KeySource::find_in(dir.path(), Some(ring.clone()))).unwrap(), "canary");
    // left by another folder that once had this name
    ring.set(&name(dir.path()), "an old key").unwrap();
    assert_eq!(opens(&store, &KeySource::find_in(dir.path(), Some(ring))).unwrap(), "canary");
}

#[test]
fn a_key_in_a_keyring_that_is_locked_later_is_missing_and_none_is_made_over_it() {
    let dir = tempfile::tempdir().unwrap();
    let ring = Arc::new(Memory::default());
    let store = Store::open(dir.path()).unwrap();
    sealed(&store, &KeySource::find_in(dir.path(), Some(ring.clone())));
    ring.lock(true);
    let refused = opens(&store, &KeySource::find_in(dir.path(), Some(ring.clone()))).unwrap_err();
    assert_eq!(refused.code(), "key-missing", "{refused}");
    assert!(refused.to_string().contains("keyring"), "it says where the key is: {refused}");
    assert!(!dir.path().join("key").exists());
    ring.lock(false);
    assert_eq!(opens(&store, &KeySource::find_in(dir.path(), Some(ring))).unwrap(), "canary");
}

#[test]
fn a_key_in_a_keyring_is_changed_and_a_change_that_was_killed_is_brought_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let ring = Arc::new(Memory::default());
    let source = KeySource::find_in(dir.path(), Some(ring.clone()));
    let store = Store::open(dir.path()).unwrap();
    sealed(&store, &source);
    let old = ring.kept.lock().unwrap().get(&name(dir.path())).cloned().unwrap();
    Vault::rotate(&store, &source).unwrap();
    let new = ring.kept.lock().unwrap().get(&name(dir.path())).cloned().unwrap();
    assert!(old != new && ring.kept.lock().unwrap().len() == 1);
    // As it is left when killed after the database changed: the former key first, the new one beside it.
    ring.set(&name(dir.path()), &old).unwrap();
    ring.set(&format!("{}, the next one", name(dir.path())), &new).unwrap();
    assert_eq!(opens(&store, &source).unwrap(), "canary");
    assert_eq!(ring.kept.lock().unwrap().get(&name(dir.path())), Some(&new));
}
