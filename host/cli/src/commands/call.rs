//! `switchboard call`: run one activity.

use std::io::IsTerminal;
use std::sync::Arc;

use serde_json::Value;
use switchboard_runtime::manifest::{Activity, Effect};

use crate::app::App;
use crate::args::{Call, Global};
use crate::commands::activity::unknown;
use crate::error::CliError;
use crate::{input, output};

pub async fn run(app: &App, call: Call) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let Some(activity) = connector.activity(&call.activity) else {
        return Err(unknown(connector.manifest(), &call.activity));
    };
    let input = input::object(call.input.as_deref(), &call.fields)?;
    if !call.dry_run {
        confirm(&app.global, call.yes, &call.activity, &activity, activity.effect_of(&input), &input)?;
    }
    let connection = app.connections()?.open_connection(call.connection.as_deref())?;
    let mut options = app.call_options(&call.downloads);
    options.dry_run = call.dry_run;
    options.allow = app.allowed(&call.allow)?;
    let result = connector.call(&call.activity, input, Arc::new(connection), &options).await?;
    if call.dry_run {
        app.say("not sent (--dry-run)");
    }
    if app.global.json || call.dry_run { output::json(&result) } else { output::fields(&result) }
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
    // a question about nothing would be the answer to a mistake in writing
    let required = activity.input.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) = required.filter_map(Value::as_str).find(|name| input.get(name).is_none()) {
        return Err(CliError::Failed {
            code: "input.invalid".into(),
            message: format!("the field `{missing}` is missing"),
            fix: Some(format!("add {missing}=…; `switchboard activity schema {id}` shows all fields")),
            exit: crate::error::exit::INVALID,
        });
    }
    let sentence = filled(activity.confirm.as_deref().unwrap_or("This cannot be undone."), input);
    if global.no_input || !std::io::stdin().is_terminal() {
        return Err(CliError::usage(
            format!("`{id}` is destructive: {sentence}"),
            "add --yes to go on, or --dry-run to look first",
        ));
    }
    eprintln!("{sentence} Type yes to go on:");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| CliError::failed("input", error.to_string()))?;
    if answer.trim() == "yes" { Ok(()) } else { Err(CliError::failed("not-confirmed", "nothing was done")) }
}

/// The sentence with `{field}` replaced by what the input says.
fn filled(sentence: &str, input: &Value) -> String {
    let mut text = sentence.to_owned();
    for (key, value) in input.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = text.replace(&format!("{{{key}}}"), &value);
    }
    text
}
