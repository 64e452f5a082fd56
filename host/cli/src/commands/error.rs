//! `switchboard error`: what each problem code means, and what to do.

use serde_json::{Value, json};
use switchboard_app::error_catalog::{self, ErrorCodes, ProblemCode};

use crate::app::App;
use crate::args::ErrorCommand;
use crate::output;
use crate::present::next_step::spell;
use switchboard_app::AppError;

pub async fn run(app: &App, command: ErrorCommand) -> Result<(), AppError> {
    let ErrorCommand::List { search } = command;
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let ErrorCodes { problems, refusals } = error_catalog::search(manifest, search.as_deref().unwrap_or_default())?;
    if app.global.json {
        let problems: Vec<Value> = problems.iter().map(to_json).collect();
        return output::json(&json!({ "problems": problems, "service_codes": refusals }));
    }
    for problem in &problems {
        output::line(&problem.code)?;
        part("cause", &problem.cause)?;
        part("fix", &fix(problem).unwrap_or_default())?;
        part("retry", &problem.retry)?;
    }
    for refusal in refusals {
        output::line(&format!("{} {}: {}", manifest.title, refusal.code, refusal.problem))?;
        part("cause", &refusal.cause)?;
        let of_problem = manifest.errors.iter().find(|entry| entry.code == refusal.problem);
        let fix = refusal.fix.as_deref().or(of_problem.and_then(|entry| entry.fix.as_deref()));
        part("fix", fix.unwrap_or_default())?;
    }
    Ok(())
}

fn to_json(problem: &ProblemCode) -> Value {
    json!({ "code": problem.code, "cause": problem.cause, "fix": fix(problem), "retry": problem.retry })
}

fn fix(problem: &ProblemCode) -> Option<String> {
    Some(problem.message()?.spell(spell))
}

fn part(name: &str, text: &str) -> Result<(), AppError> {
    if text.is_empty() { Ok(()) } else { output::line(&format!("  {name}: {text}")) }
}
