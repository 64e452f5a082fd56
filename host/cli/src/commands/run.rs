//! `switchboard run`: check an automation, then run it.

use std::collections::BTreeMap;

use switchboard_app::runs::{self, RunRequest};
use switchboard_app::{AppError, Downloads, documents};

use crate::app::App;
use crate::args::Run;
use crate::{input, output};

pub async fn run(app: &App, run: Run) -> Result<(), AppError> {
    let limits = super::check::limits(&run.limit)?;
    let request = RunRequest {
        source: documents::read(&run.file, &limits)?,
        name: run.file.display().to_string(),
        limits,
        inputs: input::object(None, &run.fields)?,
        connections: run.connection,
        downloads: Downloads::from(&run.files),
        allow: run.allow,
        confirmed: run.yes,
    };
    let finished = runs::run(app, request, super::asked_to_end()).await?;
    let connections = &finished.connections;
    let place = if connections.is_empty() { String::new() } else { format!(" on {}", on(connections)) };
    app.say(&format!("run {} done{place}: switchboard runs show {}", finished.id, finished.id));
    if app.global.json { output::json(&finished.outputs) } else { output::fields(&finished.outputs) }
}

/// The connections of a run in a few words, each with the document's name for it where there are several.
pub fn on(labels: &BTreeMap<String, String>) -> String {
    let one = |(name, label): (&String, &String)| match labels.len() {
        1 => label.clone(),
        _ => format!("{name}={label}"),
    };
    labels.iter().map(one).collect::<Vec<_>>().join(" ")
}
