//! What used a connection.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError};

/// An automation that used a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Name of the automation.
    pub automation: String,
    /// The last run of it.
    pub run: String,
    /// How many runs.
    pub runs: u64,
    /// When the last one began, in milliseconds since 1970.
    pub at: i64,
}

impl Store {
    /// Counts a run of an automation that uses a connection.
    pub fn count_usage(&self, connection: &str, automation: &str, run: &str, at: i64) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO connection_usage (connection, automation, run, runs, last_at) VALUES (?1, ?2, ?3, 1, ?4)
             ON CONFLICT (connection, automation) DO UPDATE
             SET run = excluded.run, runs = runs + 1, last_at = excluded.last_at",
            params![connection, automation, run, at],
        )?;
        Ok(())
    }

    /// What used a connection, latest first.
    pub fn usage(&self, connection: &str) -> Result<Vec<Usage>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached(
            "SELECT automation, run, runs, last_at FROM connection_usage WHERE connection = ?1
             ORDER BY last_at DESC, automation",
        )?;
        let rows = statement.query_map([connection], |row| {
            let runs: i64 = row.get(2)?;
            Ok(Usage { automation: row.get(0)?, run: row.get(1)?, runs: runs.unsigned_abs(), at: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_an_automation_are_counted() {
        let store = Store::in_memory().unwrap();
        for (automation, run, at) in [("a", "r1", 1), ("b", "r2", 2), ("a", "r3", 3)] {
            store.count_usage("c1", automation, run, at).unwrap();
        }
        store.count_usage("c2", "a", "r4", 4).unwrap();
        let usage = store.usage("c1").unwrap();
        assert_eq!(usage[0], Usage { automation: "a".into(), run: "r3".into(), runs: 2, at: 3 });
        assert_eq!(usage[1], Usage { automation: "b".into(), run: "r2".into(), runs: 1, at: 2 });
        assert_eq!(usage.len(), 2);
    }
}
