//! Records of the journal as rows of the database, and back.

use switchboard_automation::journal::{RetryOf, StepEntry, StepState};
use switchboard_automation::{JournalError, RunError, RunStart};
use switchboard_store::{NewRun, RunRecord, RunRetry, StepRecord};

pub(crate) fn new_run(start: &RunStart) -> NewRun {
    let start = start.clone();
    NewRun {
        id: start.id,
        automation: start.automation,
        document: start.document,
        document_sha256: start.document_sha256,
        inputs: start.inputs,
        started_at: start.at,
        connections: start.connections,
        retry: start.retry.map(|RetryOf { run, from }| RunRetry { run, from }),
    }
}

pub(crate) fn run_start(run: RunRecord, document: String) -> RunStart {
    RunStart {
        id: run.id,
        automation: run.automation,
        document,
        document_sha256: run.document_sha256,
        inputs: run.inputs,
        connections: run.connections,
        retry: run.retry.map(|RunRetry { run, from }| RetryOf { run, from }),
        at: run.started_at,
    }
}

pub(crate) fn step_record(step: &StepEntry) -> StepRecord {
    let step = step.clone();
    StepRecord {
        run: step.run,
        path: step.path,
        activity: step.activity,
        state: step.state.as_str().to_owned(),
        attempt: step.attempt,
        started_at: step.started_at,
        ended_at: step.ended_at,
        input: step.input,
        output: step.output,
        error: step.error.as_ref().map(RunError::to_json),
    }
}

pub(crate) fn step_entry(step: StepRecord) -> Result<StepEntry, JournalError> {
    let state = StepState::from_name(&step.state);
    let state = state.ok_or_else(|| unreadable(format!("the step `{}` has the state `{}`", step.path, step.state)))?;
    let error = step.error.map(serde_json::from_value::<RunError>).transpose().map_err(unreadable)?;
    Ok(StepEntry {
        run: step.run,
        path: step.path,
        activity: step.activity,
        state,
        attempt: step.attempt,
        started_at: step.started_at,
        ended_at: step.ended_at,
        input: step.input,
        output: step.output,
        error,
    })
}

fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> JournalError {
    JournalError::Read { cause: cause.into() }
}
