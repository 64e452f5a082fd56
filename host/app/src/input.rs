//! Input that a person writes as JSON.

use serde_json::Value;
use switchboard_json::Limits;

pub use switchboard_json::JsonError;

/// Bytes of an input. The longest list that an activity takes has 9,999 people.
pub const MAX_BYTES: u64 = 8 << 20;

/// Levels of an input: those of documents, so that it can be checked against their schemas.
pub const MAX_DEPTH: usize = switchboard_automation::limits::NESTING;

/// Memory that a parsed input may take, bytes.
const MAX_MEMORY: usize = 256 << 20;

/// Reads JSON within the bounds of an input. A key that stands twice is refused.
pub fn read_json(text: &[u8]) -> Result<Value, JsonError> {
    switchboard_json::read(text, Limits { text: MAX_BYTES as usize, depth: MAX_DEPTH, memory: MAX_MEMORY })
}
