//! What a service tells by itself, and the proof that it was the service who told it.
//!
//! A delivery comes in as [`Unverified`]. [`Unverified::verify`] is the only way to a [`Verified`] one, and only that is read
//! by a connector (`Connector::event`) or ends a connection (`Connections::deauthorized`):
//!
//! ```no_run
//! # async fn server(body: &[u8], headers: [(&str, &[u8]); 2], signing: &switchboard_webhooks::Signing) {
//! use switchboard_webhooks::{MemoryReplays, SigningSecrets, Unverified, Verified};
//! fn act_on(delivery: &Verified) {}
//!
//! let replays = MemoryReplays::default();
//! let secrets = SigningSecrets::new("the-app", ["its secret".into()]).unwrap();
//! let delivery = Unverified::new(headers, body);
//! let delivery = delivery.verify(signing, &secrets, 1_760_000_000_000, &replays).await.unwrap();
//! act_on(&delivery);
//! # }
//! ```
//!
//! The same without the line that verifies is no program:
//!
//! ```compile_fail
//! # async fn server(body: &[u8], headers: [(&str, &[u8]); 2], signing: &switchboard_webhooks::Signing) {
//! use switchboard_webhooks::{MemoryReplays, SigningSecrets, Unverified, Verified};
//! fn act_on(delivery: &Verified) {}
//!
//! let replays = MemoryReplays::default();
//! let secrets = SigningSecrets::new("the-app", ["its secret".into()]).unwrap();
//! let delivery = Unverified::new(headers, body);
//! act_on(&delivery);
//! # }
//! ```
//!
//! Nothing here knows one service from another: a [`Signing`] is data of the connector's manifest.

mod refusal;
mod replays;
mod secrets;
mod signing;
mod unverified;
mod verified;

pub use refusal::Refusal;
pub use replays::{MemoryReplays, Replays};
pub use secrets::SigningSecrets;
pub use signing::{Signing, SigningError};
pub use unverified::{Inspection, Unverified};
pub use verified::Verified;
