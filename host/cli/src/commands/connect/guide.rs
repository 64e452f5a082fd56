//! `switchboard connect --guide`: how an app is made.

use crate::app::App;
use crate::connect_args::PORT;
use crate::output;
use crate::present::named_step::places;
use crate::present::remedy;
use switchboard_app::connect::{self, SignInChannel, SignInRequest};
use switchboard_app::{AppError, guides};

/// Prints the guide of this name, for a redirect address with this port.
pub async fn print(app: &App, kind: &str, port: u16) -> Result<(), AppError> {
    let connector = app.connector().await?;
    let guide = guides::find(connector.manifest(), kind)?;
    let flag = if port == PORT { String::new() } else { format!(" --redirect-port {port}") };
    let redirect = connect::redirect_of(&SignInRequest { port, channel: SignInChannel::PastedAddress })?;
    let mut values = vec![("redirect", redirect), ("app", "you want to use".to_owned()), ("port", flag)];
    values.extend(places(None));
    let guide = guide.filled(&values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>());
    if app.global.json {
        return output::json(&guide);
    }
    remedy::guide(&guide).iter().try_for_each(|line| output::line(line))
}
