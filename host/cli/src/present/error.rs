//! Failures: exit code, text and JSON line.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Value, json};
use switchboard_app::error_catalog::fix_of_code;
use switchboard_app::remedy::Guidance;
use switchboard_app::{AppError, Class, ErrorReport, Family, Message};

use super::next_step::spell;
use super::{document, remedy};
use crate::output;

/// Exit codes, documented in `switchboard --help`.
pub fn exit(class: Class) -> u8 {
    match class {
        Class::Failed => 1,
        Class::Usage => 2,
        Class::Invalid => 3,
        Class::SignIn => 4,
        Class::Service => 5,
        Class::Later => 6,
        Class::PartlyFailed => 7,
        Class::Interrupted => 130,
    }
}

/// Prints the error once and gives the exit code.
pub fn report(error: &AppError, json: bool) -> ExitCode {
    match error {
        AppError::Reported(_) => {}
        _ if json => output::json_note(&json!({ "error": to_json(error) })),
        AppError::Document(report) => output::notes(&document::render(document::with_flags((**report).clone()))),
        error => lines(error).iter().for_each(|line| output::note(line)),
    }
    ExitCode::from(exit(error.class()))
}

/// For people.
fn lines(error: &AppError) -> Vec<String> {
    let report = error.report();
    let mut lines = vec![format!("error[{}]: {}", report.code, report.message.spell(spell))];
    if let Some(run) = report.run {
        lines.push(format!("  at: {}:{}:{}", run.file, run.line, run.column));
    }
    // The steps say it in full.
    if let Some(guidance) = report.guidance {
        lines.extend(remedy::lines(&remedy::fill(guidance)).iter().map(|line| format!("  {line}")));
        return lines;
    }
    lines.extend(report.pointer.as_ref().map(|pointer| format!("  at: {pointer}")));
    lines.extend(report.details.map(|details| format!("  details: {details}")));
    lines.extend(fix(&report).map(|fix| format!("  fix: {fix}")));
    lines.extend(report.retry_at.as_ref().map(|at| format!("  again: from {at}")));
    lines
}

/// What to do about a failure, in a line.
pub fn fix(report: &ErrorReport<'_>) -> Option<String> {
    fix_with_guidance(report.fix.as_ref(), report.guidance)
        .or_else(|| fix_of_code(&report.code).map(|fix| fix.spell(spell)))
}

/// What to do in a line: the fix, else the steps in short.
pub fn fix_with_guidance(fix: Option<&Message>, guidance: Option<&Guidance>) -> Option<String> {
    match (fix, guidance) {
        (Some(fix), _) => Some(fix.spell(spell)),
        (None, guidance) => guidance.map(|guidance| remedy::in_short(&remedy::fill(guidance))),
    }
}

/// For programs.
pub fn to_json(error: &AppError) -> Value {
    let report = error.report();
    let family = match report.family {
        Family::Problem => "problem",
        Family::Refused => "refused",
        Family::Broken => "broken",
    };
    let mut value = json!({ "code": report.code, "message": report.message.spell(spell), "family": family });
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(run) = report.run {
        fields.extend(run.to_json().as_object().cloned().unwrap_or_default());
        // The message holds the step.
        fields.insert("message".into(), report.message.spell(spell).into());
    }
    if let Some(fix) = fix(&report) {
        fields.insert("fix".into(), fix.into());
    }
    if let Some(guidance) = report.guidance {
        fields.insert("remedy".into(), remedy::value(&remedy::fill(guidance)));
    }
    if let Some(pointer) = &report.pointer {
        fields.insert("pointer".into(), pointer.as_str().into());
    }
    if let Some(retry) = report.retry {
        fields.insert("retry".into(), json!(retry));
        fields.insert("not_sent".into(), report.not_sent.unwrap_or_default().into());
        fields.insert("details".into(), report.details.cloned().unwrap_or_default());
    }
    if let Some(at) = &report.retry_at {
        fields.insert("retry_at".into(), at.as_str().into());
    }
    if report.outcome_unknown {
        fields.insert("outcome_unknown".into(), true.into());
    }
    if let Some(mistakes) = report.document {
        fields.insert("report".into(), document::with_flags(mistakes.clone()).to_json());
    }
    value
}

/// A wrong command line: clap's own words, or one JSON line where `--json` was asked for.
pub fn report_usage(wrong: clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if !wrong.use_stderr() {
        return match output::help(&wrong.render()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => report(&error, json),
        };
    }
    let wrong_kind = wrong.kind();
    let text = printable_error(wrong).to_string();
    if json {
        // The first paragraph: what is wrong, and below it the names of what is missing.
        let words: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let message = words.join(" ").trim_start_matches("error: ").to_owned();
        let fix = match wrong_kind {
            ErrorKind::MissingRequiredArgument => {
                "add what is missing; the command with `--help` explains each argument"
            }
            _ => "switchboard --help shows what there is",
        };
        output::json_note(
            &json!({ "error": { "code": "usage", "message": message, "family": "problem", "fix": fix } }),
        );
    } else {
        output::notes(text.trim_end());
    }
    ExitCode::from(exit(Class::Usage))
}

/// Clap's words with what was typed made printable, so that no line of them comes from an argument.
fn printable_error(mut wrong: clap::Error) -> clap::builder::StyledStr {
    let typed: Vec<(ContextKind, ContextValue)> = wrong
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(output::printable(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(|text| output::printable(text)).collect())))
            }
            ContextValue::StyledStrs(tips) => {
                let tips = tips.iter().map(|tip| output::printable(&tip.to_string()).into()).collect();
                Some((kind, ContextValue::StyledStrs(tips)))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        wrong.insert(kind, value);
    }
    wrong.render()
}
