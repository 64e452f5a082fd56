//! Grants between the answer that brought them and the connection that keeps them.
//!
//! A grant is on disk before anybody sees it, as a revocation that is pending: when nobody keeps it, because it is refused,
//! its caller went away or the process was killed, the service is asked to take it back.

use std::time::Duration;

use switchboard_store::PendingRevocation;
use tokio::time::timeout;

use crate::aftermath::Touched;
use crate::connections::Connections;
use crate::revocation::FIELD;
use crate::rotation::Core;
use crate::sign_in;
use crate::token::{AppSecret, Token};
use crate::{App, ConnectionsError, Grant, Service};

/// What stands in place of a label.
const NAME: &str = "an unfinished sign-in";
/// So long a sign-in may take to find out whose its grant is, and to keep it.
const KEPT_WITHIN_MS: i64 = 10 * 60_000;
/// So long is waited for the service to take a refused grant back; what is not done by then is asked again.
const PATIENCE: Duration = Duration::from_secs(10);

impl Connections {
    /// Writes down a grant that has just been given.
    pub(crate) async fn hold(
        &self,
        service: &Service,
        app: &App,
        token: Token,
        living: Vec<String>,
    ) -> Result<Grant, ConnectionsError> {
        let secret =
            AppSecret { client_id: app.client_id.clone(), client_secret: app.client_secret.clone(), account_id: None };
        match self.core.write_down(service, &secret, &token) {
            Ok(pending) => Ok(Grant { token, app: Some(secret), living, unkept: Some(pending) }),
            Err(error) => {
                // What cannot be written down is not used.
                let last = token.refresh.as_ref().unwrap_or(&token.access);
                let _ = sign_in::revoke(&self.core.egress, service, app, last).await;
                Err(error)
            }
        }
    }

    /// Gives a grant back that no connection is to keep, and says what became of it. Nothing for a pasted token or an
    /// account's own app.
    pub async fn decline(&self, grant: Grant) -> Vec<Touched> {
        let Some(pending) = grant.unkept else {
            return Vec::new();
        };
        let core = self.core.clone();
        let asked = tokio::spawn(async move { core.attempt(&pending).await });
        vec![match timeout(PATIENCE, asked).await {
            Ok(Ok(Ok(Some(done)))) => done.failed.map_or(Touched::GivenBack, |why| Touched::NotGivenBack { why }),
            Ok(Ok(Err(error))) => Touched::NotGivenBack { why: error.to_string() },
            Ok(_) => Touched::NotGivenBack { why: "another process is about to ask for it".to_owned() },
            Err(_) => Touched::NotGivenBack { why: "the service has not answered yet".to_owned() },
        }]
    }
}

impl Core {
    fn write_down(
        &self,
        service: &Service,
        app: &AppSecret,
        token: &Token,
    ) -> Result<PendingRevocation, ConnectionsError> {
        let pending = self.pending(NAME, &service.connector, KEPT_WITHIN_MS);
        let sealed = self.seal_revocation(&pending, service, app, token)?;
        self.store.put_revocation(&pending, FIELD, &sealed)?;
        Ok(pending)
    }
}

/// Whether it is of a sign-in that may still be finished.
pub(crate) fn is_unfinished(pending: &PendingRevocation, now: i64) -> bool {
    pending.label == NAME && pending.attempts == 0 && pending.next_at > now
}
