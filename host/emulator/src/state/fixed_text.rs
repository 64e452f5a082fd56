//! Fixed texts of the state, read back from a snapshot.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// A fixed text. The name keeps serde's derive from borrowing it out of the input.
pub type Text = &'static str;

/// For `#[serde(deserialize_with)]` on a [`Text`]: each distinct text is kept once for the life of the process.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let read = String::deserialize(from)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(read.as_str()) {
        return Ok(text);
    }
    let kept: &'static str = Box::leak(read.into_boxed_str());
    known.insert(kept);
    Ok(kept)
}
