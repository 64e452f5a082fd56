//! Pauses that a token service asks for. All processes of one database keep them together.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use switchboard_egress::CredentialError;
use switchboard_store::RefreshFailure;

use crate::refresh::rotation::{Core, refused, unavailable};
use crate::token_endpoint::failure::TokenFailure;
use crate::{ConnectionsError, Service, TokenRefusal};

/// A longer pause is a mistake of the service, and would stop a connection for days.
const LONGEST: Duration = Duration::from_secs(3_600);

impl Core {
    /// Notes how long the service wants to be left alone by this app.
    pub async fn note_pause(self: &Arc<Self>, service: &Service, client_id: &str, failure: &TokenFailure) {
        let Some(wait) = failure.retry_after().filter(|wait| !wait.is_zero()) else { return };
        let until = self.now().saturating_add(millis(wait.min(LONGEST)));
        let name = name(service, client_id);
        // Without the note the service is asked once more, which it bears.
        let _ = self.with_store(move |core| Ok(core.store.put_pause(&name, until)?)).await;
    }

    /// The failure of a question that is not sent, because the pause is not over.
    pub fn check_pause(&self, service: &Service, client_id: &str) -> Result<(), TokenFailure> {
        let Some(left) = self.pause(service, client_id) else { return Ok(()) };
        let seconds = left.as_millis().div_ceil(1_000);
        let message = format!("the service asked to wait; retry in {seconds} s");
        Err(TokenFailure::Unavailable { message, not_sent: true, turned_away: true, retry_after: Some(left) })
    }

    /// What is left of the pause.
    pub fn pause(&self, service: &Service, client_id: &str) -> Option<Duration> {
        let name = name(service, client_id);
        let until = self.store.pause(&name).ok()??;
        let left = until.saturating_sub(self.now());
        // A time far ahead was written before the clock was set back.
        if left <= 0 || left > millis(LONGEST) {
            let store = self.store.clone();
            self.store.spawn(move || drop(store.delete_pause(&name)));
            return None;
        }
        u64::try_from(left).ok().map(Duration::from_millis)
    }

    /// How another process failed to refresh this connection since then, so that whoever waited for it does not ask the same
    /// again.
    pub fn refresh_failure_since(&self, id: &str, from: i64) -> Option<CredentialError> {
        let failure = self.store.refresh_failure(id).ok()??;
        if !(from..=self.now()).contains(&failure.at) {
            return None;
        }
        let refusal = failure.token_status.map(|status| TokenRefusal {
            error: failure.token_error,
            reason: failure.token_message,
            code: failure.token_code,
            status,
        });
        Some(refused(unavailable(failure.message, failure.retryable), refusal))
    }

    /// Notes a failure for those who wait. What ends the connection is in its state.
    pub fn note_refresh_failure(&self, id: &str, failure: &CredentialError) {
        if failure.code != UNAVAILABLE {
            return;
        }
        let refusal = match failure.cause.as_ref().and_then(|cause| cause.downcast_ref()) {
            Some(ConnectionsError::Rejected { refusal }) => Some(refusal.clone()),
            _ => None,
        };
        let status = refusal.as_ref().map(|refusal| refusal.status);
        let refusal = refusal.unwrap_or_default();
        let failure = RefreshFailure {
            at: self.now(),
            message: failure.message.clone(),
            retryable: failure.retryable,
            token_error: refusal.error,
            token_code: refusal.code,
            token_message: refusal.reason,
            token_status: status,
        };
        let (store, id) = (self.store.clone(), id.to_owned());
        // Done before the lease is given back, which is the store's next work.
        self.store.spawn(move || drop(store.put_refresh_failure(&id, &failure)));
    }
}

/// The code of a token that cannot be had now.
const UNAVAILABLE: &str = "unavailable";

fn name(service: &Service, client_id: &str) -> String {
    let of = format!("{} {client_id}", service.oauth_base);
    format!("{:x}", Sha256::digest(of))
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
