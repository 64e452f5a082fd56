//! Connected accounts: signing in, the vault of their secrets, and tokens that stay fresh.
//!
//! Nothing here knows one service from another: a [`Service`] says where to sign in and where a token may go.
//! Only `sign_in` touches the OAuth library. A token leaves this crate as a [`switchboard_egress::Credential`] and
//! in no other way. Start at [`Connections::open`].

mod admit;
mod aftermath;
mod answer;
mod callback;
mod clock;
mod confirm;
mod connections;
mod deauthorize;
mod device;
mod disconnect;
mod error;
mod exchange_note;
mod export;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod grant;
mod history;
mod holder;
mod keep;
mod key;
mod keyring;
mod live;
mod loopback;
mod made;
mod options;
mod pacing;
mod page;
mod pause;
mod pending;
mod replays;
mod revocation;
mod rotation;
mod service;
mod session;
mod session_page;
mod sign_in;
mod state;
mod text;
mod token;
mod token_failure;
mod token_service;
mod turn;
mod under_way;
mod unkept;
mod vault;
mod verdict;

pub use admit::{Admitted, Care, Ended, Identify, Owner, Usage};
pub use aftermath::Touched;
pub use connections::Connections;
pub use deauthorize::{Deauthorization, Rule as DeauthorizationRule};
pub use device::PendingDevice;
pub use disconnect::{Disconnected, Revocation};
pub use error::ConnectionsError;
pub use exchange_note::InterruptedSignIn;
pub use grant::{Grant, Method};
pub use key::KeySource;
pub use keyring::Keyring;
pub use live::LiveConnection;
pub use loopback::Loopback;
pub use made::Made;
pub use options::{Clock, Options, Stage, Watch};
pub use pending::Pending;
pub use replays::StoreReplays;
pub use revocation::Retried;
pub use service::{App, Service};
pub use session::{ConnectSession, ConnectSessions, Wish};
pub use state::State;
pub use under_way::settled;
pub use vault::{KeyReport, Vault};

/// The text type every secret of this crate is given in.
pub use secrecy::SecretString;
