//! The one place that configures wasmtime, and the clock that interrupts guests.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use switchboard_egress::Egress;
use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::host::Host;
use crate::trusted;

/// How often guests can be interrupted. A guest that never returns overstays by at most this.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What a host decides about every connector it loads.
#[derive(Debug, Clone)]
pub struct RuntimeConfig {
    /// Memory of one call, bytes.
    pub memory: usize,
    /// Processor time of one call, rounded up to 10 ms.
    pub cpu: Duration,
    /// Keep instance slots ready (servers). One-shot commands start faster without.
    pub pooled: bool,
    /// Calls at the same time when `pooled`.
    pub slots: u32,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self { memory: 64 << 20, cpu: Duration::from_secs(5), pooled: false, slots: 64 }
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
    pub(crate) linker: Arc<OnceLock<Linker<Host>>>,
    _clock: Arc<Clock>,
}

impl Runtime {
    /// A sandbox whose guests reach the network through `egress` alone.
    pub fn new(config: RuntimeConfig, egress: Egress) -> Result<Self, StartError> {
        let engine = Engine::new(&engine_config(&config)).map_err(StartError)?;
        let clock = Arc::new(Clock::start(&engine));
        Ok(Self { engine, egress, config: Arc::new(config), linker: Arc::default(), _clock: clock })
    }

    /// Compile a component ahead of time for this build of the engine.
    #[cfg(feature = "compile")]
    pub fn precompile(&self, component: &[u8]) -> Result<Vec<u8>, StartError> {
        self.engine.precompile_component(component).map_err(StartError)
    }
}

fn engine_config(config: &RuntimeConfig) -> Config {
    let mut wasmtime = Config::new();
    wasmtime
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
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
    pool.total_component_instances(config.slots)
        .total_core_instances(config.slots.saturating_mul(4))
        .total_memories(config.slots)
        .total_tables(config.slots.saturating_mul(2))
        .total_stacks(config.slots)
        .max_memory_size(config.memory)
        .max_core_instances_per_component(8)
        .max_memories_per_component(1)
        .max_tables_per_component(4)
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

/// Advances the engine's epoch until the last runtime is dropped.
struct Clock {
    stop: Arc<std::sync::atomic::AtomicBool>,
}

impl Clock {
    fn start(engine: &Engine) -> Self {
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (weak, flag) = (engine.weak(), Arc::clone(&stop));
        let ticker = std::thread::Builder::new().name("switchboard-clock".into());
        // Without the thread guests are still bounded by the wall-clock deadline between host calls.
        if let Err(error) = ticker.spawn(move || {
            while !flag.load(std::sync::atomic::Ordering::Relaxed) {
                std::thread::sleep(TICK);
                let Some(engine) = weak.upgrade() else { return };
                engine.increment_epoch();
            }
        }) {
            tracing::error!(%error, "no clock thread");
        }
        Self { stop }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}
