//! `switchboard check`: every mistake in automation documents, with place and fix.

use std::path::Path;

use serde_json::{Value, json};
use switchboard_app::documents::Allowance;
use switchboard_app::{AppError, Class, documents};

use crate::app::App;
use crate::args::Check;
use crate::output;
use crate::present::{document, error};

pub async fn run(app: &App, check: Check) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let limits = limits(&check.limit)?;
    let mut reports: Vec<Value> = Vec::new();
    let mut is_invalid = false;
    let mut unreadable = None;
    for file in &check.files {
        let is_input = file == Path::new("-");
        let name = if is_input { "standard input".to_owned() } else { file.display().to_string() };
        let source = if is_input {
            documents::read_stream(std::io::stdin().lock(), &name, &limits)
        } else {
            documents::read(file, &limits)
        };
        let source = match source {
            Ok(source) => source,
            // The other files have mistakes too.
            Err(failure) => {
                error::report(&failure, app.global.json);
                reports.push(json!({ "file": name, "ok": false, "error": error::to_json(&failure) }));
                unreadable = Some(failure.class());
                continue;
            }
        };
        let report = document::with_flags(documents::check(&connector, &source, &name, &limits));
        is_invalid |= !report.is_ok();
        if app.global.json {
            reports.push(report.to_json());
        } else if report.is_ok() {
            output::line(&format!("{name}: ok"))?;
        } else {
            output::notes(&document::render(report));
        }
    }
    if app.global.json {
        output::json(&reports)?;
    }
    let class = if is_invalid { Some(Class::Invalid) } else { unreadable };
    class.map_or(Ok(()), |class| Err(AppError::Reported(class)))
}

/// The limits of `--limit`.
pub fn limits(flags: &[String]) -> Result<Allowance, AppError> {
    let mut limits = Allowance::default();
    for flag in flags {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        limits.set(name, value).map_err(|error| {
            AppError::usage(
                error.to_string(),
                "docs/reference/limits.md lists all limits, for example --limit steps=2000",
            )
        })?;
    }
    Ok(limits)
}
