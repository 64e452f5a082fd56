//! `switchboard event receive`: what a server does with each webhook, for one that was saved.

use std::path::Path;

use serde_json::json;
use switchboard_app::webhooks::{self, ReceiveError, Refusal, SavedWebhook};
use switchboard_app::{AppError, Connector, NextStep, message};

use crate::app::App;
use crate::output;

pub async fn run(app: &App, connector: &Connector, file: &Path, app_id: &str, secret: &Path) -> Result<(), AppError> {
    let signing = webhooks::signing(connector.manifest())?;
    let secrets = webhooks::secrets(app_id, secret)?;
    let webhook = SavedWebhook::read(file, signing)?;
    let received = webhooks::receive(app, connector, webhook.with(&webhook.body), app_id, &secrets).await;
    let received = received.map_err(|error| match error {
        ReceiveError::Refused(Refusal::HeaderMissing { .. }) => webhooks::unsigned_error(file, signing),
        ReceiveError::Refused(refusal) => refused(&refusal, file, secret),
        ReceiveError::App(error) => error,
    })?;
    let event = &received.event;
    if app.global.json {
        let ended = &received.ended;
        return output::json(&json!({ "id": event.id, "known": event.known, "event": event.data, "ended": ended }));
    }
    output::line(&event.id)?;
    output::json(&event.data)?;
    for label in &received.ended {
        app.say(&format!("! {}", webhooks::ending(label)));
    }
    Ok(())
}

fn refused(refusal: &Refusal, file: &Path, secret: &Path) -> AppError {
    let fix = match refusal {
        Refusal::Replayed => "nothing to do: this message was processed before".into(),
        _ => {
            let doctor = NextStep::DiagnoseWebhook(file.display().to_string(), secret.display().to_string());
            message!["run ", doctor, " to see why"]
        }
    };
    AppError::failed(refusal.code(), format!("the message was rejected: {refusal}"))
        .with_fix(fix)
        .with_class(webhooks::class_of(refusal))
}

#[cfg(test)]
mod tests {
    use switchboard_app::Class;

    use super::*;
    use crate::present::error::to_json;

    #[test]
    fn a_message_that_may_be_judged_later_is_no_wrong_one_and_the_fix_can_be_copied() {
        let of = |refusal: &Refusal| refused(refusal, Path::new("my message"), Path::new("secret"));
        let unknown = of(&Refusal::ReplaysUnknown { why: "busy".into() });
        assert_eq!(unknown.class(), Class::Later, "{unknown:?}");
        let forged = of(&Refusal::Forged);
        assert_eq!(forged.class(), Class::Invalid, "{forged:?}");
        let fix = to_json(&forged)["fix"].to_string();
        assert!(fix.contains("--event 'my message' --event-secret-file secret "), "{fix}");
    }
}
