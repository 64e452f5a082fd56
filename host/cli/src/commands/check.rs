//! `switchboard check`: every mistake in automation documents, with place and fix.

use std::path::Path;

use serde_json::{Value, json};
use switchboard_automation::limits::{DOCUMENT, MISTAKES};
use switchboard_automation::{Allowance, Report};
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
    let (mut invalid, mut unreadable) = (false, None);
    for file in &check.files {
        let name = file.display().to_string();
        let source = match read(file, &limits) {
            Ok(source) => source,
            // The other files have mistakes too.
            Err(error) => {
                error.report(app.global.json);
                reports.push(json!({ "file": name, "ok": false, "error": error.as_json() }));
                unreadable = Some(error.exit());
                continue;
            }
        };
        let report = with_flags(switchboard_automation::check_within(&source, &name, &catalog, &limits));
        invalid |= !report.is_ok();
        if app.global.json {
            reports.push(report.to_json());
        } else if report.is_ok() {
            output::line(&format!("{name}: ok"))?;
        } else {
            output::notes(&rendered(report));
        }
    }
    if app.global.json {
        output::json(&reports)?;
    }
    let code = if invalid { Some(exit::INVALID) } else { unreadable };
    code.map_or(Ok(()), |code| Err(CliError::Said(code)))
}

/// The flag that sets a limit.
pub fn flag(limit: &str) -> String {
    format!("--limit {limit}=VALUE")
}

/// The report with the flags that raise its limits.
pub fn with_flags(mut report: Report) -> Report {
    for diagnostic in &mut report.diagnostics {
        if let (Some(fix), Some(limit)) = (&mut diagnostic.fix, diagnostic.limit) {
            *fix = format!("{fix}: {}", flag(limit));
        }
    }
    report
}

/// The mistakes for people. Their words quote the document, and may not begin lines of their own.
pub fn rendered(mut report: Report) -> String {
    report.file = output::printable(&report.file);
    for diagnostic in &mut report.diagnostics {
        diagnostic.message = output::printable(&diagnostic.message);
        diagnostic.fix = diagnostic.fix.as_deref().map(output::printable);
    }
    let mut text = report.render();
    if report.more > 0 {
        text.push_str(&format!("  fix: {}\n", flag(MISTAKES.name)));
    }
    text
}

/// The text of a document.
pub fn read(file: &Path, limits: &Allowance) -> Result<String, CliError> {
    switchboard_text_file::read(file, limits.get(&DOCUMENT)).map_err(|error| match error {
        TextFileError::TooLarge { .. } => input::unusable(&error).with_fix(format!(
            "make it smaller, or raise the limit `{}`, at most {}: {}",
            DOCUMENT.name,
            DOCUMENT.max,
            flag(DOCUMENT.name)
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
