//! `switchboard connect --guide`: how an app is made.

use crate::app::App;
use crate::connect_args::PORT;
use crate::output;
use crate::present::remedy;
use switchboard_app::AppError;
use switchboard_app::connect::{self, SignInChannel, SignInRequest};

/// Prints the guide of this name, for a redirect address with this port.
pub async fn print(app: &App, kind: &str, port: u16) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    let Some(guide) = manifest.guides.iter().find(|guide| guide.id == kind) else {
        let known: Vec<&str> = manifest.guides.iter().map(|guide| guide.id.as_str()).collect();
        return Err(AppError::usage(
            format!("there is no guide `{kind}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    };
    let flag = if port == PORT { String::new() } else { format!(" --redirect-port {port}") };
    let redirect = connect::redirect_of(&SignInRequest { port, channel: SignInChannel::PastedAddress })?;
    let guide = guide.filled(&[("redirect", &redirect), ("app", "you want to use"), ("port", &flag)]);
    if app.global.json {
        return output::json(&guide);
    }
    remedy::guide(&guide).iter().try_for_each(|line| output::line(line))
}
