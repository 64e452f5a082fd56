//! `switchboard event receive`: what a server does with each delivery, for one that was saved.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::json;
use switchboard_connections::{Connections, Deauthorization, DeauthorizationRule, StoreReplays};
use switchboard_runtime::{Connector, Refusal, Replays, Verified};

use crate::app::App;
use crate::error::{CliError, exit};
use crate::message::{Message, secrets, signing, unsigned};
use crate::{output, shell};

pub async fn run(app: &App, connector: &Connector, file: &Path, app_id: &str, secret: &Path) -> Result<(), CliError> {
    let (manifest, connections) = (connector.manifest(), app.connections().await?);
    let (signing, secrets) = (signing(manifest)?, secrets(app_id, secret)?);
    let message = Message::read(file, signing)?;
    let now = jiff::Timestamp::now().as_millisecond();
    let replays = Claim { replays: connections.replays_of(app_id), proof: Mutex::default() };
    let verified = message.with(&message.body).verify(signing, &secrets, now, &replays).await;
    let delivery = verified.map_err(|refusal| match refusal {
        Refusal::HeaderMissing { .. } => unsigned(file, signing),
        refusal => refused(&refusal, file, secret),
    })?;
    let done = take(app, connector, &connections, &delivery).await;
    if done.is_err() {
        // It may be given again once the mistake is mended.
        replays.give_back().await;
    }
    done
}

async fn take(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    delivery: &Verified,
) -> Result<(), CliError> {
    // Before anything else: whatever the event is to anybody, the account has taken the app away.
    let rule: Option<DeauthorizationRule> = connector
        .manifest()
        .auth
        .deauthorization
        .clone()
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| CliError::failed("connector.load", format!("`auth.deauthorization`: {error}")))?;
    let removed = rule.map(|rule| Deauthorization::read(delivery, &rule)).transpose()?.flatten();
    let ended = match removed {
        Some(removed) => connections.run(move |connections| connections.deauthorized(&removed)).await?,
        None => Vec::new(),
    };
    let labels: Vec<&str> = ended.iter().map(|row| row.label.as_str()).collect();
    let over =
        |label: &&str| format!("`{label}` is disconnected: the account removed the app, and its secrets are erased");
    let event = connector
        .event(delivery)
        .await
        .map_err(|error| labels.iter().map(over).fold(CliError::from(error), |error, words| error.adding(&words)))?;
    if app.global.json {
        return output::json(&json!({ "id": event.id, "known": event.known, "event": event.data, "ended": labels }));
    }
    output::line(&event.id)?;
    output::json(&event.data)?;
    for words in labels.iter().map(over) {
        app.say(&format!("! {words}"));
    }
    Ok(())
}

/// The right to take a message in: one command has it, of all that are given the message.
struct Claim {
    replays: StoreReplays,
    proof: Mutex<Option<[u8; 32]>>,
}

impl Claim {
    async fn give_back(&self) {
        let proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(proof) = proof {
            // Kept, it is refused for ten minutes.
            let _ = self.replays.forget(&proof).await;
        }
    }
}

#[async_trait]
impl Replays for Claim {
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String> {
        let is_first = self.replays.first(proof, now_ms, until_ms).await?;
        if is_first {
            *self.proof.lock().unwrap_or_else(PoisonError::into_inner) = Some(*proof);
        }
        Ok(is_first)
    }
}

fn refused(refusal: &Refusal, file: &Path, secret: &Path) -> CliError {
    let fix = match refusal {
        Refusal::Replayed => "nothing to do: this message was processed before".to_owned(),
        _ => format!(
            "run switchboard doctor --event {} --event-secret-file {} to see why",
            shell::quote(&file.display().to_string()),
            shell::quote(&secret.display().to_string())
        ),
    };
    CliError::Failed {
        code: refusal.code().to_owned(),
        message: format!("the message was rejected: {refusal}"),
        fix: Some(fix),
        // Whether it came in before may be known later; what is wrong with it stays wrong.
        exit: match refusal {
            Refusal::ReplaysUnknown { .. } => exit::LATER,
            _ => exit::INVALID,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_may_be_judged_later_is_no_wrong_one_and_the_fix_can_be_copied() {
        let of = |refusal: &Refusal| refused(refusal, Path::new("my message"), Path::new("secret"));
        let unknown = of(&Refusal::ReplaysUnknown { why: "busy".into() });
        assert!(matches!(unknown, CliError::Failed { exit: exit::LATER, .. }), "{unknown:?}");
        let forged = of(&Refusal::Forged);
        assert!(matches!(forged, CliError::Failed { exit: exit::INVALID, .. }), "{forged:?}");
        let fix = forged.as_json()["fix"].to_string();
        assert!(fix.contains("--event 'my message' --event-secret-file secret "), "{fix}");
    }
}
