//! `switchboard runs`: what ran, step by step, until it is deleted.

use serde_json::{Value, json};
use switchboard_app::AppError;
use switchboard_app::runs::records::{self, Deletion, Detail, INTERRUPTED, Run, RunError, Step};
use switchboard_app::runs::{self, ResumeRequest, RetryRequest};

use crate::app::App;
use crate::args::{RunOptions, RunsCommand};
use crate::commands::run::{self, on};
use crate::output;
use crate::present::next_step::spell;

pub async fn run(app: &App, command: RunsCommand) -> Result<(), AppError> {
    match command {
        RunsCommand::List { limit } => {
            let runs = records::list(app, limit).await?;
            if app.global.json {
                return output::json(&runs.iter().map(run_json).collect::<Vec<_>>());
            }
            if runs.is_empty() {
                app.say("nothing has run yet: switchboard run FILE");
                return Ok(());
            }
            let rows = runs.iter().map(|run| {
                vec![
                    run.id.clone(),
                    run.automation.clone(),
                    on(&run.connections),
                    run.state.clone(),
                    output::time(run.started_at),
                    took(run.started_at, run.ended_at),
                ]
            });
            output::table(&["RUN", "AUTOMATION", "CONNECTION", "STATE", "STARTED", "TOOK"], rows.collect())
        }
        RunsCommand::Resume { id, options } => {
            let finished = runs::resume(app, request(id, &options)?, super::asked_to_end()).await?;
            run::show(app, &finished)
        }
        RunsCommand::Retry { id, from, repeat, options } => {
            let request = RetryRequest { of: request(id, &options)?, from, repeat };
            run::show(app, &runs::retry(app, request, super::asked_to_end()).await?)
        }
        RunsCommand::Delete { id } => report(app, records::delete(app, &id).await?),
        RunsCommand::Prune { older_than } => report(app, records::prune(app, older_than).await?),
        RunsCommand::Show { id } => {
            let Detail { run, steps, failure, fix } = records::show(app, &id).await?;
            let fix = fix.map(|fix| fix.spell(spell));
            if app.global.json {
                let mut shown = run_json(&run);
                if let Some(fields) = shown.as_object_mut() {
                    fields.insert("steps".into(), steps.iter().map(step_json).collect());
                    if run.is_interrupted() {
                        fields.insert("error".into(), json!({ "code": "interrupted", "message": INTERRUPTED }));
                    }
                    fields.insert("fix".into(), fix.into());
                }
                return output::json(&shown);
            }
            output::line(&format!("{}  {}  {}  {}", run.id, run.automation, run.state, output::time(run.started_at)))?;
            if !run.connections.is_empty() {
                output::line(&format!("connection: {}", on(&run.connections)))?;
            }
            part("inputs", &run.inputs)?;
            output::heading("steps")?;
            let rows = steps.iter().map(|step| {
                Ok(vec![
                    step.path.clone(),
                    step.activity.clone().unwrap_or_default(),
                    step.state.clone(),
                    took(step.started_at, step.ended_at),
                    records::step_failure(step)?.map_or_else(String::new, |failure| failure.message),
                ])
            });
            let rows = rows.collect::<Result<Vec<_>, AppError>>()?;
            output::table(&["STEP", "ACTIVITY", "STATE", "TOOK", ""], rows)?;
            match (&run.outputs, &failure) {
                (Some(outputs), _) => part("outputs", outputs),
                (_, Some(failure)) => lines(failure, fix.as_deref()).iter().try_for_each(|line| output::line(line)),
                _ if run.is_interrupted() => {
                    interruption(fix.as_deref()).iter().try_for_each(|line| output::line(line))
                }
                _ => Ok(()),
            }
        }
    }
}

fn request(id: String, options: &RunOptions) -> Result<ResumeRequest, AppError> {
    let limits = super::check::limits(&options.limit)?;
    Ok(ResumeRequest { id, limits, options: run::options(options) })
}

/// Says what was deleted, and then why the rest was not.
fn report(app: &App, deletion: Deletion) -> Result<(), AppError> {
    let Deletion { ids, error } = deletion;
    match ids.as_slice() {
        [] if error.is_some() => {}
        ids if app.global.json => output::json(&json!({ "deleted": ids }))?,
        [] => output::line("no run was deleted")?,
        [id] => output::line(&format!("{id} is deleted"))?,
        many => output::line(&format!("{} runs are deleted", many.len()))?,
    }
    match error {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// What went in or came out, under its heading; nothing when there is none of it.
fn part(heading: &str, value: &Value) -> Result<(), AppError> {
    if value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(());
    }
    output::heading(heading)?;
    output::fields(value)
}

/// That the process of a run ended.
fn interruption(fix: Option<&str>) -> Vec<String> {
    let mut lines = vec![String::new(), format!("error[interrupted]: {INTERRUPTED}")];
    lines.extend(fix.map(|fix| format!("  fix: {fix}")));
    lines
}

/// Why a run ended, in the words of any other failure of a command.
fn lines(failure: &RunError, fix: Option<&str>) -> Vec<String> {
    let mut lines = vec![String::new(), format!("error[{}]: {failure}", failure.code)];
    if !failure.file.is_empty() {
        lines.push(format!("  at: {}:{}:{}", failure.file, failure.line, failure.column));
    }
    lines.extend(failure.details.as_ref().map(|details| format!("  details: {details}")));
    lines.extend(fix.or(failure.fix.as_deref()).map(|fix| format!("  fix: {fix}")));
    lines
}

fn took(from: i64, to: Option<i64>) -> String {
    to.map_or_else(String::new, |to| format!("{:.1} s", (to - from).max(0) as f64 / 1000.0))
}

fn run_json(run: &Run) -> Value {
    json!({
        "id": run.id, "automation": run.automation, "document_sha256": run.document_sha256, "connections": run.connections, "state": run.state,
        "started_at": output::time(run.started_at), "ended_at": run.ended_at.map(output::time),
        "inputs": run.inputs, "outputs": run.outputs, "error": run.error,
        "items": run.items,
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "path": step.path, "activity": step.activity, "state": step.state, "attempt": step.attempt,
        "started_at": output::time(step.started_at), "ended_at": step.ended_at.map(output::time),
        "input": step.input, "output": step.output, "error": step.error,
    })
}
