//! `switchboard key`: which key the secrets are sealed with, and a new one in its place.

use serde_json::json;
use switchboard_connections::{KeyReport, KeySource, Vault};

use crate::app::App;
use crate::args::KeyCommand;
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, command: &KeyCommand) -> Result<(), AppError> {
    crate::memory::hide_from_other_processes();
    let (store, source) = (app.store()?, app.key_source()?);
    let (of, from, rotate) = (store.clone(), source.clone(), matches!(command, KeyCommand::Rotate));
    let work = move || if rotate { Vault::rotate(&of, &from) } else { Vault::report(&of, &from) };
    let report = store.call(work).await?;
    print(app, &report)?;
    if let (KeyCommand::Rotate, KeySource::Env(name)) = (command, &source) {
        app.say(&format!(
            "now set {name} to the value of {name}_NEXT, everywhere it is set; until then both must be there"
        ));
    }
    if matches!(command, KeyCommand::Rotate) {
        app.say("the old key no longer works here. Keep it with old backups: they still need it");
    }
    Ok(())
}

fn print(app: &App, report: &KeyReport) -> Result<(), AppError> {
    let shown = json!({ "fingerprint": report.fingerprint, "source": report.source, "secrets": report.secrets });
    if app.global.json { output::json(&shown) } else { output::fields(&shown) }
}
