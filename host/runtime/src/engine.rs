//! The one place that configures wasmtime.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use switchboard_egress::Egress;
use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::clock::Clock;
#[cfg(feature = "compile")]
use crate::connector::{LoadError, brief};
use crate::host::Host;
use crate::limits::{INSTANCES, MEMORIES, TABLES};
use crate::slots::Slots;
use crate::trusted;

/// What a host decides about every connector it loads.
#[derive(Debug, Clone)]
pub struct RuntimeConfig {
    /// Memory of a connector during one call, bytes. The host adds what a connector hands over at once, 12 MiB at most: by
    /// default a call takes no more than 64 MiB.
    pub memory: usize,
    /// Processor time of one call. Waiting for the service costs none.
    pub cpu: Duration,
    /// Keep instance slots ready (servers). One-shot commands start faster without.
    pub pooled: bool,
    /// Calls at the same time when `pooled`; more wait for their turn. The pool has a few slots beyond these for what the host
    /// asks a connector during a call.
    pub slots: u32,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self { memory: 52 << 20, cpu: Duration::from_secs(5), pooled: false, slots: 64 }
    }
}

/// The engine could not be set up on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot start: {0:#}")]
pub struct StartError(pub(crate) wasmtime::Error);

/// A sandbox for connectors. Cheap to clone; all clones share one engine and one network client.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) egress: Egress,
    pub(crate) config: Arc<RuntimeConfig>,
    /// Shared by all connectors, as the pool is.
    pub(crate) slots: Arc<Slots>,
    pub(crate) linker: Arc<OnceLock<Linker<Host>>>,
    /// Every connector has it too: a guest must end although its runtime is gone.
    pub(crate) clock: Arc<Clock>,
}

impl Runtime {
    /// A sandbox whose guests reach the network through `egress` alone.
    pub fn new(config: RuntimeConfig, egress: Egress) -> Result<Self, StartError> {
        let engine = Engine::new(&engine_config(&config)).map_err(StartError)?;
        let clock = Clock::start(&engine)
            .map_err(|error| StartError(wasmtime::format_err!("no thread to interrupt connectors: {error}")))?;
        let slots = Arc::new(Slots::new(&config));
        Ok(Self { engine, egress, config: Arc::new(config), slots, linker: Arc::default(), clock: Arc::new(clock) })
    }

    /// Compile a component ahead of time for this build of the engine.
    #[cfg(feature = "compile")]
    pub fn precompile(&self, component: &[u8]) -> Result<Vec<u8>, LoadError> {
        self.engine.precompile_component(component).map_err(|error| LoadError::Unreadable(brief(&error)))
    }
}

fn engine_config(config: &RuntimeConfig) -> Config {
    let mut wasmtime = Config::new();
    wasmtime
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        // No call finds on its stack what another has left there.
        .async_stack_zeroing(true)
        .wasm_component_model(true)
        .wasm_relaxed_simd(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .memory_init_cow(true)
        // Places inside the guest are told to nobody, so code carries no tables of them: a seventh less to load, and no
        // registration of unwinding tables at each load.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(cfg!(windows));
    trusted::allow(&mut wasmtime);
    #[cfg(feature = "compile")]
    wasmtime.cranelift_opt_level(wasmtime::OptLevel::Speed);
    if config.pooled {
        wasmtime.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    }
    wasmtime
}

/// Settings measured against the default: a fresh call falls from 4.9 to 2.9 times native. Without the page scan, keeping
/// more than 128 KiB resident is slower than keeping nothing.
fn pool(config: &RuntimeConfig) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    let slots = Slots::total(config.slots);
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(INSTANCES))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(2))
        .total_stacks(slots)
        .max_memory_size(config.memory)
        .max_core_instances_per_component(INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .table_keep_resident(8 << 10)
        .decommit_batch_size(16);
    let scan = cfg!(target_os = "linux");
    if scan {
        pool.pagemap_scan(Enabled::Auto);
    }
    let (memory, stack) = if scan { (512 << 10, 16 << 10) } else { (64 << 10, 0) };
    pool.linear_memory_keep_resident(memory).async_stack_keep_resident(stack);
    pool
}
