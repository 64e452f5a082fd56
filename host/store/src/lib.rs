//! The embedded database: connections, sealed secrets, leases, runs and their steps.
//!
//! One SQLite file that several processes may open at once. Every write is on disk when its function returns.
//! Nothing here encrypts or reads a secret: the vault of `switchboard-connections` hands over sealed bytes.
//! Its functions wait: for the disk, and up to ten seconds for another process that writes. Asynchronous code calls them through
//! [`Store::call`], which does the work on the store's own thread. Start at [`Store::open`].

mod connections;
mod deliveries;
mod error;
mod json;
mod leases;
mod locks;
mod meta;
mod pacing;
mod retentions;
mod revocations;
mod rotations;
mod runs;
mod secrets;
mod steps;
mod store;
mod worker;

pub use connections::{ConnectionRow, Replacement, Snapshot};
pub use error::StoreError;
pub use leases::Fence;
pub use locks::{FileLock, Held, Place};
pub use pacing::BudgetLine;
pub use retentions::Retention;
pub use revocations::PendingRevocation;
pub use rotations::Rotation;
pub use runs::{NewRun, RunLock, RunRecord};
pub use secrets::Sealed;
pub use steps::StepRecord;
pub use store::Store;
