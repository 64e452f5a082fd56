//! Work that blocks its thread: a read that waits for a person, the keyring, the opening of the database.

use tokio::sync::oneshot;

use crate::AppError;

/// Does blocking work on a thread of its own. Timers and signals go on meanwhile. Work that does not end is left behind at the end of
/// the process.
pub async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let (sender, result) = oneshot::channel();
    std::thread::spawn(move || drop(sender.send(work())));
    result.await.unwrap_or_else(|_| Err(AppError::failed("host.start", "a thread of this program ended early")))
}
