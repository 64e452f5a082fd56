//! Looks for secrets in whatever a test left behind: files, words, and what its processes showed.
//!
//! A Rust test keeps its files in a [`Home`], which searches itself at its end; other programs use the binary `find-leaks`.

mod everywhere;
mod home;
mod needles;
mod sealed;
mod search;
mod watch;

pub use everywhere::{ask, know, said};
pub use home::Home;
pub use needles::{Needles, spellings};
pub use sealed::secrets as sealed_in;
pub use search::{HANDED_OVER, Search};
pub use watch::Watch;

/// What a secret is, for messages, and its bytes.
pub type Secret = (String, Vec<u8>);
