//! `switchboard run`: check an automation, then run it.

use std::collections::BTreeMap;

use switchboard_app::runs::{self, ItemCount, RunOptions, RunRequest, RunResult};
use switchboard_app::{AppError, Class, Downloads, documents};

use crate::app::App;
use crate::args::{self, Run};
use crate::{input, output};

pub async fn run(app: &App, run: Run) -> Result<(), AppError> {
    let limits = super::check::limits(&run.options.limit)?;
    let request = RunRequest {
        source: documents::read(&run.file, &limits)?,
        name: run.file.display().to_string(),
        limits,
        inputs: input::object(None, &run.fields)?,
        connections: run.connection,
        options: options(&run.options),
    };
    show(app, &runs::run(app, request, super::asked_to_end()).await?)
}

/// What a person chose for a run.
pub fn options(given: &args::RunOptions) -> RunOptions {
    RunOptions { downloads: Downloads::from(&given.files), allow: given.allow.clone(), confirmed: given.yes }
}

/// Shows what a run gave. Items that failed make the command fail.
pub fn show(app: &App, finished: &RunResult) -> Result<(), AppError> {
    let connections = &finished.connections;
    let place = if connections.is_empty() { String::new() } else { format!(" on {}", on(connections)) };
    let show = format!("switchboard runs show {}", finished.id);
    let ItemCount { failed, all } = finished.items;
    match failed {
        0 => app.say(&format!("run {} done{place}: {show}", finished.id)),
        _ => app.say(&format!("run {} done{place}, {failed} of {all} items failed: {show}", finished.id)),
    }
    if app.global.json {
        output::json(&finished.outputs)?
    } else {
        output::fields(&finished.outputs)?
    }
    if failed > 0 { Err(AppError::Reported(Class::PartlyFailed)) } else { Ok(()) }
}

/// The connections of a run in a few words, each with the document's name for it where there are several.
pub fn on(labels: &BTreeMap<String, String>) -> String {
    let one = |(name, label): (&String, &String)| match labels.len() {
        1 => label.clone(),
        _ => format!("{name}={label}"),
    };
    labels.iter().map(one).collect::<Vec<_>>().join(" ")
}
