//! Token rotations under way.

use rusqlite::{OptionalExtension, params};

use crate::leases::{self, Fence};
use crate::{Store, StoreError, secrets};

/// A token was sent away to be replaced and no answer has been kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Hash of the token that was sent.
    pub token_hash: String,
    /// When it was first sent, milliseconds since 1970.
    pub started_at: i64,
}

impl Store {
    /// Notes that the token in the secret `of` is about to be sent away. An open rotation of the same token keeps its time.
    /// False, and nothing is noted, when the secret is not of this generation any more: the token is another.
    pub fn open_rotation(
        &self,
        fence: &Fence,
        connection: &str,
        of: (&str, u64),
        token_hash: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        self.transaction(|db| {
            leases::check(db, fence)?;
            if secrets::generation(db, connection, of.0)? != Some(of.1) {
                return Ok(false);
            }
            db.execute(
                "INSERT INTO rotations (connection, token_hash, started_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (connection) DO UPDATE
                 SET token_hash = excluded.token_hash, started_at = excluded.started_at
                 WHERE rotations.token_hash <> excluded.token_hash",
                params![connection, token_hash, at],
            )?;
            Ok(true)
        })
    }

    /// The rotation a connection has open.
    pub fn rotation(&self, connection: &str) -> Result<Option<Rotation>, StoreError> {
        Ok(self
            .lock()
            .prepare_cached("SELECT token_hash, started_at FROM rotations WHERE connection = ?1")?
            .query_row([connection], |row| Ok(Rotation { token_hash: row.get(0)?, started_at: row.get(1)? }))
            .optional()?)
    }

    /// Forgets an open rotation: the service said for certain that it replaced nothing.
    pub fn close_rotation(&self, connection: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM rotations WHERE connection = ?1", [connection])?;
        Ok(())
    }
}
