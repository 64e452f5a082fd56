//! The clock that interrupts guests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wasmtime::Engine;

/// How often guests can be interrupted. A guest that never returns overstays by at most this.
const TICK: Duration = Duration::from_millis(10);

/// Advances the engine's epoch until it is dropped. Everything that can run a guest owns one: without ticks a guest that
/// computes is never interrupted, neither by its limits nor by the person who waits.
pub(crate) struct Clock {
    stop: Arc<AtomicBool>,
}

impl Clock {
    /// # Errors
    /// The system has no thread for it; then no guest may run.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (weak, flag) = (engine.weak(), Arc::clone(&stop));
        std::thread::Builder::new().name("switchboard-clock".into()).spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
                let Some(engine) = weak.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop })
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
