//! Load a connector (a WASM component), check it, and run its activities inside limits.
//!
//! Start at [`Runtime`], then [`Connector::call`]. This is the only crate on wasmtime and what platform hosts embed; it
//! knows nothing of databases, files other than downloads, or of any particular service. Credentials come through the
//! [`Connection`] trait, the network is `switchboard-egress`.

mod allowance;
mod bindings;
mod call;
mod call_budget;
mod clock;
mod connector;
mod deliveries;
mod download;
mod engine;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod guest_text;
mod host;
mod limits;
mod machine_code;
mod meter;
mod owner_check;
mod permit;
mod request_size;
mod retry;
mod slots;
mod trusted;

pub use bindings::Identity;
pub use call::{CallOptions, Events, Silent};
pub use connector::{Bundle, Connector, LoadError, MAX_COMPONENT};
pub use deliveries::Event;
pub use engine::{Runtime, RuntimeConfig, StartError};
pub use error::{Broken, CallError, Problem, Refused, Retry};
pub use machine_code::MachineCode;
pub use switchboard_egress::{
    Ask, Connection, Credential, CredentialError, Egress, Facts, FixedToken, Held, Identify, IdentifyCause,
    IdentifyError, MemoryPacing, NoTrace, Pacing, Policy, Trace, Turn,
};
/// What a connector declares, as data.
pub use switchboard_manifest as manifest;
pub use switchboard_webhooks::{
    Inspection, MemoryReplays, Refusal, Replays, Signing, SigningError, SigningSecrets, Unverified, Verified,
};
