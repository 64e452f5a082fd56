//! Panics of the expression engine as errors.
//!
//! The engine's arithmetic can panic, for example for a slice with the least of all numbers as its step. Rust prints a panic
//! before anybody can catch it, so the hook stays silent while this thread works in the engine. Other panics go to the hook
//! that was there before.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic of the engine.
pub(super) struct EnginePanic;

thread_local! {
    static IN_ENGINE: Cell<bool> = const { Cell::new(false) };
}

/// Runs work in the engine. A panic prints nothing.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, EnginePanic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let former = take_hook();
        set_hook(Box::new(move |panic| {
            if !IN_ENGINE.get() {
                former(panic);
            }
        }));
    });
    let outer = IN_ENGINE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IN_ENGINE.set(outer);
    result.map_err(|_| EnginePanic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_is_an_error_and_ends_the_silence() {
        assert!(catch(|| panic!("in the engine")).is_err());
        assert!(!IN_ENGINE.get());
        assert_eq!(catch(|| 1).ok(), Some(1));
    }
}
