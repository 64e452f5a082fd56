//! The allocator of the component: Rust's own, in a version that begins with the memory an instance is born with (`build/main.rs`
//! says how much), so that a short call never asks for more. Never inlined: at each place that allocates it would be there again.
#![expect(unsafe_code, reason = "an allocator is one by its promise; each line hands that promise on")]

use std::alloc::{GlobalAlloc, Layout};

use dlmalloc::GlobalDlmalloc;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: Rust's own allocator for this target keeps the promise of `GlobalAlloc`, and every call goes to it as it comes: what it
// gives back is what it gave out.
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: our caller promises that `layout` has a size, which is all that is asked here.
        unsafe { GlobalDlmalloc.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: our caller promises that `place` came from this allocator with this `layout` and is not used again; whatever
        // `Heap` gave out, `GlobalDlmalloc` did.
        unsafe { GlobalDlmalloc.dealloc(place, layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`: our caller promises that `layout` has a size.
        unsafe { GlobalDlmalloc.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: our caller promises that `place` came from here with this `layout`, so from `GlobalDlmalloc` too, and that
        // `size` is not nought and, rounded up to the alignment of `layout`, no more than `isize::MAX`.
        unsafe { GlobalDlmalloc.realloc(place, layout, size) }
    }
}
