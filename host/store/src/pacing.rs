//! Rate budgets of accounts, shared by all processes of this machine.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::store::{WriteTurn, is_busy};
use crate::{Store, StoreError};

/// One line of an account's budget: next free moment (microseconds since 1970), day (days since 1970), used that day.
pub type BudgetLine = (i64, i64, i64);

impl Store {
    /// Change lines of an account's budget as one step that no other process can come between.
    ///
    /// They are written without waiting for the disk: what a power cut loses is a few requests counted too little, which the
    /// service itself still counts.
    pub fn change_budget<T, E>(
        &self,
        account: &str,
        names: &[&str],
        mut change: impl FnMut(&mut [BudgetLine]) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut turn = WriteTurn::begin();
        loop {
            match self.change_budget_once(account, names, &mut change) {
                Err(StoreError::Database(error)) if turn.comes_after(&error) => {}
                result => return result,
            }
        }
    }

    /// The same without a wait, for the first work of a command: none where another process writes, or where the store has work
    /// already. Whoever calls once needs no thread for it.
    pub fn change_budget_at_once<T, E>(
        &self,
        account: &str,
        names: &[&str],
        mut change: impl FnMut(&mut [BudgetLine]) -> Result<T, E>,
    ) -> Result<Option<Result<T, E>>, StoreError> {
        if !self.worker().is_first_work() {
            return Ok(None);
        }
        match self.change_budget_once(account, names, &mut change) {
            Err(StoreError::Database(error)) if is_busy(&error) => Ok(None),
            result => result.map(Some),
        }
    }

    fn change_budget_once<T, E>(
        &self,
        account: &str,
        names: &[&str],
        change: &mut impl FnMut(&mut [BudgetLine]) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut connection = self.lock_to_write();
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let before = connection.total_changes();
        let result = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut lines = Vec::with_capacity(names.len());
            for name in names {
                let line = transaction
                    .prepare_cached("SELECT next_us, day, used FROM budgets WHERE account = ?1 AND name = ?2")?
                    .query_row(params![account, name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                lines.push(line.unwrap_or_default());
            }
            let outcome = change(&mut lines);
            if outcome.is_ok() {
                for (name, (next_us, day, used)) in names.iter().zip(lines) {
                    transaction
                        .prepare_cached(
                            "INSERT INTO budgets (account, name, next_us, day, used) VALUES (?1, ?2, ?3, ?4, ?5)
                             ON CONFLICT (account, name) DO UPDATE
                             SET next_us = excluded.next_us, day = excluded.day, used = excluded.used",
                        )?
                        .execute(params![account, name, next_us, day, used])?;
                }
            }
            transaction.commit()?;
            Ok(outcome)
        })();
        self.count_transient(connection.total_changes() - before);
        connection.pragma_update(None, "synchronous", "FULL")?;
        result
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn count_at_once(store: &Store) -> Option<Result<i64, ()>> {
        let add = |lines: &mut [BudgetLine]| {
            lines[0].2 += 1;
            Ok(lines[0].2)
        };
        store.change_budget_at_once("a", &["light"], add).unwrap()
    }

    #[test]
    fn only_the_first_work_is_done_at_once() {
        let store = Store::in_memory().unwrap();
        assert_eq!(count_at_once(&store), Some(Ok(1)));
        assert_eq!(count_at_once(&store), None);
    }

    #[test]
    fn nothing_is_done_at_once_while_another_process_writes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let other = Connection::open(dir.path().join("switchboard.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(count_at_once(&store), None);
    }

    #[test]
    fn lines_are_kept_by_account_and_a_refusal_changes_nothing() {
        let store = Store::in_memory().unwrap();
        let add = |account: &str, by: i64| {
            store.change_budget(account, &["light", "day"], |lines| {
                lines[1].2 += by;
                if lines[1].2 > 2 { Err(lines[1].2) } else { Ok(lines[1].2) }
            })
        };
        assert_eq!(add("a", 1).unwrap(), Ok(1));
        assert_eq!(add("a", 1).unwrap(), Ok(2));
        assert_eq!(add("a", 5).unwrap(), Err(7));
        assert_eq!(add("a", 0).unwrap(), Ok(2));
        assert_eq!(add("b", 1).unwrap(), Ok(1));
    }
}
