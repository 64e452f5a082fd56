//! Grants that a service has yet to take back.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, connections, exchange_notes, secrets};

/// A grant of a connection that is gone here and may still hold at the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRevocation {
    /// Its own id; what is needed to ask again is sealed under it.
    pub id: String,
    /// What it was of.
    pub origin: RevocationOrigin,
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

/// What a grant was of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevocationOrigin {
    /// A connection.
    Connection {
        /// Its name.
        label: String,
    },
    /// A sign-in that made no connection.
    SignIn,
}

impl fmt::Display for RevocationOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection { label } => f.write_str(label),
            Self::SignIn => f.write_str("an unfinished sign-in"),
        }
    }
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
            connections::delete(db, connection)?;
            put(db, pending, field, sealed)?;
            Ok(true)
        })
    }

    /// Adds one with what is sealed for it: a grant that no connection keeps yet, which gets its place. Returns that. The note of
    /// its exchange goes with it.
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
            exchange_notes::end(db, note)?;
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
    let (origin, label) = match &pending.origin {
        RevocationOrigin::Connection { label } => (CONNECTION, label.as_str()),
        RevocationOrigin::SignIn => (SIGN_IN, ""),
    };
    db.execute(
        "INSERT INTO revocations (id, label, connector, created_at, next_at, until, attempts, last_error, granted,
                                  origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            pending.id,
            label,
            pending.connector,
            pending.created_at,
            pending.next_at,
            pending.until,
            pending.attempts,
            pending.last_error,
            pending.granted,
            origin
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

/// The names of the origins in the database.
const CONNECTION: &str = "connection";
const SIGN_IN: &str = "sign-in";

fn read(row: &Row<'_>) -> rusqlite::Result<PendingRevocation> {
    let origin: String = row.get("origin")?;
    Ok(PendingRevocation {
        id: row.get("id")?,
        origin: if origin == SIGN_IN {
            RevocationOrigin::SignIn
        } else {
            RevocationOrigin::Connection { label: row.get("label")? }
        },
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
    use crate::exchange_notes::tests::note;

    pub(crate) fn pending(id: &str) -> PendingRevocation {
        PendingRevocation {
            id: id.into(),
            origin: RevocationOrigin::Connection { label: "work".into() },
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
        store.put_exchange(&note("note.1", 1)).unwrap();
        store.put_exchange(&note("note.2", 2)).unwrap();
        assert_eq!(store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note.1").unwrap(), 1);
        assert_eq!(store.exchanges().unwrap(), [note("note.2", 2)]);
        // The same id again: nothing is written.
        store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note.2").unwrap_err();
        assert_eq!(store.exchanges().unwrap(), [note("note.2", 2)]);
    }
}
