//! `switchboard doctor`: what is wrong, and how to mend it.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::error::{CliError, exit};
use crate::output;

/// One thing looked at.
struct Finding {
    about: String,
    good: bool,
    text: String,
    fix: Option<String>,
}

pub async fn run(app: &App) -> Result<(), CliError> {
    let findings = look(app).await;
    let bad = findings.iter().any(|finding| !finding.good);
    if app.global.json {
        let rows: Vec<_> = findings
            .iter()
            .map(|finding| json!({ "about": finding.about, "ok": finding.good, "text": finding.text, "fix": finding.fix }))
            .collect();
        output::json(&rows)?;
    } else {
        for finding in &findings {
            output::line(&format!("{} {:12} {}", if finding.good { "✓" } else { "✗" }, finding.about, finding.text))?;
            if let Some(fix) = &finding.fix {
                output::line(&format!("  {:12} fix: {fix}", ""))?;
            }
        }
    }
    if bad { Err(CliError::Said(exit::FAILED)) } else { Ok(()) }
}

async fn look(app: &App) -> Vec<Finding> {
    let mut findings = Vec::new();
    let store = app.store().map(|_| "opens and is up to date".to_owned());
    findings.push(finding("store", store));
    let connector = app.connector().await;
    findings.push(finding(
        "connector",
        connector
            .as_ref()
            .map(|c| {
                format!("{} {}, {} activities", c.manifest().title, c.manifest().version, c.manifest().activities.len())
            })
            .map_err(copy),
    ));
    let connections = app.connections();
    findings.push(finding("key", connections.as_ref().map(|_| "opens the stored secrets".to_owned()).map_err(copy)));
    let (Ok(connector), Ok(connections)) = (connector, connections) else {
        return findings;
    };
    for row in connections.list().unwrap_or_default() {
        let about = format!("{} ", row.label);
        let checked = match connections.open_connection(Some(&row.label)) {
            Ok(live) => connector
                .identify(Arc::new(live), &app.call_options(Path::new("downloads")))
                .await
                .map_err(CliError::from),
            Err(error) => Err(CliError::from(error)),
        };
        findings.push(finding(&about, checked.map(|identity| super::connect::who(&identity))));
    }
    findings
}

fn finding(about: &str, result: Result<String, CliError>) -> Finding {
    match result {
        Ok(text) => Finding { about: about.into(), good: true, text, fix: None },
        Err(error) => {
            let fields = error.as_json();
            let fix = fields.get("fix").and_then(|fix| fix.as_str()).map(str::to_owned);
            Finding { about: about.into(), good: false, text: error.to_string(), fix }
        }
    }
}

/// The part of an error that a finding shows.
fn copy(error: &CliError) -> CliError {
    let fields = error.as_json();
    let text = |name: &str| fields.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    CliError::Failed {
        code: text("code").unwrap_or_default(),
        message: error.to_string(),
        fix: text("fix"),
        exit: exit::FAILED,
    }
}
