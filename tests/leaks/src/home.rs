//! The folder of one test, and all that is said and shown beside it.
#![expect(clippy::expect_used, reason = "test support: a test without a folder is a failed test")]

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::search::Search;
use crate::watch::Watch;
use crate::{Secret, everywhere, sealed};

/// A folder for one test. When it ends, its files, what was said and what its processes showed are searched for every
/// secret that is known: what the test named, what its database seals, and its keys.
pub struct Home {
    folder: tempfile::TempDir,
    known: Mutex<Vec<Secret>>,
    said: Mutex<Vec<Secret>>,
    watch: Watch,
}

impl Home {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, known: Mutex::default(), said: Mutex::default(), watch: Watch::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// One more secret that must not be found anywhere.
    pub fn knows(&self, name: &str, secret: impl Into<Vec<u8>>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), secret.into()));
    }

    /// Words to be searched at the end.
    pub fn says(&self, place: &str, words: impl Into<Vec<u8>>) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push((place.to_owned(), words.into()));
    }

    /// A process was started with these arguments, parted by zero bytes: what it and its descendants show from now on.
    pub fn follows(&self, process: u32, arguments: Vec<u8>) {
        self.watch.follow(process, arguments);
    }

    /// Every secret that is known by now.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.extend(everywhere::known());
        all.extend(sealed::secrets(self.path()));
        all
    }

    /// Where one of these is that should not be there, one line each.
    pub fn leaks(&self, secrets: &[Secret]) -> Vec<String> {
        let mut search = Search::new(secrets);
        for (place, words) in self.said.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            search.look(place, words);
        }
        for (place, words) in everywhere::words() {
            search.look(&place, &words);
        }
        for shown in self.watch.seen() {
            search.look("the arguments or the environment of a process", &shown);
        }
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
            let found = self.leaks(&self.secrets());
            assert!(found.is_empty(), "secrets were left behind: {}", found.join("; "));
        }
    }
}
