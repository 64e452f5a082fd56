//! The guided walk of `switchboard try --tour`: the demo automation, step by step, with proof of what it left behind.

use serde_json::{Value, json};
use switchboard_app::documents::Allowance;
use switchboard_app::runs::{self, RunOptions, RunRequest};
use switchboard_app::{AppError, Downloads};

use crate::app::App;
use crate::output;

/// The automation of the walk, as in `manifests/automations`.
const DOCUMENT: &str = include_str!("../../../../manifests/automations/first-light.json");

pub async fn run(app: &App, label: &str) -> Result<(), AppError> {
    let request = RunRequest {
        source: DOCUMENT.to_owned(),
        name: "first-light.json".to_owned(),
        limits: Allowance::default(),
        inputs: json!({}),
        connections: vec![label.to_owned()],
        options: RunOptions { downloads: Downloads::default(), allow: Vec::new(), confirmed: false },
    };
    let finished = runs::run(app, request, super::asked_to_end()).await?;
    let outputs = &finished.outputs;
    app.say(&format!("automation ran   first-light.json, run {}", finished.id));
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
        return Err(AppError::failed(
            "tour",
            "the list was not complete, or the file on disk is not the one downloaded",
        ));
    }
    if app.global.json { output::json(outputs) } else { Ok(()) }
}
