//! How much work a JSON Schema of somebody else can cause, before it is compiled or shown.
//!
//! A schema of 2 KB can ask for 10^20 comparisons: a definition that refers ten times to the next one. [`measure`] follows
//! every reference once and computes the worst case for one path through a value. It refuses what has no small bound. The
//! caller multiplies with the size of the value. Not here: validation itself. This crate depends on nothing of ours.

mod error;
mod graph;
mod part;
mod size;

use serde_json::Value;

pub use error::SchemaError;
pub use size::Size;

/// Subschemas of one schema, each reference's target counted once. The largest of ours has a tenth of it.
pub const MAX_PARTS: usize = 20_000;
/// Comparisons for one path from the root of a value to a leaf. The largest schema of ours needs a tenth of it.
pub const MAX_WORK: u64 = 10_000;
/// Subschemas that are open at once while a value is validated. Each takes stack: 256 fit into a thread of 2 MiB.
pub const MAX_DEPTH: u64 = 256;
/// Nesting of the values that are validated; a schema that refers to itself is as deep as its value.
pub const MAX_NESTING: usize = 64;
/// Bytes of the JSON Pointer to a subschema. Names of fields are short; a long one would be repeated for each part below it.
pub const MAX_POINTER: usize = 1024;
/// Regular expressions in one schema. Each can take [`MAX_PATTERN_SIZE`] of memory.
pub const MAX_PATTERNS: usize = 200;
/// Characters of one regular expression.
pub const MAX_PATTERN_LENGTH: usize = 1024;
/// Bytes of one compiled regular expression. Matching takes at worst one step for each state and each byte of text.
pub const MAX_PATTERN_SIZE: usize = 64 << 10;

/// What validation of a value can cost at worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Comparisons for one path from the root of a value to a leaf.
    pub work: u64,
    /// Regular expressions for one such path.
    pub patterns: u64,
    /// Subschemas that are open at once.
    pub depth: u64,
}

/// Measures a schema, or says why it is refused.
pub fn measure(schema: &Value) -> Result<Cost, SchemaError> {
    graph::Graph::of(schema)?.cost()
}

#[cfg(test)]
mod tests;
