//! `switchboard doctor`: what is wrong, and how to mend it.

use serde_json::json;
use switchboard_app::connect::attempt;
use switchboard_app::doctor::{self, Finding, Health};
use switchboard_app::remedy::message_to_administrator;
use switchboard_app::{AppError, Class, NextStep};

use crate::app::App;
use crate::args::Doctor;
use crate::output;
use crate::present::{finding, remedy};

pub async fn run(app: &App, options: Doctor) -> Result<(), AppError> {
    let label = options.label.as_deref().or(options.connection.as_deref());
    if options.dismiss {
        return dismiss(app, label).await;
    }
    let findings = match (&options.seen, &options.event, &options.event_secret_file) {
        (Some(words), _, _) => vec![doctor::diagnose_page(app, words).await?],
        (None, Some(webhook), Some(secret)) => vec![doctor::diagnose_webhook(app, webhook, secret).await?],
        _ => doctor::diagnose(app, label).await?,
    };
    if options.message {
        return message(app, &findings).await;
    }
    if app.global.json {
        output::json(&findings.iter().map(finding::to_json).collect::<Vec<_>>())?;
    } else {
        findings.iter().flat_map(finding::lines).try_for_each(|line| output::line(&line))?;
    }
    let is_bad = findings.iter().any(|finding| finding.health == Health::Bad);
    if is_bad { Err(AppError::Reported(Class::Failed)) } else { Ok(()) }
}

/// Prints a message for the administrator about the first problem.
async fn message(app: &App, findings: &[Finding]) -> Result<(), AppError> {
    let guidance = doctor::problem_for_administrator(findings)?;
    let remedy = remedy::fill(guidance);
    let connector = app.connector().await?;
    let text = message_to_administrator(&remedy, &guidance.facts, &connector.manifest().title);
    if app.global.json {
        return output::json(&json!({ "remedy": remedy.id, "message": text }));
    }
    output::lines(&text)
}

/// Forgets failed sign-ins: those of a label, or all of them.
async fn dismiss(app: &App, label: Option<&str>) -> Result<(), AppError> {
    let dismissed = attempt::dismiss(app, label).await?;
    if let (Some(label), true) = (label, dismissed.is_empty()) {
        let fix = switchboard_app::message![NextStep::Diagnose(None), " lists failed sign-ins"];
        return Err(AppError::not_found(format!("no failed sign-in is stored for `{label}`"), fix));
    }
    if app.global.json {
        return output::json(&json!({ "dismissed": dismissed }));
    }
    match dismissed.as_slice() {
        [] => output::line("no failed sign-in is stored"),
        labels => output::line(&format!("forgotten: the sign-in as {}", labels.join(", "))),
    }
}
