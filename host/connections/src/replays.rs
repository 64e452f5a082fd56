//! Deliveries that came in already, remembered in the store: by all processes of a machine, also after a crash.

use async_trait::async_trait;
use switchboard_deliveries::Replays;
use switchboard_store::Store;

use crate::Connections;

/// See [`Connections::replays`].
#[derive(Clone, Debug)]
pub struct StoreReplays {
    store: Store,
}

impl Connections {
    /// The memory of signed messages, for [`switchboard_deliveries::Unverified::verify`].
    pub fn replays(&self) -> StoreReplays {
        StoreReplays { store: self.core.store.clone() }
    }
}

#[async_trait]
impl Replays for StoreReplays {
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String> {
        self.store.first_delivery(proof, now_ms, until_ms).map_err(|error| error.to_string())
    }
}
