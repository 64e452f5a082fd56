//! What a sign-in that was refused has done to the connections that were there before.
//!
//! A service that keeps one grant for each user and app ends the earlier one when a code is exchanged, whatever becomes of
//! the new one. So a new grant that is not let in goes to the connection of its user, where there is one; and where
//! nobody can say whose it was, the connections of the app are asked whether they still hold.

use std::fmt;

use switchboard_egress::Connection;
use switchboard_store::ConnectionRow;

use crate::admit::{Owner, by_person, user_of};
use crate::connections::Connections;
use crate::{ConnectionsError, Grant, Method, Service, State};

/// So many connections of one app are asked at most; each answer replaces a token.
const MOST_ASKED: usize = 8;

/// What became of a connection by a sign-in that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Touched {
    /// It goes on with the new grant.
    Kept {
        /// Its name.
        label: String,
        /// Scopes it had and has no more: the service gave fewer this time.
        lost: Vec<String>,
    },
    /// It is over.
    Ended {
        /// Its name.
        label: String,
        /// What it is now.
        state: State,
    },
    /// Nobody can say which one, or whether there is one.
    Unknown,
}

impl fmt::Display for Touched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Touched::Kept { label, lost } => {
                write!(
                    f,
                    "This user is connected already as `{label}`, and `{label}` stays usable: it goes on with the new grant"
                )?;
                if lost.is_empty() { Ok(()) } else { write!(f, ", which lacks {}", lost.join(", ")) }
            }
            Touched::Ended { label, state } => write!(
                f,
                "`{label}` has ended, because the service keeps the newest grant of each user and app, and is {state} now; run: switchboard connection reconnect {label}"
            ),
            Touched::Unknown => f.write_str(
                "If this user is connected already through the same app, that connection may have ended by it; see: switchboard connection test LABEL",
            ),
        }
    }
}

impl ConnectionsError {
    /// The same refusal, with what it has touched.
    #[must_use]
    pub fn having(self, touched: Vec<Touched>) -> ConnectionsError {
        if touched.is_empty() { self } else { ConnectionsError::Aftermath { cause: Box::new(self), touched } }
    }
}

impl Connections {
    /// The connections that end when a further code of this app is exchanged by their user.
    pub(crate) fn living(&self, service: &Service, client_id: &str) -> Vec<String> {
        self.of_app(service, client_id).unwrap_or_default().into_iter().map(|row| row.id).collect()
    }

    /// The connections of a grant's user that lived when its code was exchanged. Some may have been found ended since, by a
    /// call that was under way.
    pub(crate) fn of_user(
        &self,
        service: &Service,
        method: Method,
        grant: &Grant,
        owner: &Owner,
    ) -> Result<Vec<ConnectionRow>, ConnectionsError> {
        let (Some(app), true) = (&grant.app, by_person(method.as_str())) else {
            return Ok(Vec::new());
        };
        let mut rows = self.list()?;
        rows.retain(|row| {
            by_person(&row.method)
                && row.client_id.as_deref() == Some(app.client_id.as_str())
                && row.oauth_base == service.oauth_base.as_str()
                && user_of(row) == Some(owner.user_id.as_str())
                && (row.state == State::Active.as_str()
                    || row.state != State::Disconnected.as_str() && grant.living.contains(&row.id))
        });
        Ok(rows)
    }

    /// A grant that is not let in goes to the first connection of its user, so that none ends by the refusal.
    pub(crate) fn hand_over(
        &self,
        error: ConnectionsError,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> ConnectionsError {
        let Ok(rows) = self.of_user(service, method, &grant, &owner) else {
            return error.having(vec![Touched::Unknown]);
        };
        let mut rows = rows.into_iter();
        let Some(first) = rows.next() else {
            return error;
        };
        let lost = match grant.token.scopes.is_empty() {
            true => Vec::new(),
            false => first.scopes.iter().filter(|scope| !grant.token.scopes.contains(scope)).cloned().collect(),
        };
        let method = Method::from_name(&first.method).unwrap_or(method);
        // Its own addresses stay: a sign-in that was refused changes nothing but the token.
        let kept = self
            .service(&first.id)
            .and_then(|own| self.reconnect(&first.id, method, &own, grant, Some(owner.identity)));
        let touched = match kept {
            Ok(_) if lost.is_empty() && matches!(error, ConnectionsError::SameAccount { .. }) => None,
            Ok(_) => Some(Touched::Kept { label: first.label, lost }),
            Err(why) => {
                let reason = format!("its user signed in again, and the new grant could not be kept: {why}");
                let state = State::NeedsReconnect;
                // Where this cannot be written either, the next call finds it out.
                let _ = self.core.store.set_connection_state(&first.id, state.as_str(), Some(&reason));
                Some(Touched::Ended { label: first.label, state })
            }
        };
        let others = rows.map(|row| Touched::Ended { label: row.label, state: State::Replaced });
        error.having(touched.into_iter().chain(others).collect())
    }

    /// After a sign-in of nobody knows whom: asks the service for a new token of each connection of the app, which it
    /// refuses to the one that ended. That one has its state when this returns. Ends at the first that gets no answer.
    pub async fn look_after(&self, service: &Service, client_id: &str) -> Vec<Touched> {
        let Ok(rows) = self.of_app(service, client_id) else {
            return vec![Touched::Unknown];
        };
        let mut unknown = rows.len() > MOST_ASKED;
        let mut touched = Vec::new();
        for row in rows.into_iter().take(MOST_ASKED) {
            let asked = async {
                let live = self.open_connection(Some(&row.id)).map_err(switchboard_egress::CredentialError::from)?;
                let old = live.credential().await?;
                live.renew(&old).await
            };
            if asked.await.is_ok() {
                continue;
            }
            match self.show(&row.id).ok().and_then(|row| State::from_name(&row.state)) {
                // The service gives no answer now: asking for more tokens could lose those that hold.
                Some(State::Active) | None => {
                    unknown = true;
                    break;
                }
                Some(state) => touched.push(Touched::Ended { label: row.label, state }),
            }
        }
        touched.extend(unknown.then_some(Touched::Unknown));
        touched
    }
}
