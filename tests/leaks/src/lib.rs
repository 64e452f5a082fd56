//! Looks for secrets in whatever a test left behind: files, words, and what its processes showed.
//!
//! A Rust test keeps its files in a [`Home`], which searches itself at its end; other programs use the binary `find-leaks`.
//!
//! What cannot be looked at is a failure like a secret that is found: it is told by its place, with what to do. Passed over are
//! only what vanished since it was listed, sockets and pipes, which keep nothing, and the exact files that may hold a secret:
//! a data folder's own key, and a file that the test handed over, while it is as the test wrote it.

mod everywhere;
mod home;
mod needles;
mod sealed;
mod search;
mod watch;

pub use everywhere::{Asked, ask, know, said};
pub use home::Home;
pub use needles::{Needles, spellings};
pub use sealed::{Sealed, sealed_in};
pub use search::Search;
pub use watch::{Watch, shown_by};

/// What a secret is, for messages, and its bytes.
pub type Secret = (String, Vec<u8>);

/// Who is no longer there: a file that a process took with it, or the process.
pub(crate) fn gone(error: &std::io::Error) -> bool {
    const NO_SUCH_PROCESS: i32 = 3;
    error.kind() == std::io::ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS)
}
