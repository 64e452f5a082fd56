//! Ending a connection.

use crate::connections::Connections;
use crate::ending::revocation::RevocationRetry;
use crate::{Connection, ConnectionsError};

/// A connection that is no more.
#[derive(Clone, Debug, PartialEq)]
pub struct DisconnectResult {
    /// What it was.
    pub connection: Connection,
    /// What became of the grant at the service.
    pub revocation: Revocation,
}

/// What became of the grant at the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The service took it back.
    Done,
    /// There was none to take back: the token was pasted, belongs to the account's own app, or was erased before.
    NotNeeded,
    /// It may still hold. It is tried again at every start for a day, or the user removes the app in the service's
    /// settings.
    Failed(String),
}

impl Revocation {
    /// The connection is erased by then: an error of the attempt is no failure of the disconnect. The next start tries again.
    fn of_attempt(attempt: Result<Option<RevocationRetry>, ConnectionsError>) -> Revocation {
        match attempt {
            Ok(Some(retried)) => retried.failed.map_or(Revocation::Done, Revocation::Failed),
            Ok(None) => Revocation::Failed("another process is about to take it back".to_owned()),
            Err(error) => Revocation::Failed(error.to_string()),
        }
    }
}

impl Connections {
    /// Erases a connection here, then takes the grant back at the service. It is erased in any case. A
    /// revocation that the service did not confirm is kept as a pending one.
    pub async fn disconnect(&self, label_or_id: &str) -> Result<DisconnectResult, ConnectionsError> {
        let connection = self.show(label_or_id)?;
        let core = &self.core;
        let pending = {
            // Nobody replaces the token while it changes hands.
            let _alone = core.alone(&connection.id).await?;
            let of = connection.clone();
            core.with_store(move |core| core.begin_revocation(&of)).await?
        };
        let revocation = match pending {
            None => Revocation::NotNeeded,
            Some(pending) => Revocation::of_attempt(core.attempt(&pending).await),
        };
        // Best effort: a reader in another process keeps the journal until its next turn.
        let _ = core.with_store(|core| Ok(core.store.fold_journal()?)).await;
        Ok(DisconnectResult { connection, revocation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_of_the_attempt_is_no_failure_to_disconnect() {
        let busy = ConnectionsError::Store(switchboard_store::StoreError::Busy);
        let why = busy.to_string();
        assert_eq!(Revocation::of_attempt(Err(busy)), Revocation::Failed(why));
    }
}
