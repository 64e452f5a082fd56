//! `switchboard error`: what each problem code means, and what to do.

use serde::{Deserialize, Serialize};
use serde_json::json;
use switchboard_manifest::{ErrorEntry, Remedy};
use switchboard_suggest::suggest;

use crate::app::App;
use crate::args::ErrorCommand;
use crate::output;
use switchboard_app::AppError;

/// The host's own codes; the connector's are in its manifest.
const OWN: &str = include_str!("../../../../manifests/host/errors.json");

/// What to do about a code whose steps depend on the app and the connection.
const STEPS: &str = "`switchboard doctor` prints the steps for your app and your connection.";

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

pub async fn run(app: &App, command: ErrorCommand) -> Result<(), AppError> {
    let ErrorCommand::List { search } = command;
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let own: Catalogue = serde_json::from_str(OWN).map_err(|error| AppError::failed("broken", error.to_string()))?;
    let mut problems: Vec<Problem> = manifest.errors.iter().map(of_connector).collect();
    // The connector knows more about a code that both have.
    for problem in own.problems.into_iter().chain(manifest.remedies.iter().map(of_remedy)) {
        if problems.iter().all(|listed| listed.code != problem.code) {
            problems.push(problem);
        }
    }
    let search = search.unwrap_or_default().to_lowercase();
    let known: Vec<String> = problems.iter().map(|problem| problem.code.clone()).collect();
    let mut refusals: Vec<_> = manifest.refusals.iter().collect();
    if !search.is_empty() {
        problems.retain(|problem| problem.code.contains(&search));
        refusals.retain(|refusal| refusal.code.to_string() == search || refusal.problem.contains(&search));
    }
    if app.global.json && !(problems.is_empty() && refusals.is_empty()) {
        return output::json(&json!({ "problems": problems, "service_codes": refusals }));
    }
    if problems.is_empty() && refusals.is_empty() {
        let near = suggest(&search, known).map_or_else(String::new, |near| format!("{near} "));
        let fix = format!("{near}`switchboard error list` shows all codes");
        return Err(AppError::usage(format!("unknown code `{search}`"), fix));
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
        // What is to be done about one of the service's codes is that of its problem, where nothing better is known.
        let of_problem = manifest.errors.iter().find(|entry| entry.code == refusal.problem);
        let fix = refusal.fix.as_deref().or(of_problem.and_then(|entry| entry.fix.as_deref()));
        part("fix", fix.unwrap_or_default())?;
    }
    Ok(())
}

/// What the list says to do about a code of the host, where nothing better is known.
pub fn fix_of_code(code: &str) -> Option<String> {
    let own: Catalogue = serde_json::from_str(OWN).ok()?;
    own.problems.into_iter().find(|problem| problem.code == code)?.fix
}

fn of_connector(entry: &ErrorEntry) -> Problem {
    Problem { code: entry.code.clone(), cause: entry.cause.clone(), fix: entry.fix.clone(), retry: entry.retry.clone() }
}

/// A sign-in that the service's page ended has the name of what mends it.
fn of_remedy(remedy: &Remedy) -> Problem {
    Problem {
        code: remedy.id.clone(),
        cause: format!("{}.", remedy.title),
        fix: Some(STEPS.to_owned()),
        retry: "after-user-action".to_owned(),
    }
}

fn part(name: &str, text: &str) -> Result<(), AppError> {
    if text.is_empty() { Ok(()) } else { output::line(&format!("  {name}: {text}")) }
}
