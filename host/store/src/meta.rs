//! Small named facts about the database itself.

use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError};

impl Store {
    /// The value kept under a name.
    pub fn get_meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .lock()
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    /// Keeps a value under a name, replacing the former one.
    pub fn put_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    /// Keeps a value unless the name is taken. Returns what is there now.
    pub fn claim_meta(&self, name: &str, value: &str) -> Result<String, StoreError> {
        self.transaction(|db| {
            db.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)", params![name, value])?;
            Ok(db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?)
        })
    }
}
