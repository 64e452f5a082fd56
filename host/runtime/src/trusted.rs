#![expect(unsafe_code, reason = "wasmtime cannot verify machine code; the calls that trust it are below")]
//! Loading machine code that this very build compiled ahead of time.
//!
//! # Trust
//! Code must come from [`crate::Runtime::precompile`] and from nowhere an attacker can write: callers pass bytes embedded in
//! their own binary, or what a compiler beside it, a child of theirs, has just said. wasmtime checks version and settings, not the code.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::MachineCode;

#[cfg(all(unix, target_arch = "x86_64"))]
pub(crate) use in_place::{allow, load_in_place};

/// A copy of the code is made executable.
pub(crate) fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are part of the running program, or were made for it a moment ago by a program of the same build and trust.
    unsafe { Component::deserialize(engine, code) }
}

/// A copy that is kept until the program ends.
pub(crate) fn leak(code: &[u8]) -> &'static MachineCode {
    const PAGE: usize = align_of::<MachineCode<[u8; 0]>>();
    let page = |part: &[u8]| {
        let mut page = [0; PAGE];
        page.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        MachineCode::new(page)
    };
    let pages: &'static [MachineCode<[u8; PAGE]>] = code.chunks(PAGE).map(page).collect::<Vec<_>>().leak();
    let bytes = std::ptr::slice_from_raw_parts(pages.as_ptr().cast::<u8>(), code.len());
    // SAFETY: whole pages hold the bytes, aligned as the type is, and nobody else knows them.
    unsafe { &*(bytes as *const MachineCode) }
}

#[cfg(not(all(unix, target_arch = "x86_64")))]
pub(crate) fn allow(_: &mut wasmtime::Config) {}

#[cfg(not(all(unix, target_arch = "x86_64")))]
pub(crate) fn load_in_place(engine: &Engine, code: &'static MachineCode) -> wasmtime::Result<Component> {
    load(engine, code.bytes())
}

/// Code that runs where it lies: only the pages that are used are ever read from the file, and nothing is copied. Not on
/// architectures whose instruction caches have to be told of new code.
#[cfg(all(unix, target_arch = "x86_64"))]
mod in_place {
    use std::ffi::c_void;
    use std::ops::Range;
    use std::ptr::NonNull;
    use std::sync::{Arc, Mutex, PoisonError};

    use rustix::mm::{MprotectFlags, mprotect};
    use wasmtime::component::Component;
    use wasmtime::{Config, CustomCodeMemory, Engine};

    use crate::MachineCode;

    /// Codes that are, or were, loaded where they lie.
    static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

    struct Place {
        addresses: Range<usize>,
        /// wasmtime knows code by its address, so each is loaded once at a time.
        loaded: bool,
        /// It stays so: a part of the program, which nobody can write. Changing four megabytes back takes as long as loading them.
        executable: bool,
    }

    /// Lets an engine run code that is not in memory of its own.
    pub(crate) fn allow(config: &mut Config) {
        config.with_custom_code_memory(Some(Arc::new(Pages)));
    }

    /// Run `code` where it lies, or a copy of it while it is loaded already or where the system does not allow it.
    pub(crate) fn load_in_place(engine: &Engine, code: &'static MachineCode) -> wasmtime::Result<Component> {
        if !claim(code.bytes()) {
            return super::load(engine, code.bytes());
        }
        // SAFETY: trusted as in `load`; the bytes are never written, live as long as the program, and no other value is on
        // the pages between their first and their last, which `MachineCode` aligns.
        unsafe { Component::deserialize_raw(engine, NonNull::from(code.bytes())) }
            .or_else(|_| super::load(engine, code.bytes()))
    }

    fn claim(code: &[u8]) -> bool {
        let start = code.as_ptr().addr();
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        match places.iter_mut().find(|place| place.addresses.start == start) {
            Some(place) => !std::mem::replace(&mut place.loaded, true),
            None => {
                places.push(Place { addresses: start..start + code.len(), loaded: true, executable: false });
                true
            }
        }
    }

    struct Pages;

    impl CustomCodeMemory for Pages {
        fn required_alignment(&self) -> usize {
            rustix::param::page_size()
        }

        fn publish_executable(&self, start: *const u8, len: usize) -> wasmtime::Result<()> {
            let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
            let place = places.iter_mut().find(|place| place.addresses.contains(&start.addr()));
            if place.as_ref().is_none_or(|place| !place.executable) {
                protect(start, len, MprotectFlags::READ | MprotectFlags::EXEC)?;
            }
            if let Some(place) = place {
                place.executable = true;
            }
            Ok(())
        }

        /// The last that is done with a piece of code, but for tables of unwinding, which the engine's settings leave out where
        /// code lies in place. Memory of wasmtime's own is given back a moment later.
        fn unpublish_executable(&self, start: *const u8, _len: usize) -> wasmtime::Result<()> {
            let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = places.iter_mut().find(|place| place.addresses.contains(&start.addr())) {
                place.loaded = false;
            }
            Ok(())
        }
    }

    fn protect(start: *const u8, len: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
        // SAFETY: wasmtime names the code section of what it was given to load: pages that hold nothing else and are not written.
        unsafe { mprotect(start.cast_mut().cast::<c_void>(), len, flags) }
            .map_err(|error| wasmtime::format_err!("code cannot be made executable: {error}"))
    }
}
