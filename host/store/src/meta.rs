//! Small named facts about the database itself.

use rusqlite::{Connection, OptionalExtension, params};

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

    /// Replaces a value by what `change` makes of the former one; nobody else writes it meanwhile.
    pub fn change_meta(&self, name: &str, change: impl Fn(Option<String>) -> String) -> Result<(), StoreError> {
        self.transaction(|db| {
            let former = db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()?;
            db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", params![name, change(former)])?;
            Ok(())
        })
    }

    /// Replaces a value that is still `from`.
    pub fn replace_meta(&self, name: &str, from: &str, to: &str) -> Result<(), StoreError> {
        self.transaction(|db| follow(db, name, from, to))
    }

    /// All names that begin with `prefix`, with their values.
    pub fn meta_under(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let db = self.lock();
        let mut statement =
            db.prepare_cached("SELECT name, value FROM meta WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?;
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Removes a name.
    pub fn delete_meta(&self, name: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM meta WHERE name = ?1", [name])?;
        Ok(())
    }
}

/// Where the value of a name is `from`, it is `to` from then on.
pub(crate) fn follow(db: &Connection, name: &str, from: &str, to: &str) -> Result<(), StoreError> {
    db.execute("UPDATE meta SET value = ?3 WHERE name = ?1 AND value = ?2", [name, from, to])?;
    Ok(())
}
