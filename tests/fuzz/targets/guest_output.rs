//! What a component returned: an activity's output, a problem's details, an event.

use switchboard_json::Limits;

use super::Target;
use crate::MEMORY;

/// Small, so that mutants come near them.
const LIMITS: Limits = Limits { text: 60_000, depth: 64, memory: 1 << 20 };

pub const WORDS: &[&str] = &[
    "{}",
    "[]",
    "[{},",
    "{\"a\":",
    "\"\":",
    "\"a\":1,\"a\":2",
    "null",
    "true",
    "1e400",
    "-0",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "\\u202e",
    "\u{1b}]0;x\u{7}",
    "\"event\":\"meeting.created\"",
    "\"payload\":{",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "\t",
];

pub fn open() -> Target {
    Box::new(|input| {
        let text = String::from_utf8_lossy(input);
        switchboard_runtime::fuzzing::guest_output(&text);
        let before = MEMORY.allocated();
        let value = switchboard_json::read(text.as_bytes(), LIMITS);
        let held = MEMORY.allocated().saturating_sub(before);
        assert!(value.is_err() || held <= LIMITS.memory, "{held} bytes are held, {} are allowed", LIMITS.memory);
    })
}
