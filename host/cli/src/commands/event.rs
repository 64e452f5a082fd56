//! `switchboard event`: find and explain webhook events, from the manifest.

use serde_json::{Value, json};
use switchboard_app::manifest::{EventEntry, Manifest};

use super::receive;
use crate::app::App;
use crate::args::EventCommand;
use crate::{output, schema};
use switchboard_app::AppError;
use switchboard_app::events::{self, find, id};

pub async fn run(app: &App, command: EventCommand) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    match command {
        EventCommand::List { search } => list(app, manifest, search.as_deref()),
        EventCommand::Show { event } => show(app, manifest, find(manifest, &event)?),
        EventCommand::Schema { event } => output::json(&find(manifest, &event)?.payload),
        EventCommand::Receive { file, client_id, event_secret_file } => {
            receive::run(app, &connector, &file, &client_id, &event_secret_file).await
        }
    }
}

fn list(app: &App, manifest: &Manifest, search: Option<&str>) -> Result<(), AppError> {
    let found = events::search(manifest, search.unwrap_or_default());
    if app.global.json {
        return output::json(&found.into_iter().map(|event| row(manifest, event)).collect::<Vec<Value>>());
    }
    if found.is_empty() {
        app.say(&format!("no event matches `{}`; `switchboard event list` lists all", search.unwrap_or_default()));
        return Ok(());
    }
    let rows = found
        .into_iter()
        .map(|event| vec![id(manifest, event), event.levels.join(", "), first_scope(event), event.title.clone()]);
    output::table(&["EVENT", "LEVEL", "SCOPE", "WHAT HAPPENED"], rows.collect())
}

fn show(app: &App, manifest: &Manifest, event: &EventEntry) -> Result<(), AppError> {
    if app.global.json {
        return output::json(event);
    }
    output::line(&format!("{} — {}", id(manifest, event), event.title))?;
    output::line(&event.summary)?;
    output::heading(&format!("level   {}", event.levels.join(" or ")))?;
    if let Some(plan) = &event.plan {
        output::line(&format!("plan    {plan}"))?;
    }
    for (style, sets) in [("classic", &event.scopes.classic), ("granular", &event.scopes.granular)] {
        let any: Vec<String> = sets.iter().filter(|set| !set.is_empty()).map(|set| set.join(" + ")).collect();
        if !any.is_empty() {
            output::line(&format!("scope   {} ({style})", any.join("  or  ")))?;
        }
    }
    output::line(&format!("        about scopes: {}", manifest.app.scope_help))?;
    for note in &event.notes {
        output::line(&format!("note    {note}"))?;
    }
    output::heading("fields")?;
    schema::fields(&event.payload)?;
    schema::types(&[&event.payload])?;
    for example in &event.examples {
        output::heading(&format!("example: {}", example.title))?;
        output::json(&example.output)?;
    }
    Ok(())
}

fn row(manifest: &Manifest, event: &EventEntry) -> Value {
    json!({"event": id(manifest, event), "title": event.title, "levels": event.levels, "scopes": event.scopes})
}

/// A scope of the kind that new apps have, where there is one.
fn first_scope(event: &EventEntry) -> String {
    event.scopes.granular.first().or(event.scopes.classic.first()).map_or(String::new(), |set| set.join(" "))
}
