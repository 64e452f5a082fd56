//! Steps of runs.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Json, inner};
use crate::{Store, StoreError};

/// One step of a run as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Id of the run.
    pub run: String,
    /// Where it is in the document, one path per turn of a loop.
    pub path: String,
    /// The activity it calls.
    pub activity: Option<String>,
    /// `started`, `succeeded`, `failed` or `skipped`.
    pub state: String,
    /// Counted from one.
    pub attempt: u32,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: Option<i64>,
    /// What the activity was given.
    pub input: Option<Value>,
    /// What it gave back.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<Value>,
}

const COLUMNS: &str = "run, path, activity, state, attempt, started_at, ended_at, input, output, error";

impl Store {
    /// Keeps a step as it stands. One that has begun ends, or begins its next attempt; a step that has ended is never replaced,
    /// and no attempt is begun twice.
    pub fn put_step(&self, step: &StepRecord) -> Result<(), StoreError> {
        self.transaction(|db| {
            let rows = db.prepare_cached(
                "INSERT INTO steps (run, path, activity, state, attempt, started_at, ended_at, input, output, error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (run, path) DO UPDATE SET
                    activity = excluded.activity, state = excluded.state, attempt = excluded.attempt,
                    started_at = excluded.started_at, ended_at = excluded.ended_at, input = excluded.input,
                    output = excluded.output, error = excluded.error
                 WHERE steps.state = 'started'
                    AND (excluded.state <> 'started' OR excluded.attempt > steps.attempt)",
            )?
            .execute(params![
                step.run,
                step.path,
                step.activity,
                step.state,
                step.attempt,
                step.started_at,
                step.ended_at,
                step.input.as_ref().map(Json),
                step.output.as_ref().map(Json),
                step.error.as_ref().map(Json),
            ])?;
            if rows == 0 {
                return Err(StoreError::StepTaken { run: step.run.clone(), path: step.path.clone() });
            }
            Ok(())
        })
    }

    /// One step of a run.
    pub fn step(&self, run: &str, path: &str) -> Result<Option<StepRecord>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM steps WHERE run = ?1 AND path = ?2"))?;
        Ok(statement.query_row([run, path], read).optional()?)
    }

    /// The steps of a run in the order they first began.
    pub fn steps(&self, run: &str) -> Result<Vec<StepRecord>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM steps WHERE run = ?1 ORDER BY rowid"))?;
        let rows = statement.query_map([run], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StepRecord> {
    Ok(StepRecord {
        run: row.get("run")?,
        path: row.get("path")?,
        activity: row.get("activity")?,
        state: row.get("state")?,
        attempt: row.get("attempt")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        input: inner(row.get("input")?),
        output: inner(row.get("output")?),
        error: inner(row.get("error")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewRun;
    use serde_json::json;

    #[test]
    fn a_step_is_replaced_and_keeps_its_place() {
        let store = Store::in_memory().unwrap();
        store
            .start_run(&NewRun {
                id: "r".into(),
                automation: "a".into(),
                document: String::new(),
                document_sha256: String::new(),
                inputs: json!({}),
                started_at: 1,
                connections: Default::default(),
                retry: None,
            })
            .unwrap();
        let mut step = StepRecord {
            run: "r".into(),
            path: "first".into(),
            activity: Some("zoom.users.me".into()),
            state: "started".into(),
            attempt: 1,
            started_at: 2,
            ended_at: None,
            input: Some(json!({})),
            output: None,
            error: None,
        };
        store.put_step(&step).unwrap();
        store.put_step(&StepRecord { path: "second".into(), ..step.clone() }).unwrap();
        step.state = "succeeded".into();
        step.output = Some(json!({"id": "u"}));
        store.put_step(&step).unwrap();
        let steps = store.steps("r").unwrap();
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0], step);
        assert_eq!(steps[1].path, "second");
        assert_eq!(store.step("r", "first").unwrap(), Some(step));
        assert_eq!(store.step("r", "third").unwrap(), None);
    }
}
