//! One exchange at a time for each app.
//!
//! Of several grants of one app to one user a service may keep the one whose code it saw last. Answers can overtake each
//! other on their way here, so no code is sent before the grant of the one before has its number: the numbers are then in
//! the service's own order.

use sha2::{Digest, Sha256};
use switchboard_store::{Held, Store};

use crate::connections::Connections;
use crate::token::hex;
use crate::{App, ConnectionsError, Service};

/// The right to exchange a code. Ends when dropped.
pub(crate) struct Turn {
    store: Store,
    held: Option<Held>,
}

impl Connections {
    /// Waits until no other sign-in of this app, in this process or another one, is at its exchange: at most a little longer
    /// than one question to the service may take. Then goes on all the same: the code would end, and that two of one user
    /// cross is rare.
    pub(crate) async fn turn(&self, service: &Service, app: &App) -> Result<Turn, ConnectionsError> {
        let of = format!("{} {}", service.oauth_base, app.client_id);
        let name = format!("sign-in/{}", hex(&Sha256::digest(of)));
        Ok(Turn { store: self.core.store.clone(), held: self.core.lease(&name).await? })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            // Left behind it ends by itself.
            let _ = self.store.let_go(held);
        }
    }
}
