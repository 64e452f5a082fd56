//! The folder of one test, and all that is said and shown beside it.
#![expect(clippy::expect_used, reason = "test support: a test without a folder is a failed test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::search::Search;
use crate::watch::{Watch, shown_by};
use crate::{Secret, everywhere, sealed_in};

/// A folder for one test. When it ends, its files, what was said and what its processes showed are searched for every
/// secret that is known: what the test named, what its database seals, and its keys.
pub struct Home {
    folder: tempfile::TempDir,
    told: Mutex<Told>,
    watch: Watch,
}

/// What the test told.
#[derive(Default)]
struct Told {
    known: Vec<Secret>,
    said: Vec<Secret>,
    /// Files that hold a secret because the test wrote it there, and what it wrote.
    handed_over: BTreeMap<PathBuf, Vec<u8>>,
    /// Keys that are kept elsewhere, in base64.
    keys: Vec<String>,
    /// Other data folders inside of this one.
    inner: Vec<PathBuf>,
    /// Data folders whose database or key the test took away.
    spoiled: Vec<PathBuf>,
}

impl Home {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, told: Mutex::default(), watch: Watch::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more secret that must not be found anywhere.
    pub fn add_secret(&self, name: &str, secret: impl Into<Vec<u8>>) {
        self.told().known.push((name.to_owned(), secret.into()));
    }

    /// Words to be searched at the end.
    pub fn record(&self, place: &str, words: impl Into<Vec<u8>>) {
        self.told().said.push((place.to_owned(), words.into()));
    }

    /// Writes a secret into a file, as a person makes one to hand it over. The file may hold that, and nothing else.
    pub fn write_secret(&self, name: &str, secret: &str) -> PathBuf {
        let file = self.path().join(name);
        std::fs::write(&file, secret).expect("the folder is ours");
        self.add_secret("what a file handed over", secret.trim());
        self.told().handed_over.insert(file.clone(), secret.into());
        file
    }

    /// A key of the database that is kept elsewhere, in base64.
    pub fn opens_with(&self, name: &str, key: &str) {
        self.add_secret(name, key);
        self.told().keys.push(key.to_owned());
    }

    /// A folder inside of this one is a data folder too, with a database and a key of its own.
    pub fn contains(&self, inner: PathBuf) {
        self.told().inner.push(inner);
    }

    /// The test is about to take away the key or the database of a data folder: what is sealed by now is remembered, and that
    /// it cannot be opened later is no failure.
    pub fn spoils(&self, folder: &Path) {
        let secrets = sealed_in(folder, &self.told().keys.clone()).secrets;
        let mut told = self.told();
        told.known.extend(secrets);
        told.spoiled.push(folder.to_owned());
    }

    /// A process was started by this command: what it and its descendants show from now on.
    pub fn watch(&self, process: u32, command: &Command) {
        self.watch.follow(process, shown_by(command));
    }

    /// Every secret that is known by now.
    pub fn secrets(&self) -> Vec<Secret> {
        self.gathered().0
    }

    /// Every secret, and which of them could not be read.
    fn gathered(&self) -> (Vec<Secret>, Vec<String>) {
        let (mut all, mut failed) = everywhere::known();
        let told = self.told();
        all.extend(told.known.iter().cloned());
        for folder in self.folders(&told) {
            let sealed = sealed_in(&folder, &told.keys);
            all.extend(sealed.secrets);
            if !told.spoiled.contains(&folder) {
                failed.extend(sealed.failed);
            }
        }
        (all, failed)
    }

    fn folders(&self, told: &Told) -> Vec<PathBuf> {
        std::iter::once(self.path().to_owned()).chain(told.inner.iter().cloned()).collect()
    }

    /// Where a secret is that should not be there, and what could not be looked at, one line each.
    pub fn leaks(&self) -> Vec<String> {
        let (secrets, failed) = self.gathered();
        let told = self.told();
        let mut search = Search::new(&secrets);
        failed.into_iter().for_each(|why| search.failed(why));
        self.folders(&told).into_iter().for_each(|folder| search.keys_of(folder));
        told.handed_over.iter().for_each(|(file, text)| search.handed_over(file.clone(), text.clone()));
        for (place, words) in told.said.iter().chain(&everywhere::words()) {
            search.look(place, words);
        }
        search.processes(&self.watch);
        search.folder(self.path());
        search.found()
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A test that failed says so itself; a second panic would hide it.
        if !std::thread::panicking() {
            let found = self.leaks();
            assert!(found.is_empty(), "secrets were left behind, or could not be looked for: {}", found.join("; "));
        }
    }
}
