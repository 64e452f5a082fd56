//! Grants that a service has yet to take back.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, secrets};

/// A grant of a connection that is gone here and may still hold at the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRevocation {
    /// Its own id; what is needed to ask again is sealed under it.
    pub id: String,
    /// What it was: the connection's label, or words for a sign-in that made none.
    pub label: String,
    /// The connector it was for.
    pub connector: String,
    /// When the connection ended, milliseconds since 1970.
    pub created_at: i64,
    /// Not asked again before this time.
    pub next_at: i64,
    /// Given up at this time.
    pub until: i64,
    /// How often the service was asked.
    pub attempts: u32,
    /// Why the last time failed.
    pub last_error: Option<String>,
    /// The place of its grant among all grants of this database, for one that no connection has kept yet; else 0.
    pub granted: i64,
}

impl Store {
    /// Ends a connection: it goes with its secrets, and the pending revocation comes with its own, as one. False, and
    /// nothing is done, when the connection's secret `of` is not of this generation any more: a newer grant is there.
    pub fn replace_by_revocation(
        &self,
        connection: &str,
        of: (&str, u64),
        pending: &PendingRevocation,
        field: &str,
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        self.transaction(|db| {
            if secrets::generation(db, connection, of.0)? != Some(of.1) {
                return Ok(false);
            }
            db.execute("DELETE FROM secrets WHERE connection = ?1", [connection])?;
            db.execute("DELETE FROM rotations WHERE connection = ?1", [connection])?;
            db.execute("DELETE FROM connections WHERE id = ?1", [connection])?;
            put(db, pending, field, sealed)?;
            Ok(true)
        })
    }

    /// Adds one with what is sealed for it: a grant that no connection keeps yet, which gets its place. Returns that. The fact of the
    /// name `note` goes with it.
    pub fn put_revocation(
        &self,
        pending: &PendingRevocation,
        field: &str,
        sealed: &[u8],
        note: &str,
    ) -> Result<i64, StoreError> {
        self.transaction(|db| {
            let granted = db.query_row(
                "INSERT INTO meta (name, value) VALUES ('grants', '1')
                 ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
                 RETURNING CAST(value AS INTEGER)",
                [],
                |row| row.get(0),
            )?;
            put(db, &PendingRevocation { granted, ..pending.clone() }, field, sealed)?;
            db.execute("DELETE FROM meta WHERE name = ?1", [note])?;
            Ok(granted)
        })
    }

    /// All that are pending, oldest first.
    pub fn revocations(&self) -> Result<Vec<PendingRevocation>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached("SELECT * FROM revocations ORDER BY created_at, id")?;
        let rows = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Claims one for an attempt: nobody else tries before `next_at`. False when somebody was faster, or it is gone.
    pub fn claim_revocation(&self, id: &str, attempts: u32, next_at: i64) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE revocations SET attempts = attempts + 1, next_at = ?3 WHERE id = ?1 AND attempts = ?2",
            params![id, attempts, next_at],
        )?;
        Ok(changed > 0)
    }

    /// Notes why an attempt failed, and when the next one may be made.
    pub fn note_revocation(&self, id: &str, error: &str, next_at: i64) -> Result<(), StoreError> {
        self.execute(
            "UPDATE revocations SET last_error = ?2, next_at = ?3 WHERE id = ?1",
            params![id, error, next_at],
        )?;
        Ok(())
    }

    /// Replaces what is sealed for one. Nothing is written for one that is gone.
    pub fn reseal_revocation(&self, id: &str, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
        self.execute(
            "UPDATE secrets SET sealed = ?3, generation = generation + 1 WHERE connection = ?1 AND field = ?2",
            params![id, field, sealed],
        )?;
        Ok(())
    }

    /// Forgets one, with what was sealed for it.
    pub fn delete_revocation(&self, id: &str) -> Result<(), StoreError> {
        self.transaction(|db| delete(db, id))
    }
}

/// A connection keeps the grant: it waits no more. Refused once somebody has begun to take it back.
pub(crate) fn end_waiting(db: &Connection, id: &str) -> Result<(), StoreError> {
    let attempts: Option<u32> =
        db.query_row("SELECT attempts FROM revocations WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    match attempts {
        Some(0) => delete(db, id),
        _ => Err(StoreError::TakenBack),
    }
}

fn put(db: &Connection, pending: &PendingRevocation, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO revocations (id, label, connector, created_at, next_at, until, attempts, last_error, granted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            pending.id,
            pending.label,
            pending.connector,
            pending.created_at,
            pending.next_at,
            pending.until,
            pending.attempts,
            pending.last_error,
            pending.granted
        ],
    )?;
    db.execute(
        "INSERT INTO secrets (connection, field, sealed, generation) VALUES (?1, ?2, ?3, 1)",
        params![pending.id, field, sealed],
    )?;
    Ok(())
}

fn delete(db: &Connection, id: &str) -> Result<(), StoreError> {
    db.execute("DELETE FROM secrets WHERE connection = ?1", [id])?;
    db.execute("DELETE FROM revocations WHERE id = ?1", [id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<PendingRevocation> {
    Ok(PendingRevocation {
        id: row.get("id")?,
        label: row.get("label")?,
        connector: row.get("connector")?,
        created_at: row.get("created_at")?,
        next_at: row.get("next_at")?,
        until: row.get("until")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        granted: row.get("granted")?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn pending(id: &str) -> PendingRevocation {
        PendingRevocation {
            id: id.into(),
            label: "work".into(),
            connector: "zoom".into(),
            created_at: 1,
            next_at: 2,
            until: 3,
            attempts: 0,
            last_error: None,
            granted: 0,
        }
    }

    #[test]
    fn note_goes_with_the_grant_that_it_waited_for() {
        let store = Store::in_memory().unwrap();
        store.put_meta("note.1", "a").unwrap();
        store.put_meta("note.2", "b").unwrap();
        assert_eq!(store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note.1").unwrap(), 1);
        assert_eq!(store.meta_under("note.").unwrap(), [("note.2".to_owned(), "b".to_owned())]);
        // The same id again: nothing is written.
        store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note.2").unwrap_err();
        assert_eq!(store.get_meta("note.2").unwrap().as_deref(), Some("b"));
    }
}
