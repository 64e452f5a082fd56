//! `switchboard connect`: the flags as a request, and what came of it.

mod app_manifest;
mod guide;
mod report;
pub mod request;
pub mod secret;

use crate::app::App;
use crate::args::Connect;
use crate::command_line::CommandLine;
use switchboard_app::remedy::{Facts, explain};
use switchboard_app::{AppError, connect};

pub use report::replaced;

/// Up to so many scopes or activities are named one by one; more are counted.
pub const MAX_NAMED: usize = 5;

pub async fn run(app: &App, connect: Connect) -> Result<(), AppError> {
    if let Some(kind) = &connect.guide {
        return guide::print(app, kind, connect.redirect_port).await;
    }
    let connect = request::without_blanks(connect);
    if connect.app_manifest {
        return app_manifest::print(app, &connect).await;
    }
    let request = match request::of(&connect) {
        Ok(request) => request,
        Err(error) => return Err(with_remedy(app, error, &connect).await?),
    };
    let connected = connect::connect(app, request).await?;
    report::print(app, &connected)
}

/// The failure of flags that are no request, with the remedy that fits it: keys of a kind of app that the service has retired.
async fn with_remedy(app: &App, error: AppError, flags: &Connect) -> Result<AppError, AppError> {
    let facts = Facts {
        label: flags.label.clone(),
        client_id: flags.client_id.clone(),
        original: Some(CommandLine::now().into()),
        ..Facts::default()
    };
    Ok(explain(error, app.connector().await?.manifest(), None, &facts))
}
