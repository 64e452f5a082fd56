//! What an embedder may put in place of the default.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock;

/// A wall clock in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Where a token's replacement has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The lease is held, and the rotation is recorded.
    Sending,
    /// The new token is on disk; nobody has seen it yet.
    Kept,
}

/// Told what happens to tokens and sign-ins, for people, logs and measurements. Called while others wait: it must be quick.
pub trait Watch: Send + Sync {
    /// A token is being replaced.
    fn rotation(&self, connection: &str, stage: Stage);

    /// A sign-in has its answer, and waits this long because the service asked to wait.
    fn pause(&self, _left: Duration) {}
}

/// What an embedder may put in place of the default.
#[derive(Clone)]
pub struct Options {
    /// The system's clock unless replaced.
    pub clock: Clock,
    /// Nobody unless replaced.
    pub watch: Option<Arc<dyn Watch>>,
}

impl Default for Options {
    fn default() -> Options {
        Options { clock: Arc::new(clock::now), watch: None }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Options")
    }
}
