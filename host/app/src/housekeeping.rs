//! Grants that no connection keeps, of sign-ins that were interrupted and of ended connections: looked after beside whatever a surface
//! does.

use std::time::Duration;

use switchboard_connections::{Connections, ConnectionsError, InterruptedSignIn, RevocationRetry};
use switchboard_store::{PendingRevocation, RevocationOrigin};
use tokio::task::JoinHandle;

use crate::Message;
use crate::app::{App, SIGN_IN};
use crate::connection_step::left_behind;

/// A surface is not kept longer than this; what is not done by then is asked at the next start.
const PATIENCE: Duration = Duration::from_secs(3);

/// Timeout for identifying the user of an interrupted sign-in.
const IDENTIFY_TIMEOUT: Duration = Duration::from_secs(10);

/// Revocations that are asked again in the background.
pub struct Housekeeping {
    retries: Option<JoinHandle<Result<Vec<RevocationRetry>, ConnectionsError>>>,
}

impl Housekeeping {
    /// Names the sign-ins that were interrupted, finishes those whose grant is here, and begins to ask pending revocations again. For
    /// surfaces that open the connections anyway.
    pub async fn begin(app: &App) -> Housekeeping {
        Housekeeping { retries: begin(app).await }
    }

    /// Reports what came of it.
    pub async fn finish(self, app: &App) {
        let Some(retries) = self.retries else { return };
        let retried = match tokio::time::timeout(PATIENCE, retries).await {
            Ok(Ok(Ok(retried))) => retried,
            Ok(Ok(Err(error))) => {
                return app.ui().notify(format!("pending revocations could not be retried: {error}").into());
            }
            // Not done yet, or the task was cut off: the next start asks again.
            Err(_) | Ok(Err(_)) => return,
        };
        for retry in retried {
            let grant = grant_of(&retry.origin);
            match (retry.failed, retry.given_up) {
                (None, _) => app.ui().notify(format!("the service revoked the grant of {grant}").into()),
                (Some(_), false) => {}
                (Some(cause), true) => app.ui().notify(
                    format!(
                        "the grant of {grant} could not be revoked ({cause}), and no further attempt is made. Remove the app in the service's own settings"
                    )
                    .into(),
                ),
            }
        }
    }
}

async fn begin(app: &App) -> Option<JoinHandle<Result<Vec<RevocationRetry>, ConnectionsError>>> {
    let connections = app.connections().await.ok()?;
    if let Err(error) = show_interrupted(app, &connections).await {
        app.ui().notify(format!("cannot check earlier sign-ins: {error}").into());
    }
    let has_pending = connections.pending_revocations().is_ok_and(|pending| !pending.is_empty());
    if !has_pending {
        return None;
    }
    // First, because the request may be about the very connection that gets the grant.
    if connections.has_cut_short().is_ok_and(|cut_short| cut_short)
        && let Ok(connector) = app.connector().await
    {
        let owner_check = connector.owner_check(app.trace(SIGN_IN));
        let notify = |touched| {
            let message = Message::from("an earlier sign-in was interrupted. ").joined(left_behind(&touched));
            app.ui().notify(message);
        };
        // What is not done by then is done at the next start.
        let _ = tokio::time::timeout(IDENTIFY_TIMEOUT, connections.finish_sign_ins(&*owner_check, notify)).await;
    }
    Some(tokio::spawn(async move { connections.retry_revocations().await }))
}

/// Names each interrupted sign-in once. A quiet surface shows none, and the next one names it.
async fn show_interrupted(app: &App, connections: &Connections) -> Result<(), ConnectionsError> {
    if app.ui().is_quiet() {
        return Ok(());
    }
    let mut sign_ins = connections.interrupted_sign_ins().await?;
    sign_ins.retain(|sign_in| !sign_in.shown);
    if sign_ins.is_empty() {
        return Ok(());
    }
    for sign_in in &sign_ins {
        app.ui().notify(interruption(sign_in).into());
    }
    connections.mark_shown(sign_ins).await
}

/// What a person has to know of a sign-in that was interrupted.
pub fn interruption(sign_in: &InterruptedSignIn) -> String {
    let InterruptedSignIn { label, client_id, .. } = sign_in;
    format!(
        "a sign-in to `{label}` stopped before its answer arrived; the service may list the app {client_id} as allowed. Sign in to `{label}` again, or remove the app in the service's own settings"
    )
}

/// The label a connection had, in quotes; a sign-in that made none has words.
pub fn grant_of(origin: &RevocationOrigin) -> String {
    match origin {
        RevocationOrigin::Connection { label } => format!("`{label}`"),
        RevocationOrigin::SignIn => origin.to_string(),
    }
}

/// Whether a pending revocation is of the connection that had this label.
pub fn is_of_label(pending: &PendingRevocation, label: &str) -> bool {
    matches!(&pending.origin, RevocationOrigin::Connection { label: had } if had == label)
}
