//! What is known and said in this process beside any one folder: tests that call the library hold no folder where an error
//! is made. Tests that share a process share this; a secret found in the words of another test is a leak all the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Secret;

type Source = Box<dyn Fn() -> Result<Vec<Secret>, String> + Send>;
/// None once it is gone and has told all.
type Shared = Arc<Mutex<Option<Source>>>;

static KNOWN: Mutex<Vec<Secret>> = Mutex::new(Vec::new());
static WORDS: Mutex<Vec<Secret>> = Mutex::new(Vec::new());
static SOURCES: Mutex<Vec<Shared>> = Mutex::new(Vec::new());

/// One more secret that must not be found anywhere.
pub fn know(name: &str, secret: impl Into<Vec<u8>>) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), secret.into()));
}

/// Words to be searched at the end of every folder.
pub fn said(place: impl Into<String>, words: impl Into<Vec<u8>>) {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).push((place.into(), words.into()));
}

/// Somebody who is asked for what was given out until then: at the end of every folder, and for the last time when this is
/// dropped.
#[must_use = "keep it as long as the source can be asked, and no longer"]
pub struct Asked(Shared);

/// Whom to ask. One that cannot tell says why, and the search fails by it.
pub fn ask(source: impl Fn() -> Result<Vec<Secret>, String> + Send + 'static) -> Asked {
    let shared: Shared = Arc::new(Mutex::new(Some(Box::new(source))));
    SOURCES.lock().unwrap_or_else(PoisonError::into_inner).push(shared.clone());
    Asked(shared)
}

fn lock(shared: &Shared) -> MutexGuard<'_, Option<Source>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut source = lock(&self.0);
        let told = source.take().map(|source| source());
        match told {
            Some(Ok(given)) => given.into_iter().for_each(|(name, secret)| know(&name, secret)),
            Some(Err(why)) => *source = Some(Box::new(move || Err(why.clone()))),
            None => {}
        }
    }
}

/// All that is known, and why some of it is not.
pub(crate) fn known() -> (Vec<Secret>, Vec<String>) {
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut failed = Vec::new();
    for source in SOURCES.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        match lock(source).as_ref().map(|source| source()) {
            Some(Ok(given)) => all.extend(given),
            Some(Err(why)) => failed.push(why),
            None => {}
        }
    }
    (all, failed)
}

pub(crate) fn words() -> Vec<Secret> {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
