//! One exchange at a time for each app.
//!
//! Of several grants of one app to one user a service may keep the one whose code it saw last. Answers can overtake each
//! other on their way here, so no code is sent before the grant of the one before has its number: the numbers are then in
//! the service's own order.

use std::time::Duration;

use sha2::{Digest, Sha256};
use switchboard_store::Place;
use tokio::time::{Instant, sleep};

use crate::connections::Connections;
use crate::refresh::in_flight::Work;
use crate::refresh::rotation::POLL;
use crate::token_endpoint::request::TIMEOUT;
use crate::{App, ConnectionsError, Service};

/// How long others are waited for: one question to the service, and the write after it.
const PATIENCE: Duration = Duration::from_secs(TIMEOUT.as_secs() + 5);

/// Longest that one in memory is held against others.
const PLACE_MS: i64 = 2 * PATIENCE.as_millis() as i64;

/// The right to exchange a code. Ends when dropped; until then [`Connections::drain`] waits.
pub(crate) struct ExchangeLock {
    _place: Option<Place>,
    // Dropped last, so that a drain waits until the place is free for the next sign-in.
    _work: Work,
}

impl Connections {
    /// Waits until no other sign-in of this app, in this process or another one, is at its exchange: at most a little longer
    /// than one question to the service may take. Then goes on all the same: the code would end, and that two of one user
    /// cross is rare. Refused once a drain has begun: the answer would be lost.
    pub(crate) async fn lock_exchange(&self, service: &Service, app: &App) -> Result<ExchangeLock, ConnectionsError> {
        let of = format!("{} {}", service.oauth_base, app.client_id);
        let name = format!("sign-in/{:x}", Sha256::digest(of));
        let give_up = Instant::now() + PATIENCE;
        let mut place = self.place(&name)?;
        while place.is_none() && Instant::now() < give_up {
            sleep(POLL).await;
            place = self.place(&name)?;
        }
        let work = self.core.in_flight.try_begin().ok_or(ConnectionsError::ProgramEnds)?;
        Ok(ExchangeLock { _place: place, _work: work })
    }

    /// The place of a name, unless somebody has it.
    fn place(&self, name: &str) -> Result<Option<Place>, ConnectionsError> {
        let now = self.core.now();
        Ok(self.core.store.take_place(name, &std::process::id(), PLACE_MS, now)?)
    }
}
