//! Webhooks: what a server does with each one.

mod saved_webhook;

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use switchboard_connections::{Connections, Deauthorization, DeauthorizationRule, StoreReplays};
use switchboard_runtime::{Connector, Event, Replays, SigningSecrets, Unverified, Verified};

pub use switchboard_runtime::Refusal;

use crate::{App, AppError, Class};

pub use saved_webhook::{SavedWebhook, secrets, signing, unsigned_error};

/// What a webhook brought.
pub struct WebhookReceipt {
    /// The event, as the connector reads it.
    pub event: Event,
    /// Labels of the connections that it ended: their account removed the app.
    pub ended: Vec<String>,
}

/// Takes a webhook in: verifies its signature, refuses one that came before, ends connections whose account removed the app, and reads
/// the event. One that cannot be read may be given again once the mistake is mended.
pub async fn receive(
    app: &App,
    connector: &Connector,
    webhook: Unverified<'_>,
    app_id: &str,
    secrets: &SigningSecrets,
) -> Result<WebhookReceipt, ReceiveError> {
    let signing = signing(connector.manifest())?;
    let connections = app.connections().await?;
    let now = app.now().as_millisecond();
    let claim = Claim { replays: connections.replays_of(app_id), claimed: Mutex::default() };
    let verified = webhook.verify(signing, secrets, now, &claim).await.map_err(ReceiveError::Refused)?;
    let received = read(connector, &connections, &verified).await;
    match received {
        Ok(receipt) => {
            claim.keep();
            Ok(receipt)
        }
        Err(error) => {
            claim.give_back().await;
            Err(error.into())
        }
    }
}

/// Why a webhook was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is not to be trusted, or came before.
    #[error("the message was rejected: {0}")]
    Refused(Refusal),
    /// It was signed, and could not be processed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// What a refused webhook means for whoever sent it: whether it came in before may be known later; what is wrong with it stays wrong.
pub fn class_of(refusal: &Refusal) -> Class {
    match refusal {
        Refusal::ReplaysUnknown { .. } => Class::Later,
        _ => Class::Invalid,
    }
}

async fn read(
    connector: &Connector,
    connections: &Connections,
    webhook: &Verified,
) -> Result<WebhookReceipt, AppError> {
    // Before anything else: whatever the event is to anybody, the account has taken the app away.
    let rule: Option<DeauthorizationRule> = connector
        .manifest()
        .auth
        .deauthorization
        .clone()
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| AppError::failed("connector.load", format!("`auth.deauthorization`: {error}")))?;
    let removal = rule.map(|rule| Deauthorization::read(webhook, &rule)).transpose()?.flatten();
    let rows = match removal {
        Some(removal) => connections.run(move |connections| connections.deauthorized(&removal)).await?,
        None => Vec::new(),
    };
    let ended: Vec<String> = rows.into_iter().map(|row| row.label).collect();
    match connector.event(webhook).await {
        Ok(event) => Ok(WebhookReceipt { event, ended }),
        Err(error) => Err(ended.iter().fold(error.into(), |error: AppError, label| error.adding(&ending(label)))),
    }
}

/// That a connection ended because its account removed the app.
pub fn ending(label: &str) -> String {
    format!("`{label}` is disconnected: the account removed the app, and its secrets are erased")
}

/// The right to take a webhook in: one process has it, of all that are given the webhook.
struct Claim {
    replays: StoreReplays,
    claimed: Mutex<Option<Claimed>>,
}

/// A right that is held. Dropped before the webhook is taken in, it is given back: the service sends the webhook again.
struct Claimed {
    replays: StoreReplays,
    proof: [u8; 32],
    is_kept: bool,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if !self.is_kept {
            self.replays.forget_later(&self.proof);
        }
    }
}

impl Claim {
    fn take(&self) -> Option<Claimed> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The webhook is taken in: it is refused when it comes again.
    fn keep(&self) {
        if let Some(mut claimed) = self.take() {
            claimed.is_kept = true;
        }
    }

    async fn give_back(&self) {
        if let Some(mut claimed) = self.take() {
            // Kept, it is refused for ten minutes.
            claimed.is_kept = claimed.replays.forget(&claimed.proof).await.is_ok();
        }
    }
}

#[async_trait]
impl Replays for Claim {
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String> {
        let (replays, proof) = (self.replays.clone(), *proof);
        // A task of its own: a caller that gives up meanwhile drops what it claimed.
        let claiming = tokio::spawn(async move {
            let is_first = replays.first(&proof, now_ms, until_ms).await?;
            let claimed = Claimed { replays, proof, is_kept: !is_first };
            Ok::<_, String>(if is_first { Some(claimed) } else { None })
        });
        let claimed = claiming.await.map_err(|error| error.to_string())??;
        let is_first = claimed.is_some();
        *self.claimed.lock().unwrap_or_else(PoisonError::into_inner) = claimed;
        Ok(is_first)
    }
}
