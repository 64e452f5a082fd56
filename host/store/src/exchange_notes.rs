//! Codes that are on their way to a token service.

use rusqlite::{Connection, params};

use crate::{Store, StoreError};

/// A code is on its way, or a question about one. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRow {
    /// Its own id, which also names its lock.
    pub id: String,
    /// The connector it is for.
    pub connector: String,
    /// Name of the connection it is for; empty where none was given.
    pub label: String,
    /// The app it is through.
    pub client_id: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// When it was begun, milliseconds since 1970.
    pub at: i64,
    /// Whether a person has seen that it was interrupted.
    pub shown: bool,
}

impl Store {
    /// Adds one.
    pub fn put_exchange(&self, note: &ExchangeRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO exchange_notes (id, connector, label, client_id, oauth_base, at, shown)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![note.id, note.connector, note.label, note.client_id, note.oauth_base, note.at, note.shown],
        )?;
        Ok(())
    }

    /// All of them, oldest first.
    pub fn exchanges(&self) -> Result<Vec<ExchangeRow>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached("SELECT * FROM exchange_notes ORDER BY at, id")?;
        let rows = statement.query_map([], |row| {
            Ok(ExchangeRow {
                id: row.get("id")?,
                connector: row.get("connector")?,
                label: row.get("label")?,
                client_id: row.get("client_id")?,
                oauth_base: row.get("oauth_base")?,
                at: row.get("at")?,
                shown: row.get("shown")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that a person has seen one. One that is gone stays gone.
    pub fn mark_exchange_shown(&self, id: &str) -> Result<(), StoreError> {
        self.execute("UPDATE exchange_notes SET shown = 1 WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Removes one.
    pub fn delete_exchange(&self, id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM exchange_notes WHERE id = ?1", [id])?;
        Ok(())
    }
}

/// The grant that it waited for was written down.
pub(crate) fn end(db: &Connection, id: &str) -> Result<(), StoreError> {
    db.execute("DELETE FROM exchange_notes WHERE id = ?1", [id])?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn note(id: &str, at: i64) -> ExchangeRow {
        ExchangeRow {
            id: id.into(),
            connector: "zoom".into(),
            label: "work".into(),
            client_id: "app".into(),
            oauth_base: "https://example.com/oauth".into(),
            at,
            shown: false,
        }
    }

    #[test]
    fn a_note_is_there_until_its_exchange_ends() {
        let store = Store::in_memory().unwrap();
        store.put_exchange(&note("exchange.2", 2)).unwrap();
        store.put_exchange(&note("exchange.1", 1)).unwrap();
        store.mark_exchange_shown("exchange.1").unwrap();
        store.mark_exchange_shown("exchange.3").unwrap();
        let shown = ExchangeRow { shown: true, ..note("exchange.1", 1) };
        assert_eq!(store.exchanges().unwrap(), [shown, note("exchange.2", 2)]);
        store.delete_exchange("exchange.1").unwrap();
        assert_eq!(store.exchanges().unwrap(), [note("exchange.2", 2)]);
    }
}
