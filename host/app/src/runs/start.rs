//! Starts a run, and waits for its end.

use serde_json::Value;
use switchboard_automation::{Allowance, Document};
use switchboard_runtime::Connector;

use super::execution::{Execution, RunOptions, RunResult, failed};
use crate::{App, AppError, documents};

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
    /// What else the person chose.
    pub options: RunOptions,
}

/// Checks a document and runs it. `stop` ends the run where it is: a run that was stopped is `cancelled`.
pub async fn run(app: &App, request: RunRequest, stop: impl Future<Output = ()>) -> Result<RunResult, AppError> {
    let connector = app.connector().await?;
    let document = load(&connector, &request.source, &request.name, &request.limits)?;
    // Nobody is asked, and nothing is noted as used, for a run that cannot begin.
    if let Err(error) = switchboard_automation::prepare_inputs(&document, request.inputs.clone()) {
        return Err(failed(None, error, None));
    }
    let execution = Execution::prepare(app, connector, document, &request.connections, &request.options).await?;
    let start = execution.engine.prepare(&execution.document, request.inputs, execution.labels());
    let start = start.map_err(|error| failed(None, error, None))?;
    let work = execution.engine.run(&execution.document, &start, &execution.runner);
    execution.carry_out(&start.id, work, stop).await
}

/// A document that has no mistake.
pub(super) fn load(connector: &Connector, source: &str, name: &str, limits: &Allowance) -> Result<Document, AppError> {
    let report = documents::check(connector, source, name, limits);
    if !report.is_ok() {
        return Err(AppError::Document(Box::new(report)));
    }
    switchboard_automation::parse_within(source, name, limits).map_err(|report| AppError::Document(Box::new(report)))
}
