//! Ending a connection.

use crate::connections::Connections;
use crate::{Connection, ConnectionsError};

/// A connection that is no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Disconnected {
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

impl Connections {
    /// Erases a connection here, then takes the grant back at the service. It is erased in any case. A
    /// revocation that the service did not confirm is kept as a pending one.
    pub async fn disconnect(&self, label_or_id: &str) -> Result<Disconnected, ConnectionsError> {
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
            Some(pending) => match core.attempt(&pending).await? {
                Some(retried) => retried.failed.map_or(Revocation::Done, Revocation::Failed),
                None => Revocation::Failed("another process is about to take it back".to_owned()),
            },
        };
        // Best effort: a reader in another process keeps the journal until its next turn.
        let _ = core.with_store(|core| Ok(core.store.fold_journal()?)).await;
        Ok(Disconnected { connection, revocation })
    }
}
