//! What was copied from an account that took the app away: deleted by a date, or kept with consent.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Json, inner};
use crate::{Store, StoreError};

/// The clock of one account's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// Id of the connection the data came through.
    pub connection: String,
    /// Its label.
    pub label: String,
    /// Its connector.
    pub connector: String,
    /// Whose account it was.
    pub identity: Option<Value>,
    /// When the account took the app away, milliseconds since 1970.
    pub ended_at: i64,
    /// The last moment by which the data is to be gone, milliseconds since 1970; none when it is kept with consent.
    pub delete_by: Option<i64>,
    /// `delete`, or `retain` with the account's consent.
    pub decision: String,
    /// When the data was deleted, milliseconds since 1970.
    pub done_at: Option<i64>,
}

impl Store {
    /// Starts a clock. One that runs already keeps its earlier end; consent given is kept.
    pub fn start_retention(&self, retention: &Retention) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO retentions (connection, label, connector, identity, ended_at, delete_by, decision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (connection) DO UPDATE SET
                ended_at = excluded.ended_at, delete_by = excluded.delete_by, decision = excluded.decision,
                done_at = NULL
             WHERE retentions.done_at IS NOT NULL
                OR (excluded.decision = 'retain' AND retentions.decision = 'delete')",
            params![
                retention.connection,
                retention.label,
                retention.connector,
                retention.identity.as_ref().map(Json),
                retention.ended_at,
                retention.delete_by,
                retention.decision,
            ],
        )?;
        Ok(())
    }

    /// The clock of a connection.
    pub fn retention(&self, connection: &str) -> Result<Option<Retention>, StoreError> {
        let sql = "SELECT * FROM retentions WHERE connection = ?1";
        Ok(self.lock().prepare_cached(sql)?.query_row([connection], read).optional()?)
    }

    /// Clocks that have run out and whose data is not deleted yet, the most overdue first.
    pub fn retentions_due(&self, now: i64) -> Result<Vec<Retention>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached(
            "SELECT * FROM retentions WHERE decision = 'delete' AND done_at IS NULL AND delete_by <= ?1
             ORDER BY delete_by",
        )?;
        let rows = statement.query_map([now], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Says that the data is gone.
    pub fn finish_retention(&self, connection: &str, at: i64) -> Result<(), StoreError> {
        self.execute(
            "UPDATE retentions SET done_at = ?2, identity = NULL WHERE connection = ?1",
            params![connection, at],
        )?;
        Ok(())
    }

    /// Stops the clock: the account was connected again before it ran out.
    pub fn stop_retention(&self, connection: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM retentions WHERE connection = ?1 AND done_at IS NULL", [connection])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Retention> {
    Ok(Retention {
        connection: row.get("connection")?,
        label: row.get("label")?,
        connector: row.get("connector")?,
        identity: inner(row.get("identity")?),
        ended_at: row.get("ended_at")?,
        delete_by: row.get("delete_by")?,
        decision: row.get("decision")?,
        done_at: row.get("done_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(decision: &str, delete_by: Option<i64>) -> Retention {
        Retention {
            connection: "c1".into(),
            label: "work".into(),
            connector: "demo".into(),
            identity: None,
            ended_at: 10,
            delete_by,
            decision: decision.into(),
            done_at: None,
        }
    }

    #[test]
    fn a_second_event_does_not_move_the_date_and_consent_does() {
        let store = Store::in_memory().unwrap();
        store.start_retention(&clock("delete", Some(100))).unwrap();
        store.start_retention(&clock("delete", Some(900))).unwrap();
        assert_eq!(store.retention("c1").unwrap().unwrap().delete_by, Some(100));
        assert!(store.retentions_due(99).unwrap().is_empty());
        assert_eq!(store.retentions_due(100).unwrap().len(), 1);
        store.start_retention(&clock("retain", None)).unwrap();
        assert!(store.retentions_due(1_000).unwrap().is_empty());
        store.start_retention(&clock("delete", Some(900))).unwrap();
        assert_eq!(store.retention("c1").unwrap().unwrap().decision, "retain");
    }

    #[test]
    fn what_is_done_is_not_due_again() {
        let store = Store::in_memory().unwrap();
        store.start_retention(&clock("delete", Some(100))).unwrap();
        store.finish_retention("c1", 101).unwrap();
        assert!(store.retentions_due(1_000).unwrap().is_empty());
        assert_eq!(store.retention("c1").unwrap().unwrap().done_at, Some(101));
    }
}
