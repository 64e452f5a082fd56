//! A component's description of itself.

use super::Target;

pub const WORDS: &[&str] = &[
    "\"manifest\":\"1\"",
    "\"connector\":\"c\"",
    "\"name\":\"a.one\"",
    "\"name\":\"a b\\n\"",
    "\"effect\":\"read\"",
    "\"effect\":\"destructive\"",
    "\"idempotency\":\"check-then-act\"",
    "\"policy\":\"off\"",
    "\"rate\":\"heavy\"",
    "\"per_second\":0",
    "\"per_day\":4294967295",
    "\"day_pool\":\"light\"",
    "\"one_at_a_time\":{\"what\":\"x\",\"of\":\"/user\"}",
    "\"effect_by\":{\"field\":\"/a/~2\",\"default\":\"x\",\"cases\":{}}",
    "\"scopes\":{\"classic\":[[\"a:b\"]],\"granular\":[]}",
    "\"parts\":{\"a:b\":[\"a:b\"]}",
    "\"profiles\":{",
    "\"activities\":[",
    "\"events\":[",
    "\"errors\":[",
    "\"remedies\":[",
    "\"guides\":[",
    "\"signing\":{\"signature_header\":\"x\",\"timestamp_header\":\"y\",\"signed\":\"{timestamp}.{body}\",\"signature\":\"{hmac-sha256-hex}\"}",
    "\"input\":{\"$ref\":\"#\"}",
    "null",
    "true",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "*",
    ":admin",
];

pub fn open() -> Target {
    Box::new(|input| switchboard_runtime::fuzzing::manifest(&String::from_utf8_lossy(input)))
}
