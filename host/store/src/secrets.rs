//! Sealed secrets of connections.

use rusqlite::{Connection, OptionalExtension, params};

use crate::leases::{self, Fence};
use crate::{Store, StoreError};

/// A sealed secret and how often it has been replaced.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What the vault made of it.
    pub sealed: Vec<u8>,
    /// Grows by one with each replacement.
    pub generation: u64,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed(generation {})", self.generation)
    }
}

impl Store {
    /// Keeps a sealed secret, replacing the former one of the field.
    pub fn put_secret(&self, connection: &str, field: &str, sealed: &[u8], generation: u64) -> Result<(), StoreError> {
        put(&self.lock(), connection, field, sealed, generation)
    }

    /// The same, by a lease holder: refused when the lease went to somebody else. Closes the connection's rotation.
    pub fn put_secret_under(
        &self,
        fence: &Fence,
        connection: &str,
        field: &str,
        sealed: &[u8],
        generation: u64,
    ) -> Result<(), StoreError> {
        self.transaction(|db| {
            leases::check(db, fence)?;
            put(db, connection, field, sealed, generation)?;
            db.execute("DELETE FROM rotations WHERE connection = ?1", [connection])?;
            Ok(())
        })
    }

    /// The sealed secret of a field.
    pub fn secret(&self, connection: &str, field: &str) -> Result<Option<Sealed>, StoreError> {
        Ok(self
            .lock()
            .prepare_cached("SELECT sealed, generation FROM secrets WHERE connection = ?1 AND field = ?2")?
            .query_row([connection, field], |row| {
                let generation: i64 = row.get(1)?;
                Ok(Sealed { sealed: row.get(0)?, generation: generation.unsigned_abs() })
            })
            .optional()?)
    }

    /// Whether anything is sealed in this database.
    pub fn has_secrets(&self) -> Result<bool, StoreError> {
        Ok(self.lock().query_row("SELECT EXISTS (SELECT 1 FROM secrets)", [], |row| row.get(0))?)
    }

    /// Erases every secret of a connection.
    pub fn delete_secrets(&self, connection: &str) -> Result<(), StoreError> {
        self.lock().execute("DELETE FROM secrets WHERE connection = ?1", [connection])?;
        Ok(())
    }
}

fn put(db: &Connection, connection: &str, field: &str, sealed: &[u8], generation: u64) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO secrets (connection, field, sealed, generation) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (connection, field) DO UPDATE SET sealed = excluded.sealed, generation = excluded.generation",
        params![connection, field, sealed, i64::try_from(generation).unwrap_or(i64::MAX)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lost_the_lease_cannot_write() {
        let store = Store::in_memory().unwrap();
        let first = store.take_lease("token", &"a", 10, 1_000).unwrap().unwrap();
        let second = store.take_lease("token", &"b", 10, 1_011).unwrap().unwrap();
        let stale = store.put_secret_under(&Fence::new("token", first), "c1", "token", b"old", 2);
        assert!(matches!(stale, Err(StoreError::LeaseLost { .. })));
        store.put_secret_under(&Fence::new("token", second), "c1", "token", b"new", 2).unwrap();
        assert_eq!(store.secret("c1", "token").unwrap().unwrap().sealed, b"new");
    }
}
