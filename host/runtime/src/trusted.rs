#![expect(unsafe_code, reason = "wasmtime cannot verify machine code; the one call is below")]
//! Loading machine code that this very build compiled ahead of time.

use wasmtime::Engine;
use wasmtime::component::Component;

/// # Trust
/// `code` must come from [`crate::Runtime::precompile`] and from nowhere an attacker can write: callers pass bytes embedded in
/// their own binary, or what a compiler beside it, a child of theirs, has just said. wasmtime checks version and settings, not the code.
pub(crate) fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are part of the running program, or were made for it a moment ago by a program of the same build and trust.
    unsafe { Component::deserialize(engine, code) }
}
