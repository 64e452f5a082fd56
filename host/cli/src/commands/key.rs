//! `switchboard key`: the key that encrypts the stored secrets.

use serde_json::json;
use switchboard_app::key::{self, KeyReport, KeySource};

use crate::app::App;
use crate::args::KeyCommand;
use crate::output;
use switchboard_app::AppError;

pub async fn run(app: &App, command: &KeyCommand) -> Result<(), AppError> {
    match command {
        KeyCommand::Show => print(app, &key::report(app).await?),
        KeyCommand::Rotate => {
            let source = app.key_source().await?;
            print(app, &key::rotate(app).await?)?;
            if let KeySource::Env(name) = &source {
                app.say(&format!(
                    "now set {name} to the value of {name}_NEXT, everywhere it is set; until then both must be there"
                ));
            }
            app.say("the old key no longer works here. Keep it with old backups: they still need it");
            Ok(())
        }
    }
}

fn print(app: &App, report: &KeyReport) -> Result<(), AppError> {
    let shown = json!({ "fingerprint": report.fingerprint, "source": report.source, "secrets": report.secrets });
    if app.global.json { output::json(&shown) } else { output::fields(&shown) }
}
