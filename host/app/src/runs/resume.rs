//! Goes on with a run whose process ended, and tries again what failed in a run.

use std::collections::BTreeMap;

use switchboard_automation::journal::{RetryOf, StepEntry, StepState};
use switchboard_automation::{ActivityRunner, Allowance};
use switchboard_suggest::suggest;

use super::execution::{Execution, RunOptions, RunResult, failed};
use super::records;
use super::start::load;
use crate::{App, AppError, Message, NextStep, message};

/// A run to go on with.
#[derive(Clone, Debug)]
pub struct ResumeRequest {
    /// Its id, or the beginning of one.
    pub id: String,
    /// Limits of the run; those of an earlier command are not kept.
    pub limits: Allowance,
    /// What else the person chose.
    pub options: RunOptions,
}

/// A run to try again.
#[derive(Clone, Debug)]
pub struct RetryRequest {
    /// The run, and what the person chose.
    pub of: ResumeRequest,
    /// The path of a step. It and all steps after it are performed again, whether they failed or not.
    pub from: Option<String>,
    /// Paths of steps that may have taken effect and are performed again all the same.
    pub repeat: Vec<String>,
}

/// Goes on with a run whose process ended before it did. Steps that ended are not performed again. A step that had begun is
/// performed again where that does no harm, else the run fails with `interrupted`.
pub async fn resume(app: &App, request: ResumeRequest, stop: impl Future<Output = ()>) -> Result<RunResult, AppError> {
    let store = app.store().await?;
    let run = records::find(&store, &request.id)?;
    match run.state.as_str() {
        "interrupted" => {}
        "running" => return Err(goes_on(&run.id)),
        state => {
            let fix = message!["to try again what failed: ", NextStep::RetryRun(run.id.clone())];
            return Err(
                AppError::failed("run.ended", format!("the run {} has ended: it is `{state}`", run.id)).with_fix(fix)
            );
        }
    }
    let execution = execution(app, &run, &request).await?;
    let work = execution.engine.resume(&execution.document, &run.id, &execution.runner);
    execution.carry_out(&run.id, work, stop).await
}

/// Starts a new run of the same document with the same inputs. It takes over the result of each activity that succeeded, so
/// only what failed or did not begin is performed.
pub async fn retry(app: &App, request: RetryRequest, stop: impl Future<Output = ()>) -> Result<RunResult, AppError> {
    let RetryRequest { of, from, repeat } = &request;
    let store = app.store().await?;
    let run = records::find(&store, &of.id)?;
    match run.state.as_str() {
        "running" => return Err(goes_on(&run.id)),
        "interrupted" => {
            let fix = message!["go on with it: ", NextStep::ResumeRun(run.id.clone())];
            return Err(AppError::failed("run.interrupted", format!("the run {} has not ended", run.id)).with_fix(fix));
        }
        "succeeded" if from.is_none() => {
            let fix = "name the step to begin with, or run the automation again";
            return Err(AppError::usage(format!("nothing failed in the run {}", run.id), fix));
        }
        _ => {}
    }
    let execution = execution(app, &run, of).await?;
    let steps = execution.engine.steps(&run.id).await;
    let steps = steps.map_err(|error| AppError::failed("journal", error.to_string()).with_fix(error.fix()))?;
    for path in from.iter().chain(repeat) {
        if !steps.iter().any(|step| &step.path == path) {
            let near = suggest(path, steps.iter().map(|step| &step.path));
            let question = near.map_or_else(Message::default, |question| Message::from(format!("{question} ")));
            let fix = question.with(NextStep::ShowRun(run.id.clone())).with(" lists the steps");
            return Err(AppError::not_found(format!("the run {} has no step `{path}`", run.id), fix));
        }
    }
    if from.is_none() {
        refuse_cleanup(&execution, &run.id, &steps)?;
    }
    let repeatable = |step: &StepEntry| step.activity.as_deref().is_some_and(|id| execution.runner.repeatable(id));
    for step in steps.iter().filter(|step| step.activity.is_some()) {
        let is_unknown = step.error.as_ref().is_some_and(|error| error.outcome_unknown)
            || step.state == StepState::Started && !repeatable(step);
        match (is_unknown, repeat.contains(&step.path)) {
            (true, false) => return Err(outcome_unknown(&run.id, step)),
            (false, true) => {
                let fix = "leave it out, or begin with this step: it and all steps after it are performed again then";
                return Err(AppError::usage(format!("it is known how the step `{}` ended", step.path), fix));
            }
            _ => {}
        }
    }
    let start = execution.engine.prepare(&execution.document, run.inputs.clone(), execution.labels());
    let start = start.map_err(|error| failed(None, error, None))?;
    let start = start.as_retry(RetryOf { run: run.id.clone(), from: from.clone() });
    app.ui().notify(message![format!("run {} tries the run {} again", start.id, run.id)]);
    let work = execution.engine.run(&execution.document, &start, &execution.runner);
    execution.carry_out(&start.id, work, stop).await
}

/// A run that has carried out steps of `catch` or `finally` may have undone what its other steps did.
fn refuse_cleanup(execution: &Execution<'_>, run: &str, steps: &[StepEntry]) -> Result<(), AppError> {
    let ids = execution.document.cleanup_ids();
    let is_cleanup = |step: &&StepEntry| {
        let id = step.path.rsplit('/').next().unwrap_or_default();
        let is_write = step.activity.as_deref().is_some_and(|activity| !execution.runner.repeatable(activity));
        is_write && step.state != StepState::Skipped && ids.contains(&id)
    };
    let Some(step) = steps.iter().find(is_cleanup) else { return Ok(()) };
    let text = format!("the run {run} may have undone its steps: it carried out `{}` after a failure", step.path);
    let fix = "run the automation again, or name the step to begin with";
    Err(AppError::failed("run.cleaned-up", text).with_fix(fix))
}

/// The document of a run, on the connections that it had.
async fn execution<'a>(app: &'a App, run: &records::Run, request: &ResumeRequest) -> Result<Execution<'a>, AppError> {
    let store = app.store().await?;
    let source = store.run_document(&run.id)?.unwrap_or_default();
    let connector = app.connector().await?;
    let document = load(&connector, &source, &format!("{}.json", run.automation), &request.limits)?;
    Execution::prepare(app, connector, document, &chosen(&run.connections), &request.options).await
}

/// The connections of a run as a person would name them.
fn chosen(labels: &BTreeMap<String, String>) -> Vec<String> {
    labels.iter().map(|(name, label)| if name.is_empty() { label.clone() } else { format!("{name}={label}") }).collect()
}

fn goes_on(id: &str) -> AppError {
    let fix = message!["wait for its end, or look at its steps: ", NextStep::ShowRun(id.to_owned())];
    AppError::failed("run.running", format!("the run {id} is still running")).with_fix(fix)
}

fn outcome_unknown(run: &str, step: &StepEntry) -> AppError {
    let activity = step.activity.as_deref().unwrap_or_default();
    let text = format!("the step `{}` ({activity}) may have taken effect, so it is not repeated", step.path);
    let fix = message![
        "check at the service whether it did; to perform it again: ",
        NextStep::RepeatStep(run.to_owned(), step.path.clone())
    ];
    AppError::failed("outcome-unknown", text).with_fix(fix)
}
