//! What one call may use, and the memory of having refused more.

use wasmtime::ResourceLimiter;

/// Bounds of one store. Remembers a refusal, so that the trap that follows can be named.
pub(crate) struct Limits {
    memory: usize,
    used: usize,
    /// What was refused, in words.
    pub(crate) refused: Option<String>,
    /// True once the processor budget is used up.
    pub(crate) out_of_time: bool,
}

/// Entries of one table; the Zoom connector needs a few hundred.
const TABLE: usize = 10_000;
/// Core instances of one call: a component made of one module has three, two of them for its imports.
pub(crate) const INSTANCES: u32 = 4;
/// Tables of one call: one of the module's own, one for its imports.
pub(crate) const TABLES: u32 = 4;
/// Memories of one call.
pub(crate) const MEMORIES: u32 = 1;
/// Handles of resources; the contract has none.
pub(crate) const HANDLES: usize = 1_024;

impl Limits {
    pub(crate) fn new(memory: usize) -> Self {
        Self { memory, used: 0, refused: None, out_of_time: false }
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.used.saturating_add(desired.saturating_sub(current));
        if total > self.memory {
            self.refused = Some(format!("{total} bytes of memory; a call may have {}", self.memory));
            return Ok(false);
        }
        self.used = total;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > TABLE {
            self.refused = Some(format!("a table of {desired} entries; one may have {TABLE}"));
            return Ok(false);
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}
