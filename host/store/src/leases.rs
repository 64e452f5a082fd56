//! Leases: at most one process at a time does a thing, and a holder that was overtaken cannot write.

use std::fmt::Display;

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, StoreError};

/// Proof of a lease, shown with every write under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    name: String,
    number: u64,
}

impl Fence {
    /// Names a lease and the number [`Store::take_lease`] gave.
    pub fn new(name: &str, number: u64) -> Fence {
        Fence { name: name.to_owned(), number }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Store {
    /// Takes a lease for `ttl_ms`. The fencing number, or none while somebody else holds it.
    pub fn take_lease(
        &self,
        name: &str,
        holder: &impl Display,
        ttl_ms: i64,
        now_ms: i64,
    ) -> Result<Option<u64>, StoreError> {
        // A lease that ends much later than any could was taken before the clock was set back: it is over.
        self.transaction(|db| {
            let number: Option<i64> = db
                .prepare_cached(
                    "INSERT INTO leases (name, holder, fence, expires_at) VALUES (?1, ?2, 1, ?3 + ?4)
                     ON CONFLICT (name) DO UPDATE
                     SET holder = excluded.holder, fence = fence + 1, expires_at = excluded.expires_at
                     WHERE leases.holder IS NULL OR leases.expires_at <= ?3 OR leases.expires_at > ?3 + 10 * ?4
                     RETURNING fence",
                )?
                .query_row(params![name, holder.to_string(), now_ms, ttl_ms], |row| row.get(0))
                .optional()?;
            Ok(number.map(i64::unsigned_abs))
        })
    }

    /// Takes a lease from whoever the row says has it. Only for who knows that nobody does: see [`Store::hold`].
    pub(crate) fn seize_lease(
        &self,
        name: &str,
        holder: &impl Display,
        ttl_ms: i64,
        now_ms: i64,
    ) -> Result<u64, StoreError> {
        self.transaction(|db| {
            let number: i64 = db
                .prepare_cached(
                    "INSERT INTO leases (name, holder, fence, expires_at) VALUES (?1, ?2, 1, ?3 + ?4)
                     ON CONFLICT (name) DO UPDATE
                     SET holder = excluded.holder, fence = fence + 1, expires_at = excluded.expires_at
                     RETURNING fence",
                )?
                .query_row(params![name, holder.to_string(), now_ms, ttl_ms], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        })
    }

    /// Gives a lease back. Does nothing when it went to somebody else meanwhile.
    pub fn release_lease(&self, fence: &Fence) -> Result<(), StoreError> {
        self.execute(
            "UPDATE leases SET holder = NULL, expires_at = 0 WHERE name = ?1 AND fence = ?2",
            params![fence.name, number(fence)],
        )?;
        Ok(())
    }
}

/// Fails when the lease went to somebody else.
pub(crate) fn check(db: &Connection, fence: &Fence) -> Result<(), StoreError> {
    let held: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM leases WHERE name = ?1 AND fence = ?2 AND holder IS NOT NULL)",
        params![fence.name, number(fence)],
        |row| row.get(0),
    )?;
    if held { Ok(()) } else { Err(StoreError::LeaseLost { name: fence.name.clone() }) }
}

fn number(fence: &Fence) -> i64 {
    i64::try_from(fence.number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_the_number_grows() {
        let store = Store::in_memory().unwrap();
        let first = store.take_lease("x", &"a", 100, 1_000).unwrap().unwrap();
        assert_eq!(store.take_lease("x", &"b", 100, 1_050).unwrap(), None);
        store.release_lease(&Fence::new("x", first)).unwrap();
        let second = store.take_lease("x", &"b", 100, 1_060).unwrap().unwrap();
        assert!(second > first);
        let third = store.take_lease("x", &"c", 100, 1_160).unwrap().unwrap();
        assert!(third > second);
    }

    #[test]
    fn a_late_release_does_not_free_the_next_holder() {
        let store = Store::in_memory().unwrap();
        let first = store.take_lease("x", &"a", 100, 1_000).unwrap().unwrap();
        store.take_lease("x", &"b", 100, 1_200).unwrap().unwrap();
        store.release_lease(&Fence::new("x", first)).unwrap();
        assert_eq!(store.take_lease("x", &"c", 100, 1_210).unwrap(), None);
    }
}
