#![expect(unsafe_code, reason = "wasmtime cannot verify machine code; the one call is below")]
//! Loading machine code that this very build compiled ahead of time.

use wasmtime::Engine;
use wasmtime::component::Component;

/// # Trust
/// `code` must come from [`crate::Runtime::precompile`] and from nowhere an attacker can write: callers pass bytes embedded
/// in their own binary. wasmtime checks version and settings, not the code.
pub(crate) fn load(engine: &Engine, code: &'static [u8]) -> wasmtime::Result<Component> {
    // SAFETY: `&'static` bytes are part of the running binary, made by the build from a component whose digest is pinned.
    unsafe { Component::deserialize(engine, code) }
}
