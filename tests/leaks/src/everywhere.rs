//! What is known and said in this process beside any one folder: tests that call the library hold no folder where an error
//! is made. Tests that share a process share this; a secret found in the words of another test is a leak all the same.

use std::sync::{Mutex, PoisonError};

use crate::Secret;

type Source = Box<dyn Fn() -> Vec<Secret> + Send>;

static KNOWN: Mutex<Vec<Secret>> = Mutex::new(Vec::new());
static WORDS: Mutex<Vec<Secret>> = Mutex::new(Vec::new());
static SOURCES: Mutex<Vec<Source>> = Mutex::new(Vec::new());

/// One more secret that must not be found anywhere.
pub fn know(name: &str, secret: impl Into<Vec<u8>>) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), secret.into()));
}

/// Words to be searched at the end of every folder.
pub fn said(place: impl Into<String>, words: impl Into<Vec<u8>>) {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).push((place.into(), words.into()));
}

/// Who is asked at the end for what was given out until then.
pub fn ask(source: impl Fn() -> Vec<Secret> + Send + 'static) {
    SOURCES.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(source));
}

pub(crate) fn known() -> Vec<Secret> {
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    all.extend(SOURCES.lock().unwrap_or_else(PoisonError::into_inner).iter().flat_map(|source| source()));
    all
}

pub(crate) fn words() -> Vec<Secret> {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
