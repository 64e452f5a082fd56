//! `switchboard run`: check an automation, then run it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_automation::journal::Embedded;
use switchboard_automation::{Document, RetryHint, RunError, SystemClock};

use crate::accounts::accounts;
use crate::app::App;
use crate::args::Run;
use crate::commands::{call, check, connect};
use crate::error::{CliError, code_exit, exit, moment};
use crate::runner::{Account, ManifestCatalog, SandboxRunner};
use crate::{input, output};

pub async fn run(app: &App, run: Run) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let limits = check::limits(&run.limit)?;
    let (source, name) = (check::read(&run.file, &limits)?, run.file.display().to_string());
    let catalog = ManifestCatalog(connector.manifest());
    let report = switchboard_automation::check_within(&source, &name, &catalog, &limits);
    if !report.is_ok() {
        if app.global.json {
            eprintln!(
                "{}",
                json!({ "error": { "code": "document.invalid", "message": format!("{name} has mistakes"), "fix": "mend the places named; `switchboard check` shows them with their lines", "report": report.to_json() } })
            );
        } else {
            eprint!("{}", report.render());
        }
        return Err(CliError::Said(exit::INVALID));
    }
    let document =
        switchboard_automation::parse_within(&source, &name, &limits).map_err(|_| CliError::Said(exit::INVALID))?;
    let inputs = input::object(None, &run.fields)?;
    // Nobody is asked, and nothing is noted as used, for a run that cannot begin.
    if let Err(error) = switchboard_automation::prepare_inputs(&document, inputs.clone()) {
        return Err(failed(None, &error));
    }
    for (id, with) in activities(&document) {
        if let Some(activity) = connector.activity(&id) {
            call::confirm(&app.global, run.yes, &id, &activity, activity.effect_of(&with), &with)?;
        }
    }
    let connections = app.connections()?;
    let declared: Vec<String> = document.automation.connections.keys().cloned().collect();
    let rows = accounts(&connections, &declared, &run.connection)?;
    let mut accounts = BTreeMap::new();
    for (name, row) in &rows {
        let connection = Arc::new(connect::open(app, &connector, &connections, Some(&row.id))?);
        let mut options = app.download_options(&row.label, &run.files)?;
        options.allow = app.allowed(&run.allow)?;
        accounts.insert(name.clone(), Account { connection, options });
    }
    let runner = SandboxRunner { connector, accounts };
    let store = app.store()?;
    let labels: BTreeMap<String, String> = rows.iter().map(|(name, row)| (name.clone(), row.label.clone())).collect();
    let journal = Embedded::new(store.clone()).using(labels.clone());
    let id = new_id();
    let used: BTreeSet<&str> = rows.values().map(|row| row.id.as_str()).collect();
    for connection in used {
        connections.note_usage(connection, &document.automation.id, &id, jiff::Timestamp::now().as_millisecond())?;
    }
    let done = tokio::select! {
        done = switchboard_automation::run(&document, inputs, &runner, &journal, &SystemClock, &id) => done,
        _ = super::asked_to_end() => {
            let error = json!({ "code": "interrupted", "message": "stopped by Ctrl-C" });
            let now = jiff::Timestamp::now().as_millisecond();
            store.end_run(&id, "cancelled", now, None, Some(&error)).map_err(|error| CliError::failed("store", error.to_string()))?;
            app.say(&format!("run {id} stopped: switchboard runs show {id}"));
            return Err(CliError::Interrupted);
        }
    };
    match done {
        Ok(outputs) => {
            app.say(&format!("run {id} done on {}: switchboard runs show {id}", on(&labels)));
            if app.global.json { output::json(&outputs) } else { output::fields(&outputs) }
        }
        Err(error) => {
            let kept = store.run(&id).ok().flatten();
            Err(failed(kept.map(|run| run.id).as_deref(), &error))
        }
    }
}

/// The connections of a run in a few words, each with the document's name for it where there are several.
pub fn on(labels: &BTreeMap<String, String>) -> String {
    let one = |(name, label): (&String, &String)| match labels.len() {
        1 => label.clone(),
        _ => format!("{name}={label}"),
    };
    labels.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Every activity a document names, with the input as it is written there.
fn activities(document: &Document) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(&serde_json::json!(document.automation), &mut found);
    found
}

fn collect(node: &Value, found: &mut Vec<(String, Value)>) {
    match node {
        Value::Object(fields) => {
            if let Some(Value::String(id)) = fields.get("use") {
                found.push((id.clone(), fields.get("with").cloned().unwrap_or_default()));
            }
            fields.values().for_each(|inner| collect(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
        _ => {}
    }
}

/// Time-ordered, short enough to type: `r-` and 12 characters of base 36.
pub fn new_id() -> String {
    let mut number = u128::from(jiff::Timestamp::now().as_millisecond().unsigned_abs()) * 1_679_616
        + u128::from(std::process::id() % 1_679_616);
    let mut id = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        id.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    format!("r-{}", id.into_iter().rev().collect::<String>())
}

/// The failure of a run, with the run that was kept of it.
fn failed(kept: Option<&str>, error: &RunError) -> CliError {
    let code = error.code.clone();
    let exit = match code_exit(&code, switchboard_runtime::Retry::Never) {
        exit::USAGE => exit::INVALID,
        other => other,
    };
    let kept = kept.map(|id| format!("switchboard runs show {id}"));
    let again = match error.retry {
        RetryHint::After(ms) => moment(ms).map(|at| format!("run it again after {at}")),
        RetryHint::Never | RetryHint::AfterUserAction => None,
    };
    let fix = match (&again.or_else(|| error.fix.clone()), kept) {
        (Some(fix), Some(kept)) => format!("{}; the run is kept: {kept}", fix.trim_end_matches('.')),
        (Some(fix), None) => fix.clone(),
        (None, Some(kept)) => kept,
        (None, None) => "`switchboard check` and the document's `inputs` say what it wants".into(),
    };
    CliError::Failed { code, message: error.to_string(), fix: Some(fix), exit }
}
