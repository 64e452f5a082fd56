//! What one call may use, and the memory of having refused more.

use wasmtime::ResourceLimiter;

/// Bounds of one store. Remembers a refusal, so that the trap that follows can be named.
pub(crate) struct Limits {
    memory: usize,
    used: usize,
    /// The size that was refused, bytes.
    pub(crate) refused: Option<usize>,
    /// Ticks of processor time left.
    pub(crate) ticks: u64,
    /// True once the processor budget is used up.
    pub(crate) out_of_time: bool,
}

/// Entries of one table; the Zoom connector needs a few hundred.
const TABLE: usize = 20_000;

impl Limits {
    pub(crate) fn new(memory: usize, ticks: u64) -> Self {
        Self { memory, used: 0, refused: None, ticks, out_of_time: false }
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.used.saturating_add(desired.saturating_sub(current));
        if total > self.memory {
            self.refused = Some(total);
            return Ok(false);
        }
        self.used = total;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE)
    }

    fn instances(&self) -> usize {
        16
    }

    fn tables(&self) -> usize {
        8
    }

    fn memories(&self) -> usize {
        2
    }
}
