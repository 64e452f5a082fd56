//! Starts a run, and waits for its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::{Allowance, Clock, RunError};
use switchboard_connections::Connections;
use switchboard_engine_local::{LocalEngine, SystemClock};

use super::advice::{activity_of, fix_of_connections, fix_of_step, is_of_connection};
use super::connections::choose;
use super::runner::{Account, SandboxRunner};
use crate::remedy::emulator_advice;
use crate::{App, AppError, CHECK_BEFORE_REPEAT, Downloads, Message, NextStep, calls, documents, identity, message};

/// One run.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// The document's text.
    pub source: String,
    /// The name of its file, for messages.
    pub name: String,
    /// Limits of the document and of the run.
    pub limits: Allowance,
    /// The inputs, an object.
    pub inputs: Value,
    /// The connections: a label, or `NAME=LABEL` for each of the document's names.
    pub connections: Vec<String>,
    /// Where downloads go.
    pub downloads: Downloads,
    /// Activities that run although they are off by policy.
    pub allow: Vec<String>,
    /// Whether the person has confirmed destructive steps already.
    pub confirmed: bool,
}

/// A run that came to its end.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Id of the run.
    pub id: String,
    /// Labels of its connections, by the document's names.
    pub connections: BTreeMap<String, String>,
    /// What it gave.
    pub outputs: Value,
}

/// Checks a document and runs it. `stop` ends the run where it is: a run that was stopped is `cancelled`.
pub async fn run(app: &App, request: RunRequest, stop: impl Future<Output = ()>) -> Result<RunResult, AppError> {
    let connector = app.connector().await?;
    let RunRequest { source, name, limits, inputs, .. } = &request;
    let report = documents::check(&connector, source, name, limits);
    if !report.is_ok() {
        return Err(AppError::Document(Box::new(report)));
    }
    let document = switchboard_automation::parse_within(source, name, limits)
        .map_err(|report| AppError::Document(Box::new(report)))?;
    // Nobody is asked, and nothing is noted as used, for a run that cannot begin.
    if let Err(error) = switchboard_automation::prepare_inputs(&document, inputs.clone()) {
        return Err(failed(None, error, None));
    }
    let activities = documents::activities(&json!(document.automation));
    for (id, with) in &activities {
        if let Some(activity) = connector.activity(id)
            && !request.confirmed
        {
            calls::confirm(app, id, &activity, with, calls::Preview::None).await?;
        }
    }
    let connections = app.connections().await?;
    let declared: Vec<String> = document.automation.connections.keys().cloned().collect();
    // A document that only computes needs no account.
    let needs_account = !(activities.is_empty() && declared.is_empty() && request.connections.is_empty());
    let rows = if needs_account { choose(&connections, &declared, &request.connections)? } else { BTreeMap::new() };
    let mut accounts = BTreeMap::new();
    for (name, row) in &rows {
        let connection = Arc::new(identity::live(app, &connector, &connections, Some(&row.id))?);
        let mut options = app.download_options(&row.label, &request.downloads)?;
        options.allow = app.allowed(&request.allow)?;
        accounts.insert(name.clone(), Account { connection, options });
    }
    let runner = SandboxRunner { connector, accounts };
    let store = app.store().await?;
    let labels: BTreeMap<String, String> = rows.iter().map(|(name, row)| (name.clone(), row.label.clone())).collect();
    let engine = LocalEngine::new(store.clone()).with_clock(Arc::new(RunClock(app.clock().clone())));
    let start = engine.prepare(&document, request.inputs, labels.clone());
    let start = start.map_err(|error| failed(None, error, None))?;
    let id = start.id.clone();
    let ids: BTreeSet<String> = rows.values().map(|row| row.id.clone()).collect();
    let automation = document.automation.id.clone();
    let run_id = id.clone();
    let now = app.now().as_millisecond();
    let note = move |connections: &Connections| {
        ids.iter().try_for_each(|connection| connections.note_usage(connection, &automation, &run_id, now))
    };
    let mut stop = std::pin::pin!(stop);
    tokio::select! {
        noted = connections.run(note) => noted?,
        () = &mut stop => return Err(AppError::Interrupted),
    }
    // It holds the run's lock until the end of this function.
    let mut running = std::pin::pin!(engine.run(&document, &start, &runner));
    let outcome = tokio::select! {
        outcome = &mut running => outcome,
        () = &mut stop => {
            engine.cancel(&id, "stopped by a person, or by a signal to end");
            app.ui().notify(message![format!("run {id} stopped: "), NextStep::ShowRun(id)]);
            return Err(AppError::Interrupted);
        }
    };
    match outcome {
        Ok(outputs) => Ok(RunResult { id, connections: labels, outputs }),
        Err(error) => {
            let record = store.run(&id).ok().flatten();
            let bases = rows.values().map(|row| row.api_base.as_str());
            let activity = activity_of(&store.steps(&id).unwrap_or_default(), &error);
            let advice = if error.outcome_unknown {
                Some(Message::from(CHECK_BEFORE_REPEAT))
            } else if is_of_connection(&error.code) {
                fix_of_connections(&connections, rows.values().map(|row| row.label.as_str()))
            } else {
                let advice = bases.into_iter().find_map(|base| emulator_advice(&error.code, base));
                advice.or_else(|| fix_of_step(&error.code, error.family, activity.as_deref()))
            };
            Err(failed(record.map(|run| run.id), error, advice))
        }
    }
}

/// The application's clock for a run.
struct RunClock(switchboard_connections::Clock);

#[async_trait]
impl Clock for RunClock {
    fn now_ms(&self) -> i64 {
        (self.0)()
    }

    async fn sleep(&self, ms: u64) {
        SystemClock.sleep(ms).await;
    }
}

/// The failure of a run, with the run that was recorded of it.
fn failed(record: Option<String>, error: RunError, advice: Option<Message>) -> AppError {
    let fix = match (advice.or_else(|| raised(&error)), record) {
        (Some(advice), Some(id)) => advice.sentence().with(" Steps of this run: ").with(NextStep::ShowRun(id)),
        (Some(advice), None) => advice,
        (None, Some(id)) => NextStep::ShowRun(id).into(),
        (None, None) => {
            message!["run ", NextStep::CheckDocument, ", and compare the input with the document's `inputs`"]
        }
    };
    AppError::Run(Box::new(error), fix)
}

/// What to do about a failed run, with the limit that it exceeded.
fn raised(error: &RunError) -> Option<Message> {
    let fix = error.fix.clone()?;
    Some(match error.limit() {
        Some(limit) => message![format!("{fix}: "), NextStep::ChangeLimit(limit.name.to_owned())],
        None => fix.into(),
    })
}
