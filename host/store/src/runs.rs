//! Runs of automations.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Json, inner};
use crate::{FileLock, Store, StoreError};

/// Characters of the shortest beginning of an id that names a run: `r-` and two more. An empty text, as of a variable that is not
/// set, names none.
const SHORTEST_PREFIX: u32 = 4;

/// A run as it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// Its id.
    pub id: String,
    /// Name of the automation.
    pub automation: String,
    /// The document's text as it was run.
    pub document: String,
    /// Hash of that text, in hex.
    pub document_sha256: String,
    /// What it was given.
    pub inputs: Value,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// The labels of the connections it uses, by the document's names.
    pub connections: BTreeMap<String, String>,
    /// The run that it tries again.
    pub retry: Option<RunRetry>,
}

/// The run that another one tries again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRetry {
    /// Its id.
    pub run: String,
    /// The path of the step from which on steps are performed again, whether they failed or not.
    pub from: Option<String>,
}

/// Items of the loops of a run that go on when one fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunItems {
    /// Those that failed.
    pub failed: u32,
    /// All of them.
    pub all: u32,
}

/// A run as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// Name of the automation.
    pub automation: String,
    /// Hash of the document, in hex.
    pub document_sha256: String,
    /// What it was given.
    pub inputs: Value,
    /// `running`, `interrupted` (its process ended before it did), `succeeded`,
    /// `partly_failed` (items of its loops failed), `failed` or `cancelled`.
    pub state: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: Option<i64>,
    /// What it gave back.
    pub outputs: Option<Value>,
    /// Why it failed.
    pub error: Option<Value>,
    /// The items of its loops that go on when one fails.
    #[serde(default)]
    pub items: RunItems,
    /// The run that it tries again.
    #[serde(default)]
    pub retry: Option<RunRetry>,
    /// The labels that the connections it used had then, by the document's names. Empty where nobody noted it.
    #[serde(default)]
    pub connections: BTreeMap<String, String>,
}

impl RunRecord {
    /// Whether its process ended before it did.
    pub fn is_interrupted(&self) -> bool {
        self.state == INTERRUPTED
    }
}

/// The state of a run in the database until its end is recorded.
const RUNNING: &str = "running";
const SUCCEEDED: &str = "succeeded";
/// The state of a run that came to its end, and whose loops have failed items.
const PARTLY_FAILED: &str = "partly_failed";
/// The state of a `running` run whose process is gone.
const INTERRUPTED: &str = "interrupted";

const COLUMNS: &str = "id, automation, document_sha256, inputs, state, started_at, ended_at, outputs, error, connections, failed_items, items, \
     retry_of, retry_from";

/// Held while a run goes on, and by its process alone: once it is free the run does not go on.
#[derive(Debug)]
pub struct RunLock {
    _lock: Option<FileLock>,
}

impl Store {
    /// Records that a run begins. Whoever carries it out keeps the lock until its end is recorded.
    pub fn start_run(&self, run: &NewRun) -> Result<RunLock, StoreError> {
        // Before the row: one that is there without its lock is interrupted.
        let lock = self.lock_once(&lock_name(&run.id))?;
        self.execute(
            "INSERT INTO runs (id, automation, document, document_sha256, inputs, state, started_at, connections,
                               retry_of, retry_from)
             VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6, ?7, ?8, ?9)",
            params![
                run.id,
                run.automation,
                run.document,
                run.document_sha256,
                Json(&run.inputs),
                run.started_at,
                Json(&run.connections),
                run.retry.as_ref().map(|retry| &retry.run),
                run.retry.as_ref().and_then(|retry| retry.from.as_ref()),
            ],
        )?;
        Ok(RunLock { _lock: lock })
    }

    /// Takes up a run that nobody carries out any more. Whoever carries it on keeps the lock until its end is recorded.
    pub fn resume_run(&self, id: &str) -> Result<RunLock, StoreError> {
        let goes_on = || StoreError::RunGoesOn { run: id.to_owned() };
        let lock = self.lock_once(&lock_name(id))?.ok_or_else(goes_on)?;
        let sql = "SELECT state FROM runs WHERE id = ?1";
        let state: Option<String> = self.lock().query_row(sql, [id], |row| row.get(0)).optional()?;
        if state.as_deref() != Some(RUNNING) {
            return Err(StoreError::RunEnded { run: id.to_owned() });
        }
        Ok(RunLock { _lock: Some(lock) })
    }

    /// Records how a run ended, once.
    pub fn end_run(
        &self,
        id: &str,
        state: &str,
        ended_at: i64,
        outputs: Option<&Value>,
        error: Option<&Value>,
        items: RunItems,
    ) -> Result<(), StoreError> {
        let rows = self.execute(
            "UPDATE runs SET state = ?2, ended_at = ?3, outputs = ?4, error = ?5, failed_items = ?6, items = ?7
             WHERE id = ?1 AND state = 'running'",
            params![id, state, ended_at, outputs.map(Json), error.map(Json), items.failed, items.all],
        )?;
        if rows == 0 { Err(StoreError::RunEnded { run: id.to_owned() }) } else { Ok(()) }
    }

    /// The latest runs, newest first.
    pub fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?1");
        let db = self.lock();
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], read)?.collect::<Result<Vec<RunRecord>, _>>()?;
        drop(statement);
        drop(db);
        rows.into_iter().map(|run| self.living(run)).collect()
    }

    /// The run of an id, or of the beginning of one: [`SHORTEST_PREFIX`] characters or more.
    pub fn run(&self, id_or_prefix: &str) -> Result<Option<RunRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM runs WHERE substr(id, 1, length(?1)) = ?1 AND (length(?1) >= ?2 OR id = ?1) \
             ORDER BY id = ?1 DESC LIMIT 2"
        );
        let rows = {
            let db = self.lock();
            let mut statement = db.prepare_cached(&sql)?;
            statement.query_map(params![id_or_prefix, SHORTEST_PREFIX], read)?.collect::<Result<Vec<RunRecord>, _>>()?
        };
        let several = rows.len() > 1;
        match rows.into_iter().next() {
            Some(run) if several && run.id != id_or_prefix => {
                Err(StoreError::AmbiguousRun { prefix: id_or_prefix.to_owned() })
            }
            Some(run) => self.living(run).map(Some),
            None => Ok(None),
        }
    }

    /// Deletes a run with its steps. One that a living process carries out is refused.
    pub fn delete_run(&self, id: &str) -> Result<(), StoreError> {
        let goes_on = || StoreError::RunGoesOn { run: id.to_owned() };
        // Held until the row is gone: a run has its lock before its row.
        let _lock = self.lock_once(&lock_name(id))?.ok_or_else(goes_on)?;
        // In memory there is no lock, and no other process whose run could have been interrupted.
        let also_running = self.folder().is_some();
        let sql = "DELETE FROM runs WHERE id = ?1 AND (?2 OR state <> 'running')";
        let rows = self.execute(sql, params![id, also_running])?;
        if rows == 0 && self.run(id)?.is_some_and(|run| run.id == id) { Err(goes_on()) } else { Ok(()) }
    }

    /// Ids of the runs that began before a moment, in milliseconds since 1970, oldest first.
    pub fn runs_before(&self, moment: i64) -> Result<Vec<String>, StoreError> {
        let db = self.lock();
        let mut statement =
            db.prepare_cached("SELECT id FROM runs WHERE started_at < ?1 ORDER BY started_at, rowid")?;
        Ok(statement.query_map([moment], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The run as it is now: one that nobody carries out any more is not `running`, whatever its row says.
    fn living(&self, run: RunRecord) -> Result<RunRecord, StoreError> {
        if run.state != RUNNING || self.folder().is_none() || self.is_locked(&lock_name(&run.id))? {
            return Ok(run);
        }
        // Read once more: it may have ended between the row and the lock.
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
        let mut run = self.lock().query_row(&sql, [&run.id], read)?;
        if run.state == RUNNING {
            INTERRUPTED.clone_into(&mut run.state);
        }
        Ok(run)
    }

    /// The text of the document a run was started from.
    pub fn run_document(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.lock().query_row("SELECT document FROM runs WHERE id = ?1", [id], |row| row.get(0)).optional()?)
    }
}

fn lock_name(id: &str) -> String {
    format!("run/{id}")
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    let Json(inputs) = row.get("inputs")?;
    let items = RunItems { failed: row.get("failed_items")?, all: row.get("items")? };
    let (retry_of, from): (Option<String>, _) = (row.get("retry_of")?, row.get("retry_from")?);
    let mut state: String = row.get("state")?;
    if state == SUCCEEDED && items.failed > 0 {
        PARTLY_FAILED.clone_into(&mut state);
    }
    Ok(RunRecord {
        id: row.get("id")?,
        automation: row.get("automation")?,
        document_sha256: row.get("document_sha256")?,
        inputs,
        state,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        outputs: inner(row.get("outputs")?),
        error: inner(row.get("error")?),
        items,
        retry: retry_of.map(|run| RunRetry { run, from }),
        connections: inner(row.get("connections")?).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn start(store: &Store, id: &str, at: i64) -> RunLock {
        store
            .start_run(&NewRun {
                id: id.into(),
                automation: "weekly".into(),
                document: "{}".into(),
                document_sha256: "44".into(),
                inputs: json!({"a": 1}),
                started_at: at,
                connections: [("zoom".to_owned(), "work".to_owned())].into(),
                retry: None,
            })
            .unwrap()
    }

    #[test]
    fn a_run_without_its_process_is_interrupted() {
        let dir = tempfile::tempdir().unwrap();
        let (store, other) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        let lock = start(&store, "run-1", 5);
        let state = || other.run("run-1").unwrap().unwrap().state;
        assert_eq!(state(), "running");
        drop(lock);
        assert_eq!(state(), "interrupted");
        assert_eq!(other.runs(5).unwrap()[0].state, "interrupted");
        store.end_run("run-1", "failed", 9, None, None, RunItems::default()).unwrap();
        assert_eq!(state(), "failed");
    }

    #[test]
    fn only_an_interrupted_run_is_resumed() {
        let dir = tempfile::tempdir().unwrap();
        let (store, other) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        let lock = start(&store, "run-1", 5);
        assert!(matches!(other.resume_run("run-1"), Err(StoreError::RunGoesOn { .. })));
        drop(lock);
        let lock = other.resume_run("run-1").unwrap();
        assert_eq!(store.run("run-1").unwrap().unwrap().state, "running");
        assert!(matches!(store.resume_run("run-1"), Err(StoreError::RunGoesOn { .. })));
        other.end_run("run-1", "failed", 9, None, None, RunItems::default()).unwrap();
        drop(lock);
        assert!(matches!(store.resume_run("run-1"), Err(StoreError::RunEnded { .. })));
        assert!(matches!(store.resume_run("run-2"), Err(StoreError::RunEnded { .. })));
    }

    #[test]
    fn a_run_ends_with_outputs() {
        let store = Store::in_memory().unwrap();
        start(&store, "run-1", 5);
        assert_eq!(store.run("run-1").unwrap().unwrap().state, "running");
        store.end_run("run-1", "succeeded", 9, Some(&json!({"b": 2})), None, RunItems::default()).unwrap();
        let run = store.run("run-1").unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.ended_at, run.outputs), ("succeeded", Some(9), Some(json!({"b": 2}))));
        assert_eq!(run.connections.get("zoom").map(String::as_str), Some("work"));
        assert_eq!(store.run_document("run-1").unwrap().as_deref(), Some("{}"));
    }

    #[test]
    fn a_run_that_goes_on_is_not_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let stores = [Store::open(dir.path()).unwrap(), Store::in_memory().unwrap()];
        for store in stores {
            let lock = start(&store, "run-1", 5);
            assert!(matches!(store.delete_run("run-1"), Err(StoreError::RunGoesOn { .. })));
            assert!(store.run("run-1").unwrap().is_some());
            store.end_run("run-1", "failed", 9, None, None, RunItems::default()).unwrap();
            drop(lock);
            assert_eq!(store.runs_before(6).unwrap(), ["run-1"]);
            assert!(store.runs_before(5).unwrap().is_empty());
            store.delete_run("run-1").unwrap();
            assert_eq!(store.run("run-1").unwrap(), None);
        }
    }

    #[test]
    fn newest_first_and_limited() {
        let store = Store::in_memory().unwrap();
        for (id, at) in [("a", 1), ("b", 2), ("c", 3)] {
            start(&store, id, at);
        }
        let ids: Vec<_> = store.runs(2).unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(ids, ["c", "b"]);
    }

    #[test]
    fn a_prefix_must_name_one_run() {
        let store = Store::in_memory().unwrap();
        for id in ["r-ab", "r-abc", "r-xyz", "r-mno1", "r-mno2"] {
            start(&store, id, 1);
        }
        assert_eq!(store.run("r-xy").unwrap().unwrap().id, "r-xyz");
        assert_eq!(store.run("r-ab").unwrap().unwrap().id, "r-ab");
        assert!(matches!(store.run("r-mno"), Err(StoreError::AmbiguousRun { .. })));
        assert_eq!(store.run("r-qq").unwrap(), None);
    }

    #[test]
    fn a_short_text_names_no_run() {
        let store = Store::in_memory().unwrap();
        start(&store, "r-ab", 1);
        for text in ["", "r", "r-", "r-a"] {
            assert_eq!(store.run(text).unwrap(), None, "{text:?}");
        }
    }
}
