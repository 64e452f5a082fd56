//! Deliveries that came in already, remembered in the store: by all processes of a machine, also after a crash.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use switchboard_store::Store;
use switchboard_webhooks::Replays;

use crate::{Connections, ConnectionsError};

/// See [`Connections::replays`].
#[derive(Clone, Debug)]
pub struct StoreReplays {
    store: Store,
    /// None: one signature is one delivery, whichever app it is for.
    app: Option<String>,
}

impl Connections {
    /// The memory of signed messages, for [`switchboard_webhooks::Unverified::verify`].
    pub fn replays(&self) -> StoreReplays {
        StoreReplays { store: self.core.store.clone(), app: None }
    }

    /// The same for messages to one app: who has another app's secret, were it the same one, uses up none of them.
    pub fn replays_of(&self, app: &str) -> StoreReplays {
        StoreReplays { store: self.core.store.clone(), app: Some(app.to_owned()) }
    }
}

impl StoreReplays {
    /// Forgets a signature that was new: its message was not taken in, and may come again.
    pub async fn forget(&self, proof: &[u8; 32]) -> Result<(), ConnectionsError> {
        let (store, name) = (self.store.clone(), self.name(proof));
        Ok(self.store.call(move || store.forget_delivery(&name)).await?)
    }

    /// The same without a wait, for whoever is being dropped.
    pub fn forget_later(&self, proof: &[u8; 32]) {
        let (store, name) = (self.store.clone(), self.name(proof));
        self.store.spawn(move || drop(store.forget_delivery(&name)));
    }

    fn name(&self, proof: &[u8; 32]) -> [u8; 32] {
        match &self.app {
            Some(app) => Sha256::new().chain_update(proof).chain_update(app).finalize().into(),
            None => *proof,
        }
    }
}

#[async_trait]
impl Replays for StoreReplays {
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String> {
        let (store, name) = (self.store.clone(), self.name(proof));
        let first = self.store.call(move || store.first_delivery(&name, now_ms, until_ms)).await;
        first.map_err(|error| error.to_string())
    }
}
