//! What is kept of runs: listing, finding and deleting them.

use std::time::Duration;

use switchboard_store::{RunRecord, Store, StoreError};
use switchboard_suggest::suggest;

use super::advice::{activity_of, fix_of_connections, fix_of_step, is_of_connection};
use crate::{App, AppError, Message, NextStep, message};

pub use switchboard_automation::RunError;
pub use switchboard_store::{RunRecord as Run, StepRecord as Step};

/// Runs among which a mistyped id is looked for.
const LATEST: u32 = 200;

/// The latest runs, the newest first.
pub async fn list(app: &App, limit: u32) -> Result<Vec<Run>, AppError> {
    Ok(app.store().await?.runs(limit)?)
}

/// Why a run without an error is `interrupted`.
pub const INTERRUPTED: &str = "the process of this run ended before the run did";

/// A run with its steps.
pub struct Detail {
    /// The run.
    pub run: Run,
    /// Its steps, in the order in which they began.
    pub steps: Vec<Step>,
    /// Why it failed, where it did.
    pub failure: Option<RunError>,
    /// What to do about its failure, where that is known better now than when the run ended.
    pub fix: Option<Message>,
}

/// A run with its steps.
pub async fn show(app: &App, id: &str) -> Result<Detail, AppError> {
    let store = app.store().await?;
    let run = find(&store, id)?;
    let steps = store.steps(&run.id)?;
    let failure = run.error.clone().map(failure_of).transpose()?;
    let fix = match &failure {
        Some(failure) if is_of_connection(&failure.code) => {
            let labels = run.connections.values().map(String::as_str);
            fix_of_connections(&app.connections().await?, labels)
        }
        Some(failure) => fix_of_step(&failure.code, failure.family, activity_of(&steps, failure).as_deref()),
        None if run.is_interrupted() => Some(message!["go on with it: ", NextStep::ResumeRun(run.id.clone())]),
        None => None,
    };
    Ok(Detail { run, steps, failure, fix })
}

/// Why a step failed, where it did.
pub fn step_failure(step: &Step) -> Result<Option<RunError>, AppError> {
    Ok(step.error.clone().map(failure_of).transpose()?)
}

/// The failure of a run or of a step, as it was recorded.
fn failure_of(error: serde_json::Value) -> Result<RunError, StoreError> {
    let text = error.to_string();
    serde_json::from_value(error).map_err(|_| StoreError::UnknownValue { column: "error", value: text })
}

/// The runs that were deleted, and the error that ended it before the last one.
pub struct Deletion {
    /// Ids of the runs.
    pub ids: Vec<String>,
    /// Why the rest was not deleted.
    pub error: Option<AppError>,
}

/// Deletes one run. One that goes on is refused.
pub async fn delete(app: &App, id: &str) -> Result<Deletion, AppError> {
    let store = app.store().await?;
    let run = find(&store, id)?;
    delete_all(&store, vec![run.id], ActiveRuns::Refuse).await
}

/// Deletes the runs that are older. One that goes on is left out.
pub async fn prune(app: &App, older_than: Duration) -> Result<Deletion, AppError> {
    let store = app.store().await?;
    let age = i64::try_from(older_than.as_millis()).unwrap_or(i64::MAX);
    let moment = app.now().as_millisecond().saturating_sub(age);
    let ids = store.runs_before(moment)?;
    delete_all(&store, ids, ActiveRuns::Skip).await
}

/// The run of an id, or of the beginning of one.
pub(super) fn find(store: &Store, id: &str) -> Result<RunRecord, AppError> {
    if let Some(run) = store.run(id)? {
        return Ok(run);
    }
    let latest = store.runs(LATEST)?;
    let question = suggest(id, latest.iter().map(|run| &run.id))
        .map_or_else(Message::default, |question| Message::from(format!("{question} ")));
    Err(AppError::not_found(
        format!("there is no run `{id}`"),
        question.with(NextStep::ListRuns).with(" shows the latest"),
    ))
}

/// What becomes of a run that goes on, among those that are deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ActiveRuns {
    Refuse,
    Skip,
}

/// Deletes runs, on the thread of the database.
async fn delete_all(store: &Store, ids: Vec<String>, active_runs: ActiveRuns) -> Result<Deletion, AppError> {
    let of = store.clone();
    let work = move || {
        let mut deletion = Deletion { ids: Vec::new(), error: None };
        for id in ids {
            match of.delete_run(&id) {
                Err(StoreError::RunGoesOn { .. }) if active_runs == ActiveRuns::Skip => {}
                Err(error) => {
                    deletion.error = Some(error.into());
                    break;
                }
                Ok(()) => deletion.ids.push(id),
            }
        }
        // What was erased does not stay in the journal. At worst the next command does it.
        let _ = of.fold_journal();
        Ok::<Deletion, StoreError>(deletion)
    };
    Ok(store.call(work).await?)
}
