//! How deep and how large a tree would become, found by reading the text once and allocating nothing.

use crate::{JsonError, Limits};

/// Memory of a value in a list: the value itself, and the room that a growing list keeps free.
const VALUE: usize = 144;
/// Memory of a member of an object: its value, its key, its place in the index, and the room kept free.
const MEMBER: usize = 256;
/// Memory of the first allocation of a list or an object.
const CONTAINER: usize = 512;
/// Memory of a string beyond its bytes.
const STRING: usize = 32;

/// Refuses a text that breaks a limit. What is no JSON may pass: the parser refuses it at the first mistake, and up to there
/// the estimate holds.
pub(crate) fn check(text: &[u8], limits: Limits) -> Result<(), JsonError> {
    if text.len() > limits.text {
        return Err(JsonError::Long { found: text.len(), limit: limits.text });
    }
    let (mut depth, mut memory) = (0_usize, VALUE);
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        memory = memory.saturating_add(match byte {
            b'"' => STRING.saturating_add(string(&mut rest)),
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                CONTAINER
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                0
            }
            b',' => VALUE,
            b':' => MEMBER.saturating_sub(VALUE),
            _ => 0,
        });
        if depth > limits.depth {
            return Err(JsonError::Deep { limit: limits.depth });
        }
        if memory > limits.memory {
            return Err(JsonError::Large { limit: limits.memory });
        }
    }
    Ok(())
}

/// Bytes of the string that has begun; goes to its end.
fn string(rest: &mut std::slice::Iter<'_, u8>) -> usize {
    let start = rest.len();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => drop(rest.next()),
            _ => {}
        }
    }
    start.saturating_sub(rest.len())
}
