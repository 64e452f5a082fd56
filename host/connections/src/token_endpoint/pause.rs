//! Pauses that a token service asks for. All processes of one database keep them together.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use switchboard_egress::CredentialError;

use crate::Service;
use crate::refresh::rotation::Core;
use crate::token_endpoint::failure::TokenFailure;

/// A longer pause is a mistake of the service, and would stop a connection for days.
const LONGEST: Duration = Duration::from_secs(3_600);

impl Core {
    /// Notes how long the service wants to be left alone by this app.
    pub async fn note_pause(self: &Arc<Self>, service: &Service, client_id: &str, failure: &TokenFailure) {
        let Some(wait) = failure.retry_after().filter(|wait| !wait.is_zero()) else { return };
        let until = self.now().saturating_add(millis(wait.min(LONGEST)));
        let name = name(service, client_id);
        // Without the note the service is asked once more, which it bears.
        let _ = self.with_store(move |core| Ok(core.store.put_meta(&name, &until.to_string())?)).await;
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
        let until: i64 = self.store.get_meta(&name).ok()??.parse().ok()?;
        let left = until.saturating_sub(self.now());
        // A time far ahead was written before the clock was set back.
        if left <= 0 || left > millis(LONGEST) {
            let store = self.store.clone();
            self.store.spawn(move || drop(store.delete_meta(&name)));
            return None;
        }
        u64::try_from(left).ok().map(Duration::from_millis)
    }

    /// How another process failed to refresh this connection since then, so that whoever waited for it does not ask the same
    /// again.
    pub fn refresh_failure_since(&self, id: &str, from: i64) -> Option<CredentialError> {
        let noted: Noted = serde_json::from_str(&self.store.get_meta(&failure_name(id)).ok()??).ok()?;
        (from..=self.now()).contains(&noted.at).then(|| {
            let Noted { message, retryable, .. } = noted;
            CredentialError { code: UNAVAILABLE.to_owned(), message, fix: None, retryable }
        })
    }

    /// Notes a failure for those who wait. What ends the connection is in its state.
    pub fn note_refresh_failure(&self, id: &str, failure: &CredentialError) {
        let noted = Noted { at: self.now(), message: failure.message.clone(), retryable: failure.retryable };
        if let (UNAVAILABLE, Ok(text)) = (failure.code.as_str(), serde_json::to_string(&noted)) {
            let (store, name) = (self.store.clone(), failure_name(id));
            // Done before the lease is given back, which is the store's next work.
            self.store.spawn(move || drop(store.put_meta(&name, &text)));
        }
    }
}

/// The code of a token that cannot be had now.
const UNAVAILABLE: &str = "unavailable";

/// A failed refresh.
#[derive(Serialize, Deserialize)]
struct Noted {
    at: i64,
    message: String,
    retryable: bool,
}

fn name(service: &Service, client_id: &str) -> String {
    let of = format!("{} {client_id}", service.oauth_base);
    format!("pause.{:x}", Sha256::digest(of))
}

pub(crate) fn failure_name(id: &str) -> String {
    format!("refresh-failure.{id}")
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
