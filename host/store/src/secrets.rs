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
        self.transaction(|db| put(db, connection, field, sealed, generation))
    }

    /// Replaces a secret of the generation before, by a lease holder, and closes the connection's rotation. Refused when
    /// the lease went to somebody else, or when the secret was replaced or erased meanwhile.
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
            let changed = db.execute(
                "UPDATE secrets SET sealed = ?3, generation = ?4
                 WHERE connection = ?1 AND field = ?2 AND generation = ?4 - 1",
                params![connection, field, sealed, i64::try_from(generation).unwrap_or(i64::MAX)],
            )?;
            if changed == 0 {
                return Err(StoreError::LeaseLost { name: fence.name().to_owned() });
            }
            db.execute("DELETE FROM rotations WHERE connection = ?1", [connection])?;
            Ok(())
        })
    }

    /// The sealed secret of a field.
    pub fn secret(&self, connection: &str, field: &str) -> Result<Option<Sealed>, StoreError> {
        get(&self.lock(), connection, field)
    }

    /// The generation of a secret whose connection is in this state; none when it is in another, or gone.
    pub fn generation_in(&self, state: &str, connection: &str, field: &str) -> Result<Option<u64>, StoreError> {
        let generation: Option<i64> = self
            .lock()
            .prepare_cached(
                "SELECT generation FROM secrets JOIN connections ON id = connection
                 WHERE connection = ?1 AND field = ?2 AND state = ?3",
            )?
            .query_row([connection, field, state], |row| row.get(0))
            .optional()?;
        Ok(generation.map(i64::unsigned_abs))
    }

    /// Whether anything is sealed in this database.
    pub fn has_secrets(&self) -> Result<bool, StoreError> {
        Ok(self.lock().query_row("SELECT EXISTS (SELECT 1 FROM secrets)", [], |row| row.get(0))?)
    }

    /// Seals every secret anew and changes the fingerprint kept under `name` from `old` to `new`, as one: after a crash
    /// all of it happened or none. Returns how many; none when the fingerprint is another by now.
    pub fn reseal<E: From<StoreError>>(
        &self,
        name: &str,
        old: &str,
        new: &str,
        mut seal: impl FnMut(&str, &str, &[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Option<usize>, E> {
        self.transaction_or(|db| {
            let kept = || -> Result<_, StoreError> {
                let changed =
                    db.execute("UPDATE meta SET value = ?3 WHERE name = ?1 AND value = ?2", [name, old, new])?;
                let mut statement = db.prepare("SELECT connection, field, sealed FROM secrets")?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                Ok((changed > 0).then_some(rows.collect::<Result<Vec<(String, String, Vec<u8>)>, _>>()?))
            };
            let Some(rows) = kept()? else {
                return Ok(None);
            };
            for (connection, field, sealed) in &rows {
                db.execute(
                    "UPDATE secrets SET sealed = ?3 WHERE connection = ?1 AND field = ?2",
                    params![connection, field, seal(connection, field, sealed)?],
                )
                .map_err(StoreError::from)?;
            }
            Ok(Some(rows.len()))
        })
    }

    /// How many secrets are sealed in this database.
    pub fn count_secrets(&self) -> Result<u64, StoreError> {
        let count: i64 = self.lock().query_row("SELECT count(*) FROM secrets", [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Erases every secret of a connection.
    pub fn delete_secrets(&self, connection: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM secrets WHERE connection = ?1", [connection])?;
        Ok(())
    }
}

pub(crate) fn get(db: &Connection, connection: &str, field: &str) -> Result<Option<Sealed>, StoreError> {
    Ok(db
        .prepare_cached("SELECT sealed, generation FROM secrets WHERE connection = ?1 AND field = ?2")?
        .query_row([connection, field], |row| {
            let generation: i64 = row.get(1)?;
            Ok(Sealed { sealed: row.get(0)?, generation: generation.unsigned_abs() })
        })
        .optional()?)
}

/// The generation of a field as it is now.
pub(crate) fn generation(db: &Connection, connection: &str, field: &str) -> Result<Option<u64>, StoreError> {
    let generation: Option<i64> = db
        .query_row("SELECT generation FROM secrets WHERE connection = ?1 AND field = ?2", [connection, field], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(generation.map(i64::unsigned_abs))
}

/// Replaces the sealed fields of a connection by those of a new grant: what was under way with the former one is over. A
/// generation that was erased never comes again, so that nobody takes the new grant for the former.
pub(crate) fn replace(db: &Connection, connection: &str, secrets: &[(&str, Vec<u8>)]) -> Result<(), StoreError> {
    for (field, sealed) in secrets {
        db.execute(
            "INSERT INTO secrets (connection, field, sealed, generation) VALUES (?1, ?2, ?3, random() & 0x3fffffffffffffff)
             ON CONFLICT (connection, field) DO UPDATE SET sealed = excluded.sealed, generation = generation + 1",
            params![connection, field, sealed],
        )?;
    }
    db.execute("DELETE FROM rotations WHERE connection = ?1", [connection])?;
    Ok(())
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
        store.put_secret("c1", "token", b"first", 1).unwrap();
        let first = store.take_lease("token", &"a", 10, 1_000).unwrap().unwrap();
        let second = store.take_lease("token", &"b", 10, 1_011).unwrap().unwrap();
        let stale = store.put_secret_under(&Fence::new("token", first), "c1", "token", b"old", 2);
        assert!(matches!(stale, Err(StoreError::LeaseLost { .. })));
        store.put_secret_under(&Fence::new("token", second), "c1", "token", b"new", 2).unwrap();
        assert_eq!(store.secret("c1", "token").unwrap().unwrap().sealed, b"new");
    }

    #[test]
    fn a_late_token_does_not_overwrite_a_newer_grant_nor_bring_back_an_erased_one() {
        let store = Store::in_memory().unwrap();
        store.put_secret("c1", "token", b"first", 1).unwrap();
        let number = store.take_lease("token", &"a", 10, 1_000).unwrap().unwrap();
        store.put_secret("c1", "token", b"signed in again", 2).unwrap();
        let late = store.put_secret_under(&Fence::new("token", number), "c1", "token", b"late", 2);
        assert!(matches!(late, Err(StoreError::LeaseLost { .. })));
        store.delete_secrets("c1").unwrap();
        let late = store.put_secret_under(&Fence::new("token", number), "c1", "token", b"late", 3);
        assert!(matches!(late, Err(StoreError::LeaseLost { .. })));
        assert!(store.secret("c1", "token").unwrap().is_none());
    }

    #[test]
    fn sealing_anew_is_all_or_nothing() {
        let store = Store::in_memory().unwrap();
        store.put_meta("key", "old").unwrap();
        for connection in ["c1", "c2"] {
            store.put_secret(connection, "token", b"x", 1).unwrap();
        }
        let failing = store.reseal("key", "old", "new", |connection, _, _| match connection {
            "c2" => Err(StoreError::LeaseLost { name: "c2".into() }),
            _ => Ok(b"y".to_vec()),
        });
        assert!(matches!(failing, Err(StoreError::LeaseLost { .. })));
        assert_eq!(store.secret("c1", "token").unwrap().unwrap().sealed, b"x");
        assert_eq!(store.get_meta("key").unwrap().as_deref(), Some("old"));
        let done = store.reseal("key", "old", "new", |_, _, _| Ok::<_, StoreError>(b"y".to_vec())).unwrap();
        assert_eq!(done, Some(2));
        let again = store.reseal("key", "old", "new", |_, _, _| Ok::<_, StoreError>(b"z".to_vec())).unwrap();
        assert_eq!((again, store.get_meta("key").unwrap().as_deref()), (None, Some("new")));
        assert_eq!(store.secret("c2", "token").unwrap().unwrap().sealed, b"y");
    }
}
