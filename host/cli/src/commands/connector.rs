//! `switchboard connector`: which services there are to connect.

use serde_json::{Value, json};
use switchboard_app::Connector;
use switchboard_app::connectors::{self, Match};
use switchboard_app::manifest::Manifest;

use crate::app::App;
use crate::args::ConnectorCommand;
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, command: ConnectorCommand) -> Result<(), AppError> {
    let ConnectorCommand::List { search } = command;
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let matching = connectors::search(manifest, search.as_deref().unwrap_or_default());
    let found: Vec<&Manifest> = if matching.is_some() { vec![manifest] } else { Vec::new() };
    let matching = match matching {
        Some(Match::Activities(ids)) => ids,
        Some(Match::Connector) | None => Vec::new(),
    };
    if app.global.json {
        return output::json(&found.iter().map(|manifest| shown(manifest, &connector, &matching)).collect::<Vec<_>>());
    }
    if found.is_empty() {
        app.say("no connector matches; `switchboard connector list` lists all");
        return Ok(());
    }
    let rows = found.iter().map(|manifest| {
        vec![
            manifest.connector.clone(),
            manifest.version.clone(),
            manifest.activities.len().to_string(),
            manifest.summary.clone(),
        ]
    });
    output::table(&["CONNECTOR", "VERSION", "ACTIVITIES", "WHAT IT DOES"], rows.collect())?;
    if !matching.is_empty() {
        output::words("found by its activities: ", &matching).iter().for_each(|line| app.say(line));
    }
    for (what, digest) in [("component", connector.digest()), ("compiled from", connector.compiled_digest())] {
        app.say(&format!("{what}: sha256 {}", digest.unwrap_or("unknown")));
    }
    app.say("connect it: switchboard connect LABEL");
    Ok(())
}

fn shown(manifest: &Manifest, connector: &Connector, matching: &[String]) -> Value {
    json!({
        "connector": manifest.connector, "title": manifest.title, "version": manifest.version, "summary": manifest.summary,
        "icon": manifest.icon, "methods": manifest.auth.methods, "activities": manifest.activities.len(), "matching": matching,
        "sha256": {"component": connector.digest(), "compiled": connector.compiled_digest()},
    })
}
