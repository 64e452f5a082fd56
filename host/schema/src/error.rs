//! Why a schema is refused.

use crate::{MAX_DEPTH, MAX_PARTS, MAX_PATTERN_LENGTH, MAX_PATTERNS, MAX_POINTER, MAX_WORK};

/// Why a schema is refused. `pointer` is the JSON pointer of the place inside the schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Too many subschemas.
    #[error("the schema has more than {MAX_PARTS} parts")]
    Parts,
    /// References multiply.
    #[error("the schema can compare one value more than {MAX_WORK} times: its references multiply")]
    Work,
    /// References are chained.
    #[error("the schema is nested more than {MAX_DEPTH} deep, references included")]
    Depth,
    /// Long names inside long names.
    #[error("the JSON Pointer `{pointer}` is longer than {MAX_POINTER} bytes; use shorter names")]
    Pointer {
        /// Its beginning.
        pointer: String,
    },
    /// A reference leads back to itself without going into the value.
    #[error("the reference at `{pointer}` leads back to itself")]
    Cycle {
        /// Where it stands.
        pointer: String,
    },
    /// A reference to another document, or to nothing.
    #[error("the reference `{target}` at `{pointer}` names no part of this schema; write it as `#/$defs/name`")]
    Reference {
        /// Where it stands.
        pointer: String,
        /// What it names.
        target: String,
    },
    /// A keyword that changes what references mean while a value is validated.
    #[error("`{keyword}` at `{pointer}` is not supported; use `$ref` with `#/$defs/name`")]
    Keyword {
        /// Where it stands.
        pointer: String,
        /// Which one.
        keyword: &'static str,
    },
    /// Too many regular expressions.
    #[error("the schema has more than {MAX_PATTERNS} regular expressions")]
    Patterns,
    /// A long regular expression.
    #[error("the regular expression at `{pointer}` is longer than {MAX_PATTERN_LENGTH} characters")]
    Pattern {
        /// Where it stands.
        pointer: String,
    },
}
