//! The key of the secrets.

use switchboard_connections::Vault;

use crate::{App, AppError, memory};

pub use switchboard_connections::{KeyReport, KeySource};

/// The fingerprint and the source of the key, never the key.
pub async fn report(app: &App) -> Result<KeyReport, AppError> {
    memory::hide_from_other_processes();
    let (store, source) = (app.store().await?, app.key_source().await?);
    let of = store.clone();
    Ok(store.call(move || Vault::report(&of, &source)).await?)
}

/// Replaces the key, and encrypts all secrets anew.
pub async fn rotate(app: &App) -> Result<KeyReport, AppError> {
    memory::hide_from_other_processes();
    let (store, source) = (app.store().await?, app.key_source().await?);
    let of = store.clone();
    Ok(store.call(move || Vault::rotate(&of, &source)).await?)
}
