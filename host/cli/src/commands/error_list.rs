//! `switchboard error`: what each problem code means, and what to do.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::args::ErrorCommand;
use crate::error::CliError;
use crate::output;

/// The host's own codes; the connector's are in its manifest.
const OWN: &str = include_str!("../../../../manifests/host/errors.json");

#[derive(Deserialize)]
struct Catalogue {
    problems: Vec<Problem>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Problem {
    code: String,
    cause: String,
    #[serde(default)]
    fix: Option<String>,
    #[serde(default)]
    retry: String,
}

pub async fn run(app: &App, command: ErrorCommand) -> Result<(), CliError> {
    let ErrorCommand::List { search } = command;
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let own: Catalogue = serde_json::from_str(OWN).map_err(|error| CliError::failed("broken", error.to_string()))?;
    let of_connector = manifest.errors.iter().map(|entry| Problem {
        code: entry.code.clone(),
        cause: entry.cause.clone(),
        fix: entry.fix.clone(),
        retry: entry.retry.clone(),
    });
    let search = search.unwrap_or_default().to_lowercase();
    let mut problems: Vec<Problem> = of_connector.chain(own.problems).collect();
    let mut refusals: Vec<_> = manifest.refusals.iter().collect();
    if !search.is_empty() {
        problems.retain(|problem| problem.code.contains(&search));
        refusals.retain(|refusal| refusal.code.to_string() == search || refusal.problem.contains(&search));
    }
    if app.global.json {
        return output::json(&json!({ "problems": problems, "service_codes": refusals }));
    }
    if problems.is_empty() && refusals.is_empty() {
        app.say("unknown code; `switchboard error list` shows all codes");
        return Ok(());
    }
    for problem in &problems {
        output::line(&problem.code)?;
        part("cause", &problem.cause)?;
        part("fix", problem.fix.as_deref().unwrap_or_default())?;
        part("retry", &problem.retry)?;
    }
    for refusal in refusals {
        output::line(&format!("{} {}: {}", manifest.title, refusal.code, refusal.problem))?;
        part("cause", &refusal.cause)?;
        part("fix", refusal.fix.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

fn part(name: &str, text: &str) -> Result<(), CliError> {
    if text.is_empty() { Ok(()) } else { output::line(&format!("  {name}: {text}")) }
}
