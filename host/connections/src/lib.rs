//! Connected accounts: signing in, the vault of their secrets, and tokens that stay fresh.
//!
//! Nothing here knows one service from another: a [`Service`] says where to sign in and where a token may go.
//! Only `sign_in` touches the OAuth library. A token leaves this crate as a [`switchboard_egress::Credential`] and
//! in no other way. Start at [`Connections::open`].

mod clock;
mod connection;
mod connections;
mod ending;
mod error;
mod export;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod grant;
mod live_connection;
mod next_step;
mod options;
mod pacing;
mod procfs;
mod refresh;
mod requested_access;
mod service;
mod sign_in;
mod state;
mod state_reason;
mod text;
mod token_endpoint;
mod vault;
mod webhook_replays;

pub use connection::Connection;
pub use connections::Connections;
pub use ending::deauthorize::{Deauthorization, Rule as DeauthorizationRule};
pub use ending::disconnect::{DisconnectResult, Revocation};
pub use ending::revocation::RevocationRetry;
pub use error::ConnectionsError;
pub use grant::owner_check::{Admission, AdmissionRules, Owner, ReplacedConnection};
pub use grant::rejected::Leftover;
pub use grant::{Grant, Method};
pub use live_connection::LiveConnection;
pub use next_step::ConnectionStep;
pub use options::{Clock, Options, Stage, Watch};
pub use requested_access::RequestedAccess;
pub use service::{App, Service};
pub use sign_in::browser::Pending;
pub use sign_in::device_code::PendingDevice;
pub use sign_in::exchange_note::InterruptedSignIn;
pub use sign_in::loopback::Loopback;
pub use sign_in::web_session::{ConnectSession, ConnectSessions, SessionRequest};
pub use state::State;
pub use state_reason::StateReason;
pub use token_endpoint::refusal::{TokenRefusal, number_in};
pub use vault::key::KeySource;
pub use vault::keyring::Keyring;
pub use vault::{KeyReport, Vault};
pub use webhook_replays::StoreReplays;

/// Identifies the user of a grant or a connection; the connector of the runtime makes one.
pub use switchboard_egress::{Identify, IdentifyCause, IdentifyError};

/// What used a connection.
pub use switchboard_store::Usage;

/// The text type every secret of this crate is given in.
pub use secrecy::SecretString;
