//! The embedded database: connections, sealed secrets, leases, runs and their steps.
//!
//! One SQLite file that several processes may open at once. Every write is on disk when its function returns.
//! Nothing here encrypts or reads a secret: the vault of `switchboard-connections` hands over sealed bytes.
//! Its functions wait: for the disk, and up to ten seconds for another process that writes. Asynchronous code calls them through
//! [`Store::call`], which does the work on the store's own thread. Start at [`Store::open`].

mod attempts;
mod connections;
mod deliveries;
mod error;
mod exchange_notes;
mod former_reasons;
mod grants;
mod json;
mod leases;
mod locks;
mod meta;
mod migrations;
mod pacing;
mod retentions;
mod revocations;
mod rotations;
mod runs;
mod secrets;
mod settings;
mod steps;
mod store;
mod token_service;
mod usage;
mod worker;

pub use attempts::{AttemptFailure, SignInAttempt};
pub use connections::{ConnectionRow, StateReasonRow};
pub use error::StoreError;
pub use exchange_notes::ExchangeRow;
pub use grants::{CommitError, FormerSecret, GrantCommit, GrantKey};
pub use leases::Fence;
pub use locks::{FileLock, Held, Place};
pub use pacing::BudgetLine;
pub use retentions::Retention;
pub use revocations::{PendingRevocation, RevocationOrigin};
pub use rotations::Rotation;
pub use runs::{NewRun, RunItems, RunLock, RunRecord, RunRetry};
pub use secrets::Sealed;
pub use steps::StepRecord;
pub use store::Store;
pub use token_service::RefreshFailure;
pub use usage::Usage;
