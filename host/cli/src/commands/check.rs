//! `switchboard check`: every mistake in automation documents, with place and fix.

use std::path::Path;

use serde_json::Value;

use crate::app::App;
use crate::args::Check;
use crate::error::{CliError, exit};
use crate::output;
use crate::runner::ManifestCatalog;

pub async fn run(app: &App, check: Check) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let catalog = ManifestCatalog(connector.manifest());
    let mut reports: Vec<Value> = Vec::new();
    let mut bad = false;
    for file in &check.files {
        let name = file.display().to_string();
        let report = switchboard_automation::check(&read(file)?, &name, &catalog);
        bad |= !report.is_ok();
        if app.global.json {
            reports.push(report.to_json());
        } else if report.is_ok() {
            output::line(&format!("{name}: ok"))?;
        } else {
            eprint!("{}", report.render());
        }
    }
    if app.global.json {
        output::json(&reports)?;
    }
    if bad { Err(CliError::Said(exit::INVALID)) } else { Ok(()) }
}

/// The text of a document.
pub fn read(file: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(file).map_err(|error| {
        CliError::usage(
            format!("cannot read {}: {error}", file.display()),
            "name an automation file, for example manifests/automations/schedule-meeting.json",
        )
    })
}
