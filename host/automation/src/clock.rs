//! Time, as an engine sees it.

use async_trait::async_trait;

/// A source of time. This crate has none of its own.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// Returns after so many milliseconds.
    async fn sleep(&self, ms: u64);
}
