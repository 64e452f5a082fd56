//! Read JSON that others wrote: a connector's output, a service's answer, a person's document.
//!
//! Here: [`read`] and [`read_as`], each within [`Limits`] that are checked before anything is allocated. A key that comes twice
//! is refused, because two readers would take different values of it. Not here: what the JSON means. This crate depends on
//! nothing of ours.

mod size;
mod tree;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// How much one text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text, bytes.
    pub text: usize,
    /// Most levels of objects and lists.
    pub depth: usize,
    /// Most memory of the tree that is made of it, bytes, estimated from above. A list of empty objects takes a hundred times the
    /// memory of its text.
    pub memory: usize,
}

/// A text that is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    #[error("the text has {found} bytes; {limit} are allowed")]
    Long { found: usize, limit: usize },
    #[error("objects and lists are nested more than {limit} levels deep")]
    Deep { limit: usize },
    #[error("it has too many values: they would take more than {limit} bytes of memory")]
    Large { limit: usize },
    /// Names no more than the place: keys and values may be secrets.
    #[error("{0}")]
    Syntax(serde_json::Error),
}

impl JsonError {
    /// Whether it is JSON at all, as far as it was read: it broke a limit and no rule.
    pub fn is_limit(&self) -> bool {
        !matches!(self, Self::Syntax(_))
    }
}

/// Read any value.
///
/// # Errors
/// [`JsonError`]; nothing of the text is kept.
pub fn read(text: &[u8], limits: Limits) -> Result<Value, JsonError> {
    size::check(text, limits)?;
    tree::read(text).map_err(JsonError::Syntax)
}

/// Read a value of a known type.
///
/// # Errors
/// [`JsonError`]; a value of another shape is a [`JsonError::Syntax`].
pub fn read_as<T: DeserializeOwned>(text: &[u8], limits: Limits) -> Result<T, JsonError> {
    serde_json::from_value(read(text, limits)?).map_err(JsonError::Syntax)
}

#[cfg(test)]
mod tests;
