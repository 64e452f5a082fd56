//! The guided walk of `switchboard try --tour`: the demo automation, step by step, with proof of what it left behind.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_connections::Connections;
use switchboard_engine_local::{LocalJournal, SystemClock};
use switchboard_runtime::Connector;

use crate::accounts::ONLY;
use crate::app::App;
use crate::commands::{connect, run::new_id, try_out::LABEL};
use crate::error::CliError;
use crate::output;
use crate::runner::{Account, ManifestCatalog, SandboxRunner};

/// The automation of the walk, as in `manifests/automations`.
const DOCUMENT: &str = include_str!("../../../../manifests/automations/first-light.json");

pub async fn run(app: &App, connector: Connector, connections: &Connections) -> Result<(), CliError> {
    let report = switchboard_automation::check(DOCUMENT, "first-light.json", &ManifestCatalog(connector.manifest()));
    if !report.is_ok() {
        return Err(CliError::failed("document.invalid", report.to_string()));
    }
    let document = switchboard_automation::parse(DOCUMENT, "first-light.json")
        .map_err(|report| CliError::failed("document.invalid", report.to_string()))?;
    let downloads = PathBuf::from("downloads");
    let connection = Arc::new(connect::live(app, &connector, connections, Some(LABEL))?);
    let account = Account { connection, options: app.call_options(LABEL, &downloads) };
    let runner = SandboxRunner { connector, accounts: [(ONLY.to_owned(), account)].into() };
    let id = new_id();
    let journal = LocalJournal::new(app.store()?).using([("zoom".to_owned(), LABEL.to_owned())].into());
    let outputs = switchboard_automation::run(&document, json!({}), &runner, &journal, &SystemClock, &id)
        .await
        .map_err(|error| CliError::failed(&error.code, error.to_string()))?;
    app.say(&format!("automation ran   first-light.json, run {id}"));
    let text = |key: &str| {
        outputs
            .get(key)
            .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    app.say(&format!("meeting created  {}  {}", text("meeting_id"), text("join_url")));
    let complete = if outputs.get("complete") == Some(&Value::Bool(true)) { "yes" } else { "no" };
    app.say(&format!("recordings       {} listed (complete: {complete})", text("recordings")));
    let size = outputs.get("size").and_then(Value::as_u64).unwrap_or(0);
    app.say(&format!("downloaded       {} ({size} bytes)", output::size(size)));
    app.say(&format!("sha256           {}", text("sha256")));
    app.say(&format!("path             {}", text("path")));
    let on_disk = std::fs::metadata(text("path")).map(|file| file.len());
    if complete != "yes" || on_disk.ok() != Some(size) {
        return Err(CliError::failed(
            "tour",
            "the list was not complete, or the file on disk is not the one downloaded",
        ));
    }
    if app.global.json { output::json(&outputs) } else { Ok(()) }
}
