//! What both addresses, the control calls and the delivery of webhooks share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Options;
use crate::http::write_conflicts::WriteLocks;
use crate::seed::{self, Seed};
use crate::state::world::World;

/// The world behind its lock.
pub struct Shared {
    world: Mutex<World>,
    pub options: Options,
    /// Objects that are being written to at this moment.
    pub write_locks: WriteLocks,
}

impl Shared {
    pub fn new(world: World, options: Options) -> Self {
        Self { world: Mutex::new(world), options, write_locks: WriteLocks::default() }
    }

    /// The world; a panic of another request must not end the emulator.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the seed, or to another one.
    pub fn reset(&self, seed: Option<Seed>) {
        let seed = seed.unwrap_or(self.world().seed);
        let world = seed::world(&self.options, seed, "", "");
        self.replace(world);
    }

    /// Go on with this world, at the addresses of this process.
    pub fn replace(&self, new: World) {
        let mut world = self.world();
        let old = std::mem::replace(&mut *world, new);
        world.origin = old.origin;
        world.download_origin = old.download_origin;
        world.issued = old.issued;
        world.events.wake = old.events.wake;
        world.events.wake.notify_one();
    }
}
