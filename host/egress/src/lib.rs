//! The only way out.
//!
//! Every request is checked against a [`Policy`], every name's addresses are checked before one of them is dialled,
//! redirects are followed here, one checked hop at a time, and the [`Credential`] is attached last and only where the
//! policy says so. No other crate can send.

mod address;
mod api_path;
mod clients;
mod compression;
mod connection;
mod credential;
mod download;
mod egress;
mod encoding;
mod exchange;
mod failure;
mod file_name;
mod finder;
mod fixed_token;
mod flush;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod headers;
mod hidden;
mod hops;
mod host_rule;
mod known_secrets;
mod markup;
mod mask;
mod network;
mod new_file;
mod numbers;
mod pacing;
mod part_file;
mod parts;
mod pieces;
mod policy;
mod range;
mod receipt;
mod redact;
mod request;
mod resolver;
mod response;
mod send;
mod trace;
mod unescape;

pub use address::is_loopback;
pub use connection::{Cause, Connection, CredentialError, Facts, Identify, IdentifyCause, IdentifyError};
pub use credential::Credential;
pub use download::{Download, DownloadLimits, Expectation, SILENCE_LIMIT, Stored};
pub use egress::{Egress, EgressError};
pub use failure::Failure;
pub use file_name::FileName;
pub use fixed_token::FixedToken;
pub use hidden::is_hidden;
pub use host_rule::{HostRule, HostRuleError};
pub use known_secrets::KnownSecrets;
pub use network::{Network, Route};
pub use new_file::rename_new;
pub use pacing::{Ask, Held, MemoryPacing, Pacing, Slot, Turn, now_us, take};
pub use policy::{Policy, Purpose};
pub use redact::redact;
pub use request::{Method, Request, Target};
pub use resolver::{Lookup, SystemLookup};
pub use response::Response;
pub use trace::{NoTrace, Trace, TraceLine};
