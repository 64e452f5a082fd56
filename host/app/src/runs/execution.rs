//! What every run needs beside its document: its accounts, its engine, and what its failure means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_automation::{Clock, Document, ItemCount, RunError, RunOutcome};
use switchboard_connections::{Connection, Connections};
use switchboard_engine_local::{LocalEngine, SystemClock};
use switchboard_runtime::Connector;
use switchboard_store::Store;

use super::advice::{activity_of, fix_of_connections, fix_of_step, is_of_connection};
use super::connections::choose;
use super::runner::{Account, SandboxRunner};
use crate::remedy::emulator_advice;
use crate::{App, AppError, CHECK_BEFORE_REPEAT, Downloads, Message, NextStep, calls, documents, identity, message};

/// What a person chooses for a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
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
    /// The items of its loops that go on when one fails. A run with failed ones has failed in part.
    pub items: ItemCount,
}

/// A document with the accounts and the engine of its run.
pub(super) struct Execution<'a> {
    app: &'a App,
    pub document: Document,
    pub engine: LocalEngine,
    pub runner: SandboxRunner,
    store: Store,
    connections: Connections,
    rows: BTreeMap<String, Connection>,
}

impl<'a> Execution<'a> {
    /// Asks before destructive steps, and opens the accounts. `chosen` names them: a label, or `NAME=LABEL` for each of the
    /// document's names.
    pub async fn prepare(
        app: &'a App,
        connector: Connector,
        document: Document,
        chosen: &[String],
        options: &RunOptions,
    ) -> Result<Execution<'a>, AppError> {
        let activities = documents::activities(&json!(document.automation));
        for (id, with) in &activities {
            if let Some(activity) = connector.activity(id)
                && !options.confirmed
            {
                calls::confirm(app, id, &activity, with, calls::Preview::None).await?;
            }
        }
        let connections = app.connections().await?;
        let declared: Vec<String> = document.automation.connections.keys().cloned().collect();
        // A document that only computes needs no account.
        let needs_account = !(activities.is_empty() && declared.is_empty() && chosen.is_empty());
        let rows = if needs_account { choose(&connections, &declared, chosen)? } else { BTreeMap::new() };
        let mut accounts = BTreeMap::new();
        for (name, row) in &rows {
            let connection = Arc::new(identity::live(app, &connector, &connections, Some(&row.id))?);
            let mut call = app.download_options(&row.label, &options.downloads)?;
            call.allow = app.allowed(&options.allow)?;
            accounts.insert(name.clone(), Account { connection, options: call });
        }
        let store = app.store().await?;
        let engine = LocalEngine::new(store.clone()).with_clock(Arc::new(RunClock(app.clock().clone())));
        Ok(Execution { app, document, engine, runner: SandboxRunner { connector, accounts }, store, connections, rows })
    }

    /// Labels of the connections, by the document's names.
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.rows.iter().map(|(name, row)| (name.clone(), row.label.clone())).collect()
    }

    /// Carries a run out. `stop` ends it where it is: a run that was stopped is `cancelled`.
    pub async fn carry_out(
        &self,
        id: &str,
        work: impl Future<Output = Result<RunOutcome, RunError>>,
        stop: impl Future<Output = ()>,
    ) -> Result<RunResult, AppError> {
        let ids: BTreeSet<String> = self.rows.values().map(|row| row.id.clone()).collect();
        let (automation, run) = (self.document.automation.id.clone(), id.to_owned());
        let now = self.app.now().as_millisecond();
        let note = move |connections: &Connections| {
            ids.iter().try_for_each(|connection| connections.note_usage(connection, &automation, &run, now))
        };
        let mut stop = std::pin::pin!(stop);
        tokio::select! {
            noted = self.connections.run(note) => noted?,
            () = &mut stop => return Err(AppError::Interrupted),
        }
        // It holds the run's lock until the end of this function.
        let mut work = std::pin::pin!(work);
        let outcome = tokio::select! {
            outcome = &mut work => outcome,
            () = &mut stop => {
                self.engine.cancel(id, "stopped by a person, or by a signal to end");
                self.app.ui().notify(message![format!("run {id} stopped: "), NextStep::ShowRun(id.to_owned())]);
                return Err(AppError::Interrupted);
            }
        };
        match outcome {
            Ok(RunOutcome { outputs, items }) => {
                Ok(RunResult { id: id.to_owned(), connections: self.labels(), outputs, items })
            }
            Err(error) => Err(self.failure(id, error)),
        }
    }

    /// The failure of a run, with what is known to help.
    fn failure(&self, id: &str, error: RunError) -> AppError {
        let record = self.store.run(id).ok().flatten();
        let bases = self.rows.values().map(|row| row.api_base.as_str());
        let activity = activity_of(&self.store.steps(id).unwrap_or_default(), &error);
        let advice = if error.outcome_unknown {
            Some(Message::from(CHECK_BEFORE_REPEAT))
        } else if is_of_connection(&error.code) {
            fix_of_connections(&self.connections, self.rows.values().map(|row| row.label.as_str()))
        } else {
            let advice = bases.into_iter().find_map(|base| emulator_advice(&error.code, base));
            advice.or_else(|| fix_of_step(&error.code, error.family, activity.as_deref()))
        };
        failed(record.map(|run| run.id), error, advice)
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
pub(super) fn failed(record: Option<String>, error: RunError, advice: Option<Message>) -> AppError {
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
