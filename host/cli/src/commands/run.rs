//! `switchboard run`: check an automation, then run it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_automation::{Document, RunError};
use switchboard_connections::Connections;
use switchboard_engine_local::{LocalJournal, SystemClock};

use crate::accounts::accounts;
use crate::app::App;
use crate::args::Run;
use crate::commands::{call, check, connect};
use crate::error::{CliError, LOOK_FIRST, exit};
use crate::remedy::absent;
use crate::runner::{Account, ManifestCatalog, SandboxRunner};
use crate::{input, output};

pub async fn run(app: &App, run: Run) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let limits = check::limits(&run.limit)?;
    let (source, name) = (check::read(&run.file, &limits)?, run.file.display().to_string());
    let catalog = ManifestCatalog(connector.manifest());
    let report = check::with_flags(switchboard_automation::check_within(&source, &name, &catalog, &limits));
    if !report.is_ok() {
        if app.global.json {
            output::json_note(
                &json!({ "error": { "code": "document.invalid", "message": format!("{name} has mistakes"), "family": "problem", "fix": "run `switchboard check FILE` to see each mistake, and correct them", "report": report.to_json() } }),
            );
        } else {
            output::notes(&check::rendered(report));
        }
        return Err(CliError::Said(exit::INVALID));
    }
    let document =
        switchboard_automation::parse_within(&source, &name, &limits).map_err(|_| CliError::Said(exit::INVALID))?;
    let inputs = input::object(None, &run.fields)?;
    // Nobody is asked, and nothing is noted as used, for a run that cannot begin.
    if let Err(error) = switchboard_automation::prepare_inputs(&document, inputs.clone()) {
        return Err(failed(None, error, &[]));
    }
    let used = activities(&document);
    for (id, with) in &used {
        if let Some(activity) = connector.activity(id) {
            call::confirm(&app.global, run.yes, id, &activity, activity.effect_of(with), with)?;
        }
    }
    let connections = app.connections().await?;
    let declared: Vec<String> = document.automation.connections.keys().cloned().collect();
    // A document that only computes needs no account.
    let needs_account = !(used.is_empty() && declared.is_empty() && run.connection.is_empty());
    let rows = if needs_account { accounts(&connections, &declared, &run.connection)? } else { BTreeMap::new() };
    let mut accounts = BTreeMap::new();
    for (name, row) in &rows {
        let connection = Arc::new(connect::live(app, &connector, &connections, Some(&row.id))?);
        let mut options = app.download_options(&row.label, &run.files)?;
        options.allow = app.allowed(&run.allow)?;
        accounts.insert(name.clone(), Account { connection, options });
    }
    let runner = SandboxRunner { connector, accounts };
    let store = app.store()?;
    let labels: BTreeMap<String, String> = rows.iter().map(|(name, row)| (name.clone(), row.label.clone())).collect();
    let journal = LocalJournal::new(store.clone()).using(labels.clone());
    let id = new_id();
    let used: BTreeSet<&str> = rows.values().map(|row| row.id.as_str()).collect();
    let used: Vec<String> = used.into_iter().map(str::to_owned).collect();
    let (automation, run_id) = (document.automation.id.clone(), id.clone());
    let note = move |connections: &Connections| {
        let now = jiff::Timestamp::now().as_millisecond();
        used.iter().try_for_each(|connection| connections.note_usage(connection, &automation, &run_id, now))
    };
    tokio::select! {
        noted = connections.run(note) => noted?,
        () = super::asked_to_end() => return Err(CliError::Interrupted),
    }
    let done = tokio::select! {
        done = switchboard_automation::run(&document, inputs, &runner, &journal, &SystemClock, &id) => done,
        _ = super::asked_to_end() => {
            let error = json!({ "code": "interrupted", "message": "stopped by Ctrl-C, or by another signal to end" });
            let now = jiff::Timestamp::now().as_millisecond();
            let (of, run_id) = (store.clone(), id.clone());
            store.spawn(move || drop(of.end_run(&run_id, "cancelled", now, None, Some(&error))));
            app.say(&format!("run {id} stopped: switchboard runs show {id}"));
            return Err(CliError::Interrupted);
        }
    };
    match done {
        Ok(outputs) => {
            let place = if labels.is_empty() { String::new() } else { format!(" on {}", on(&labels)) };
            app.say(&format!("run {id} done{place}: switchboard runs show {id}"));
            if app.global.json { output::json(&outputs) } else { output::fields(&outputs) }
        }
        Err(error) => {
            let kept = store.run(&id).ok().flatten();
            let bases: Vec<&str> = rows.values().map(|row| row.api_base.as_str()).collect();
            Err(failed(kept.map(|run| run.id).as_deref(), error, &bases))
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

/// What to do about a failed run, with the flag that raises its limit.
fn raised(error: &RunError) -> Option<String> {
    let fix = error.fix.clone()?;
    Some(match error.limit() {
        Some(limit) => format!("{fix}: {}", check::flag(limit.name)),
        None => fix,
    })
}

/// The failure of a run, with the run that was kept of it.
fn failed(kept: Option<&str>, error: RunError, bases: &[&str]) -> CliError {
    let kept = kept.map(|id| format!("switchboard runs show {id}"));
    let fix = match error.outcome_unknown {
        true => Some(LOOK_FIRST.to_owned()),
        false => bases.iter().find_map(|base| absent(&error.code, base)).or_else(|| raised(&error)),
    };
    let fix = match (fix, kept) {
        (Some(fix), Some(kept)) => format!("{}. Steps of this run: {kept}", fix.trim_end_matches('.')),
        (Some(fix), None) => fix,
        (None, Some(kept)) => kept,
        (None, None) => "run `switchboard check FILE`, and compare the input with the document's `inputs`".into(),
    };
    CliError::Run { error: Box::new(error), fix }
}
