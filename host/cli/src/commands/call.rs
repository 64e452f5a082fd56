//! `switchboard call`: run one activity.

use switchboard_app::blocking::on_thread;
use switchboard_app::calls::{self, CallRequest};
use switchboard_app::{AppError, Downloads};

use crate::app::App;
use crate::args::Call;
use crate::{input, output};

pub async fn run(app: &App, call: Call) -> Result<(), AppError> {
    let (source, fields) = (call.input, call.fields);
    let request = CallRequest {
        // Standard input may be a person's terminal.
        input: on_thread(move || input::object(source.as_deref(), &fields)).await?,
        activity: call.activity,
        connection: call.connection,
        dry_run: call.dry_run,
        timeout: call.timeout,
        downloads: Downloads::from(&call.files),
        allow: call.allow,
        confirmed: call.yes,
    };
    let output = calls::call(app, request).await?;
    if call.dry_run {
        app.say("not sent (--dry-run)");
    }
    if app.global.json || call.dry_run { output::json(&output) } else { output::fields(&output) }
}
