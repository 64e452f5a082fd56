//! `switchboard check`: every mistake in automation documents, with place and fix.

use std::path::Path;

use serde_json::Value;
use switchboard_automation::Allowance;
use switchboard_automation::limits::DOCUMENT;
use switchboard_text_file::TextFileError;

use crate::app::App;
use crate::args::Check;
use crate::error::{CliError, exit};
use crate::runner::ManifestCatalog;
use crate::{input, output};

pub async fn run(app: &App, check: Check) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let catalog = ManifestCatalog(connector.manifest());
    let limits = limits(&check.limit)?;
    let mut reports: Vec<Value> = Vec::new();
    let mut bad = false;
    for file in &check.files {
        let name = file.display().to_string();
        let report = switchboard_automation::check_within(&read(file, &limits)?, &name, &catalog, &limits);
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
pub fn read(file: &Path, limits: &Allowance) -> Result<String, CliError> {
    switchboard_text_file::read(file, limits.get(&DOCUMENT)).map_err(|error| match error {
        TextFileError::TooLarge { .. } => input::unusable(&error).with_fix(format!(
            "make it smaller, or raise the limit: --limit {}=BYTES, at most {}",
            DOCUMENT.name, DOCUMENT.max
        )),
        TextFileError::Unreadable { .. } => CliError::usage(
            error.to_string(),
            "name an automation file, for example manifests/automations/schedule-meeting.json",
        ),
        error => input::unusable(&error),
    })
}

/// The limits of `--limit`.
pub fn limits(given: &[String]) -> Result<Allowance, CliError> {
    let mut limits = Allowance::default();
    for one in given {
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        limits.set(name, value).map_err(|error| {
            CliError::usage(
                error.to_string(),
                "docs/reference/limits.md lists all limits, for example --limit steps=2000",
            )
        })?;
    }
    Ok(limits)
}
