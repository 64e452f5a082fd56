//! `switchboard activity`: find and explain activities, from the manifest.

use serde_json::{Value, json};
use switchboard_app::manifest::{Activity, Effect, Manifest};

use crate::app::App;
use crate::args::ActivityCommand;
use crate::shell::quote;
use crate::{output, schema};
use switchboard_app::AppError;
use switchboard_app::activities::{self, find, id, role_rights};

pub async fn run(app: &App, command: ActivityCommand) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    match command {
        ActivityCommand::List { search } => list(app, manifest, search.as_deref()),
        ActivityCommand::Show { activity } => show(app, manifest, find(manifest, &activity)?),
        ActivityCommand::Schema { activity, output: wants_output } => {
            let found = find(manifest, &activity)?;
            output::json(if wants_output { &found.output } else { &found.input })
        }
    }
}

fn list(app: &App, manifest: &Manifest, search: Option<&str>) -> Result<(), AppError> {
    let found = activities::search(manifest, search.unwrap_or_default());
    if app.global.json {
        return output::json(&found.into_iter().map(|activity| row(manifest, activity)).collect::<Vec<Value>>());
    }
    if found.is_empty() {
        app.say(&format!(
            "no activity matches `{}`; `switchboard activity list` lists all",
            search.unwrap_or_default()
        ));
        return Ok(());
    }
    let rows = found.into_iter().map(|activity| {
        vec![id(manifest, activity), effect(activity).into(), first_scope(activity), activity.title.clone()]
    });
    output::table(&["ACTIVITY", "EFFECT", "SCOPE", "WHAT IT DOES"], rows.collect())
}

fn show(app: &App, manifest: &Manifest, activity: &Activity) -> Result<(), AppError> {
    if app.global.json {
        return output::json(activity);
    }
    output::line(&format!("{} — {}", id(manifest, activity), activity.title))?;
    output::line(&activity.summary)?;
    output::line("")?;
    output::line(&format!("effect  {}    rate class  {}", effect(activity), activity.rate))?;
    for (style, sets) in [("classic", &activity.scopes.classic), ("granular", &activity.scopes.granular)] {
        let any: Vec<String> = sets.iter().map(|set| set.join(" + ")).collect();
        if !any.is_empty() {
            output::line(&format!("scope   {} ({style})", any.join("  or  ")))?;
        }
    }
    output::line(&format!("        about scopes: {}", manifest.app.scope_help))?;
    let rights = role_rights(activity).join(", ");
    if !rights.is_empty() {
        output::line(&format!("right   {rights} of the user's role, for data of other users"))?;
    }
    if let Some(plan) = &activity.plan {
        output::line(&format!("plan    {plan}"))?;
    }
    output::heading("input")?;
    schema::fields(&activity.input)?;
    output::heading("output")?;
    schema::fields(&activity.output)?;
    schema::types(&[&activity.input, &activity.output])?;
    let catalogue = activity.errors.iter().filter_map(|code| manifest.errors.iter().find(|entry| &entry.code == code));
    for (number, entry) in catalogue.enumerate() {
        if number == 0 {
            output::heading("errors")?;
        }
        let fix = entry.fix.as_ref().map_or(String::new(), |fix| format!(" → {fix}"));
        output::line(&format!("  {}  {}{fix}", entry.code, entry.cause))?;
    }
    for example in &activity.examples {
        let ends = example.problem.as_ref().map_or_else(String::new, |code| format!(", meant to fail with {code}"));
        output::heading(&format!("example{ends}: {}", example.title))?;
        output::line(&format!("  switchboard call {} {}", id(manifest, activity), spelled(&example.input)))?;
    }
    Ok(())
}

/// An example's input as `key=value` fields.
fn spelled(input: &Value) -> String {
    let fields = input.as_object().into_iter().flatten().map(|(key, value)| match value {
        Value::String(text) => quote(&format!("{key}={text}")),
        other => format!("{key}:={}", quote(&other.to_string())),
    });
    fields.collect::<Vec<_>>().join(" ")
}

fn row(manifest: &Manifest, activity: &Activity) -> Value {
    json!({
        "activity": id(manifest, activity),
        "title": activity.title,
        "effect": activity.effect,
        "scopes": activity.scopes,
    })
}

fn effect(activity: &Activity) -> &'static str {
    match activity.effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Destructive => "destructive",
    }
}

/// A scope of the kind that new apps have, where there is one.
fn first_scope(activity: &Activity) -> String {
    activity.scopes.granular.first().or(activity.scopes.classic.first()).map_or(String::new(), |set| set.join(" "))
}
