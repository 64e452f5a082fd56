//! `switchboard call`: run one activity.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_manifest::{Activity, Effect, Idempotency, fill};
use switchboard_runtime::{CallError, Problem, Retry};

use crate::app::App;
use crate::args::{Call, Global};
use crate::commands::activity::unknown;
use crate::commands::connect::{self, plan_of, role_rights};
use crate::error::CliError;
use crate::input::line as input_line;
use crate::remedy::advised;
use crate::suggest::suggest;
use crate::{input, output};

pub async fn run(app: &App, call: Call) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let Some(activity) = connector.activity(&call.activity) else {
        return Err(unknown(connector.manifest(), &call.activity));
    };
    let input = input::object(call.input.as_deref(), &call.fields)?;
    complete(&call.activity, &activity, &input)?;
    if !call.dry_run {
        confirm(&app.global, call.yes, &call.activity, &activity, activity.effect_of(&input), &input)
            .map_err(|error| error.with_fix("add --yes to continue, or --dry-run to look first"))?;
    }
    let connections = app.connections().await?;
    let advised = |error: CliError| match connections.choose(call.connection.as_deref()) {
        Ok(row) => advised(error, connector.manifest(), &row),
        Err(_) => error,
    };
    let connection = connect::live(app, &connector, &connections, call.connection.as_deref());
    let connection = connection.map_err(|error| advised(error.into()))?;
    let label = connection.label().to_owned();
    let mut options = app.download_options(connection.label(), &call.files)?;
    if let Some(timeout) = call.timeout {
        options = options.with_timeout(timeout);
    }
    options.dry_run = call.dry_run;
    options.allow = app.allowed(&call.allow)?;
    let result = connector.call(&call.activity, input, Arc::new(connection), &options).await;
    let result = result.map_err(|error| match is_unknown(&error, &activity) {
        true => CliError::Uncertain(error),
        false => advised(looked_into(error, &call.activity, &activity, &label).into()),
    })?;
    if call.dry_run {
        app.say("not sent (--dry-run)");
    }
    if app.global.json || call.dry_run { output::json(&result) } else { output::fields(&result) }
}

/// Whether the activity writes and nobody knows whether it did: the request was sent, and no answer says what became of it.
fn is_unknown(error: &CallError, activity: &Activity) -> bool {
    let repeatable = matches!(activity.idempotency, Idempotency::Read | Idempotency::Idempotent);
    let unanswered = |code: &str| {
        matches!(
            code,
            "timeout"
                | "unreachable"
                | "unavailable"
                | "unexpected-answer"
                | "response.too-large"
                | "response.encoding"
        )
    };
    let unknown = match error {
        CallError::Problem(problem) => !problem.not_sent && unanswered(&problem.code),
        CallError::Broken(broken) => !broken.not_sent,
        CallError::Refused(_) => false,
    };
    !repeatable && unknown
}

/// A refusal that may be for the role or the plan, which the service does not tell apart: the doctor does.
fn looked_into(error: CallError, id: &str, activity: &Activity, label: &str) -> CallError {
    let CallError::Problem(mut problem) = error else { return error };
    let code = problem.details.as_ref().and_then(|details| details.get("zoom_code")?.as_i64());
    let rights = role_rights(activity).join(", ");
    let right = (!rights.is_empty()).then(|| format!("the role right {rights}"));
    let plan = plan_of(activity).map(|plan| format!("the plan: {plan}"));
    let needs: Vec<String> = right.into_iter().chain(plan).collect();
    if problem.code == "forbidden" && code == Some(ROLE_OR_PLAN) && !needs.is_empty() {
        let needs = needs.join(", and ");
        problem.fix = Some(format!("{id} needs {needs}; `switchboard doctor {label}` lists what is missing"));
    }
    CallError::Problem(problem)
}

/// The service's number for both.
const ROLE_OR_PLAN: i64 = 200;

/// Names every field that is not known and every one that is missing: one by one they would take as many tries.
pub fn complete(id: &str, activity: &Activity, input: &Value) -> Result<(), CliError> {
    let known = activity.input.get("properties").and_then(Value::as_object);
    let wrong: Vec<&String> = input
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(|name| known.is_some_and(|known| !known.contains_key(*name)))
        .collect();
    let required = activity.input.get("required").and_then(Value::as_array).into_iter().flatten();
    let missing: Vec<&str> = required.filter_map(Value::as_str).filter(|name| input.get(name).is_none()).collect();
    let all = format!("`switchboard activity show {id}` explains all fields");
    let add = || format!("add {}", missing.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join(" "));
    let (message, fix) = match (wrong.as_slice(), missing.as_slice()) {
        ([], []) => return Ok(()),
        ([], [name]) => (format!("the field `{name}` is missing"), format!("{}; {all}", add())),
        ([], many) => (format!("the fields `{}` are missing", many.join("`, `")), format!("{}; {all}", add())),
        (names, _) => {
            let known = || known.into_iter().flatten().map(|(name, _)| name);
            let near: String = names.iter().map(|name| suggest(name, known())).collect();
            let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            match missing.as_slice() {
                [] => (format!("unknown field {listed}"), format!("{near}{all}")),
                some => (
                    format!("unknown field {listed}; missing: `{}`", some.join("`, `")),
                    format!("{near}{}; {all}", add()),
                ),
            }
        }
    };
    let first = wrong.first().map(|name| name.as_str()).or(missing.first().copied()).unwrap_or_default();
    Err(CliError::Call(CallError::Problem(Problem {
        code: "input.invalid".into(),
        message,
        pointer: Some(format!("/{}", first.replace('~', "~0").replace('/', "~1"))),
        fix: Some(fix),
        retry: Retry::Never,
        not_sent: true,
        details: Some(json!({ "unknown": wrong, "missing": missing })),
    })))
}

/// A destructive activity needs a yes: the word typed at a terminal, or `--yes`.
pub fn confirm(
    global: &Global,
    yes: bool,
    id: &str,
    activity: &Activity,
    effect: Effect,
    input: &Value,
) -> Result<(), CliError> {
    if effect != Effect::Destructive || yes {
        return Ok(());
    }
    let sentence = activity.confirm.as_deref().unwrap_or("This cannot be undone.");
    let sentence = fill(sentence, |name| input.get(name).map(spelled));
    if global.no_input || !std::io::stdin().is_terminal() {
        return Err(CliError::usage(format!("`{id}` is destructive: {sentence}"), "add --yes to continue"));
    }
    output::note(&format!("{sentence} Type yes to continue:"));
    if input_line()?.trim() == "yes" {
        Ok(())
    } else {
        Err(CliError::failed("not-confirmed", "not confirmed; nothing was done"))
    }
}

/// A field of the input as a person reads it.
fn spelled(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}
