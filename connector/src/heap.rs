//! The allocator of the component: Rust's own, in a version that begins with the memory an instance is born with (`build/main.rs`
//! says how much), so that a short call never asks for more. Never inlined: at each place that allocates it would be there again.
#![expect(unsafe_code, reason = "an allocator is one by its promise; each line hands that promise on")]

use std::alloc::{GlobalAlloc, Layout};

use dlmalloc::GlobalDlmalloc;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: every call goes, as it is, to an allocator that keeps the same promise.
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { GlobalDlmalloc.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { GlobalDlmalloc.dealloc(place, layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { GlobalDlmalloc.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { GlobalDlmalloc.realloc(place, layout, size) }
    }
}
