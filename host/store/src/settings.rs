//! What a person chose for a connection: the plan of its account, what it was asked for, and the default.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::connections::{COLUMNS, read};
use crate::json::{Json, inner};
use crate::{ConnectionRow, Store, StoreError};

impl Store {
    /// Sets the plan of a connection's account. None is the connector's default.
    pub fn set_plan(&self, id: &str, plan: Option<&str>) -> Result<(), StoreError> {
        self.execute("UPDATE connections SET plan = ?2 WHERE id = ?1", params![id, plan])?;
        Ok(())
    }

    /// The plan of a connection's account, where it was set.
    pub fn plan(&self, id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT plan FROM connections WHERE id = ?1";
        let plan: Option<Option<String>> =
            self.lock().prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        Ok(plan.flatten())
    }

    /// Keeps what a connection was asked for.
    pub fn set_requested_access(&self, id: &str, access: &Value) -> Result<(), StoreError> {
        put_requested_access(&self.lock(), id, access)
    }

    /// What a connection was asked for, where it is known.
    pub fn requested_access(&self, id: &str) -> Result<Option<Value>, StoreError> {
        let sql = "SELECT requested_access FROM connections WHERE id = ?1";
        let read = |row: &rusqlite::Row<'_>| row.get::<_, Option<Json<Value>>>(0);
        let access = self.lock().prepare_cached(sql)?.query_row([id], read).optional()?;
        Ok(inner(access.flatten()))
    }

    /// Chooses the connection that is used when none is named; with `None` none is.
    pub fn set_default_connection(&self, id: Option<&str>) -> Result<(), StoreError> {
        self.transaction(|db| {
            db.execute("UPDATE connections SET is_default = 0 WHERE is_default = 1", [])?;
            db.execute("UPDATE connections SET is_default = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// The connection that is used when none is named, where one was chosen.
    pub fn default_connection(&self) -> Result<Option<ConnectionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM connections WHERE is_default = 1");
        Ok(self.lock().prepare_cached(&sql)?.query_row([], read).optional()?)
    }
}

pub(crate) fn put_requested_access(db: &rusqlite::Connection, id: &str, access: &Value) -> Result<(), StoreError> {
    db.execute("UPDATE connections SET requested_access = ?2 WHERE id = ?1", params![id, Json(access)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::row;

    #[test]
    fn choices_stay_when_the_connection_gets_a_new_grant() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        store.put_connection(&row("c2", "other")).unwrap();
        store.set_plan("c1", Some("pro")).unwrap();
        store.set_requested_access("c1", &serde_json::json!({"port": 1})).unwrap();
        store.set_default_connection(Some("c2")).unwrap();
        store.set_default_connection(Some("c1")).unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        assert_eq!(store.plan("c1").unwrap().as_deref(), Some("pro"));
        assert_eq!(store.requested_access("c1").unwrap(), Some(serde_json::json!({"port": 1})));
        assert_eq!(store.default_connection().unwrap().unwrap().id, "c1");
        store.set_default_connection(None).unwrap();
        assert!(store.default_connection().unwrap().is_none());
        store.set_plan("c1", None).unwrap();
        assert_eq!(store.plan("c1").unwrap(), None);
    }
}
