//! Opening the database, and its one connection.

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Params, Transaction, TransactionBehavior};

use crate::StoreError;
use crate::migrations::{check_version, migrate};
use crate::worker::Worker;

/// How long a write waits for another process. Writes here take milliseconds. A read waits for nobody but a process that recovers or
/// folds the journal.
const BUSY: Duration = Duration::from_secs(10);
/// Longest pause between two looks at whether it is our turn to write; the first ones are shorter.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
/// How long the journal waits to be folded. Whoever reads on does it later.
const FOLD: Duration = Duration::from_secs(2);

/// The database. Clones share one connection.
#[derive(Clone)]
pub struct Store {
    kept: Arc<Kept>,
    /// None in memory.
    folder: Option<Arc<PathBuf>>,
}

/// The one connection.
struct Kept {
    connection: Mutex<Connection>,
    worker: Worker,
    /// Rows changed that a power cut may take back.
    transient: AtomicU64,
}

impl Drop for Kept {
    /// SQLite folds the journal when the last connection closes, and waits for the disk three times. One that has changed
    /// nothing of worth leaves that to the next that does, so that a command that only calls waits for no disk.
    fn drop(&mut self) {
        let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        if connection.total_changes() == *self.transient.get_mut() {
            // at worst it waits
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

impl Store {
    /// Opens `switchboard.db` in a folder, making both when they are missing, readable by their owner only.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |cause| StoreError::Folder { path, cause }
        };
        if !dir.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at(dir))?;
        }
        let file = dir.join("switchboard.db");
        // SQLite gives the journal files the permissions of the main file.
        let options = OpenOptions::new().create(true).append(true).mode(0o600).to_owned();
        switchboard_text_file::open_regular(&file, &options).map_err(at(&file))?;
        let file = fs::canonicalize(&file).map_err(at(&file))?;
        for journal in ["switchboard.db-wal", "switchboard.db-shm", "switchboard.db-journal"] {
            let journal = file.with_file_name(journal);
            switchboard_text_file::check_regular(&journal).map_err(at(&journal))?;
        }
        let mut store = Store::prepare(Connection::open(&file)?)?;
        store.folder = file.parent().map(|folder| Arc::new(folder.to_owned()));
        Ok(store)
    }

    /// A database that ends with its last clone.
    pub fn in_memory() -> Result<Store, StoreError> {
        Store::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Store, StoreError> {
        connection.busy_timeout(BUSY)?;
        journal(&connection)?;
        connection.execute_batch(
            // The journal stays short: each start reads all of it.
            "PRAGMA wal_autocheckpoint = 64; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;",
        )?;
        migrate(&mut connection)?;
        Ok(Store {
            kept: Arc::new(Kept {
                connection: Mutex::new(connection),
                worker: Worker::default(),
                transient: AtomicU64::new(0),
            }),
            folder: None,
        })
    }

    /// The folder it is in; none for a database in memory.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref().map(PathBuf::as_path)
    }

    /// Writes the journal back into the database and empties it, so that nothing erased stays in it. False while
    /// another process reads; then its next turn does it.
    pub fn fold_journal(&self) -> Result<bool, StoreError> {
        let mut turn = WriteTurn::within(FOLD);
        loop {
            let fold = self.lock_to_write().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            let busy: i64 = fold?;
            if busy == 0 || !turn.comes() {
                return Ok(busy == 0);
            }
        }
    }

    /// The connection, to read.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.lock_for(BUSY)
    }

    /// The connection, to write when nobody else does. Who has to wait does that without it, so that others can read.
    pub(crate) fn lock_to_write(&self) -> MutexGuard<'_, Connection> {
        self.lock_for(Duration::ZERO)
    }

    fn lock_for(&self, patience: Duration) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back: the connection itself stays good.
        let connection = self.kept.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Only sets a number.
        let _ = connection.busy_timeout(patience);
        connection
    }

    pub(crate) fn worker(&self) -> &Worker {
        &self.kept.worker
    }

    /// One statement that writes.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        self.transaction(|db| Ok(db.execute(sql, params)?))
    }

    /// Says that `rows` changes of this connection may be lost.
    pub(crate) fn count_transient(&self, rows: u64) {
        self.kept.transient.fetch_add(rows, Ordering::Relaxed);
    }

    /// Several statements as one: all or nothing, and no other process writes between them.
    pub(crate) fn transaction<T>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transaction_or(body)
    }

    /// The same, where the body may refuse with an error of its caller's.
    pub(crate) fn transaction_or<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut turn = WriteTurn::begin();
        loop {
            let mut connection = self.lock_to_write();
            match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
                Ok(transaction) => {
                    check_version(&transaction)?;
                    let result = body(&transaction)?;
                    transaction.commit().map_err(StoreError::from)?;
                    return Ok(result);
                }
                Err(error) if is_busy(&error) => {}
                Err(error) => return Err(StoreError::from(error).into()),
            }
            drop(connection);
            if !turn.comes() {
                return Err(StoreError::Busy.into());
            }
        }
    }
}

/// The wait of a write for the others that write, in this process and in others.
pub(crate) struct WriteTurn {
    give_up: Instant,
    pause: Duration,
}

impl WriteTurn {
    pub fn begin() -> WriteTurn {
        WriteTurn::within(BUSY)
    }

    fn within(patience: Duration) -> WriteTurn {
        WriteTurn { give_up: Instant::now() + patience, pause: Duration::from_millis(1) }
    }

    /// Waits a moment. False when it has been long enough.
    fn comes(&mut self) -> bool {
        if Instant::now() > self.give_up {
            return false;
        }
        std::thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// The same after a failure, which has to be that others write.
    pub fn comes_after(&mut self, error: &rusqlite::Error) -> bool {
        is_busy(error) && self.comes()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// A new database is given its journal once, by one process alone; who comes at the same moment is refused without the wait
/// that `busy_timeout` gives everything else.
fn journal(connection: &Connection) -> Result<(), StoreError> {
    let give_up = Instant::now() + BUSY;
    loop {
        match connection.execute_batch("PRAGMA journal_mode = WAL") {
            Err(error) if is_busy(&error) && Instant::now() < give_up => std::thread::sleep(Duration::from_millis(5)),
            done => return Ok(done?),
        }
    }
}

pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn folder_and_file_are_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let store = Store::open(&data).unwrap();
        store.put_meta("a", "b").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        for file in fs::read_dir(&data).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn who_starts_while_another_process_makes_the_database_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let other = Connection::open(dir.path().join("switchboard.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE; CREATE TABLE other (a)").unwrap();
        std::thread::scope(|scope| {
            let opened = scope.spawn(|| Store::open(dir.path()));
            std::thread::sleep(Duration::from_millis(200));
            assert!(!opened.is_finished(), "it waits");
            other.execute_batch("COMMIT").unwrap();
            opened.join().unwrap().unwrap().put_meta("a", "1").unwrap();
        });
    }

    #[test]
    fn a_newer_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path()).unwrap().lock().pragma_update(None, "user_version", 99).unwrap();
        let error = Store::open(dir.path()).unwrap_err();
        assert!(matches!(error, StoreError::TooNew { found: 99, .. }), "{error}");
    }

    #[test]
    fn an_old_program_at_work_writes_nothing_into_a_newer_database() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store.put_meta("a", "1").unwrap();
        let newer = Connection::open(dir.path().join("switchboard.db")).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        for error in [
            store.put_meta("a", "2").unwrap_err(),
            store.claim_meta("b", "2").unwrap_err(),
            store.replace_budget("a", &["light"], &[(0, 0, 0)], &[(0, 0, 1)]).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::TooNew { found: 99, .. }), "{error}");
        }
        assert_eq!(store.get_meta("a").unwrap().as_deref(), Some("1"));
        assert_eq!(store.get_meta("b").unwrap(), None);
        assert_eq!(store.budget("a", &["light"]).unwrap(), [(0, 0, 0)]);
    }

    #[test]
    fn an_old_program_that_reads_renamed_tables_names_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let newer = Connection::open(dir.path().join("switchboard.db")).unwrap();
        newer.execute_batch("ALTER TABLE meta RENAME COLUMN value TO content").unwrap();
        let error = store.get_meta("a").unwrap_err();
        assert!(matches!(error, StoreError::OtherTables { .. }), "{error}");
        assert!(error.to_string().contains("newer version"), "{error}");
    }

    #[test]
    fn only_what_is_of_worth_waits_for_the_disk_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path()).unwrap().put_meta("a", "1").unwrap();
        let journal = dir.path().join("switchboard.db-wal");
        let count = || {
            let store = Store::open(dir.path()).unwrap();
            let former = store.budget("a", &["light"]).unwrap();
            let used = former[0].2 + 1;
            assert!(store.replace_budget("a", &["light"], &former, &[(0, 0, used)]).unwrap());
            used
        };
        assert!(!journal.exists(), "a change of worth is folded in");
        assert_eq!((count(), count()), (1, 2));
        assert!(journal.exists(), "counters wait in the journal");
        assert_eq!(Store::open(dir.path()).unwrap().get_meta("a").unwrap().as_deref(), Some("1"));
        Store::open(dir.path()).unwrap().put_meta("a", "2").unwrap();
        assert!(!journal.exists(), "and are folded in with the next change of worth");
        assert_eq!(count(), 3);
    }

    #[test]
    fn opening_twice_keeps_the_data() {
        let dir = tempfile::tempdir().unwrap();
        let first = Store::open(dir.path()).unwrap();
        first.put_meta("a", "1").unwrap();
        let second = Store::open(dir.path()).unwrap();
        assert_eq!(second.get_meta("a").unwrap().as_deref(), Some("1"));
    }
}
