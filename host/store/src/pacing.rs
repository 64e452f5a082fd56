//! Rate budgets of accounts, shared by all processes of this machine.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::migrations::check_version;
use crate::store::{WriteTurn, is_busy};
use crate::{Store, StoreError};

/// One line of an account's budget: next free moment (microseconds since 1970), day (days since 1970), used that day.
pub type BudgetLine = (i64, i64, i64);

impl Store {
    /// Lines of an account's budget, in the order of their names.
    pub fn budget(&self, account: &str, names: &[&str]) -> Result<Vec<BudgetLine>, StoreError> {
        read(&self.lock(), account, names)
    }

    /// Replaces lines that are still as they were read. False, and nothing is written, where another process has changed one
    /// meanwhile: then read them again.
    ///
    /// They are written without waiting for the disk: what a power cut loses is a few requests counted too little, which the
    /// service itself still counts.
    pub fn replace_budget(
        &self,
        account: &str,
        names: &[&str],
        former: &[BudgetLine],
        lines: &[BudgetLine],
    ) -> Result<bool, StoreError> {
        let mut turn = WriteTurn::begin();
        loop {
            match self.replace_budget_once(account, names, former, lines) {
                Err(StoreError::Database(error)) if turn.comes_after(&error) => {}
                result => return result,
            }
        }
    }

    /// Whether nothing has used the store's thread yet. True at most once.
    pub fn is_first_work(&self) -> bool {
        self.worker().is_first_work()
    }

    /// The same without a wait: none where another process writes. For the first work of a command, which then needs no thread.
    pub fn try_replace_budget(
        &self,
        account: &str,
        names: &[&str],
        former: &[BudgetLine],
        lines: &[BudgetLine],
    ) -> Result<Option<bool>, StoreError> {
        match self.replace_budget_once(account, names, former, lines) {
            Err(StoreError::Database(error)) if is_busy(&error) => Ok(None),
            result => result.map(Some),
        }
    }

    fn replace_budget_once(
        &self,
        account: &str,
        names: &[&str],
        former: &[BudgetLine],
        lines: &[BudgetLine],
    ) -> Result<bool, StoreError> {
        let mut connection = self.lock_to_write();
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let before = connection.total_changes();
        let result = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            check_version(&transaction)?;
            if read(&transaction, account, names)? != former {
                return Ok(false);
            }
            for (name, (next_us, day, used)) in names.iter().zip(lines) {
                transaction
                    .prepare_cached(
                        "INSERT INTO budgets (account, name, next_us, day, used) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT (account, name) DO UPDATE
                         SET next_us = excluded.next_us, day = excluded.day, used = excluded.used",
                    )?
                    .execute(params![account, name, next_us, day, used])?;
            }
            transaction.commit()?;
            Ok(true)
        })();
        self.count_transient(connection.total_changes() - before);
        connection.pragma_update(None, "synchronous", "FULL")?;
        result
    }
}

fn read(db: &Connection, account: &str, names: &[&str]) -> Result<Vec<BudgetLine>, StoreError> {
    let mut statement = db.prepare_cached("SELECT next_us, day, used FROM budgets WHERE account = ?1 AND name = ?2")?;
    let mut line = |name: &&str| -> Result<BudgetLine, StoreError> {
        let line =
            statement.query_row([account, *name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        Ok(line.unwrap_or_default())
    };
    names.iter().map(&mut line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_at_once(store: &Store) -> Option<bool> {
        let former = store.budget("a", &["light"]).unwrap();
        store.try_replace_budget("a", &["light"], &former, &[(0, 0, 1)]).unwrap()
    }

    #[test]
    fn only_the_first_work_is_done_at_once() {
        let store = Store::in_memory().unwrap();
        assert!(store.is_first_work());
        assert_eq!(count_at_once(&store), Some(true));
        assert!(!store.is_first_work());
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
    fn lines_are_kept_by_account_and_replaced_as_they_were_read() {
        let store = Store::in_memory().unwrap();
        let names = ["light", "day"];
        let none = [(0, 0, 0), (0, 0, 0)];
        let first = [(5, 0, 0), (0, 1, 1)];
        assert_eq!(store.budget("a", &names).unwrap(), none);
        assert!(store.replace_budget("a", &names, &none, &first).unwrap());
        assert!(!store.replace_budget("a", &names, &none, &none).unwrap(), "another one was faster");
        assert_eq!(store.budget("a", &names).unwrap(), first);
        assert_eq!(store.budget("b", &names).unwrap(), none);
        assert!(store.replace_budget("a", &names, &first, &none).unwrap());
    }
}
