//! What a sign-in that was refused leaves behind.
//!
//! A service that keeps one grant for each user and app ends the earlier one when a code is exchanged, whatever becomes of
//! the new one. So a new grant that is not let in goes to the connection of its user, or else back to the service; and
//! where nobody can say whose it was, the connections of the app are tried.

use std::fmt;

use crate::admit::{Identify, Owner};
use crate::connections::Connections;
use crate::keep::{Entry, of_user};
use crate::{ConnectionsError, Grant, Method, Service, State};

/// So many connections of one app are tried at most.
const MOST_TRIED: usize = 8;

/// What a sign-in that was refused leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Touched {
    /// A connection goes on with the new grant.
    Kept {
        /// Its name.
        label: String,
        /// Scopes it had and has no more: the service gave fewer this time.
        lost: Vec<String>,
    },
    /// A connection is over.
    Ended {
        /// Its name.
        label: String,
        /// What it is now.
        state: State,
    },
    /// A connection may be over; nobody can say which, or whether there is one.
    Unknown,
    /// The service took the new grant back.
    GivenBack,
    /// The new grant may still hold at the service, which is asked again.
    NotGivenBack {
        /// Why.
        why: String,
    },
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
            Touched::GivenBack => f.write_str("The service took the grant of this sign-in back"),
            Touched::NotGivenBack { why } => write!(
                f,
                "The grant of this sign-in may still hold at the service ({why}); it is asked again for a day, or remove the app in the service's own settings"
            ),
        }
    }
}

impl ConnectionsError {
    /// The same refusal, with what it leaves behind.
    #[must_use]
    pub fn having(self, more: Vec<Touched>) -> ConnectionsError {
        match self {
            _ if more.is_empty() => self,
            ConnectionsError::Aftermath { cause, mut touched } => {
                touched.extend(more);
                ConnectionsError::Aftermath { cause, touched }
            }
            cause => ConnectionsError::Aftermath { cause: Box::new(cause), touched: more },
        }
    }

    /// Whether a code may have been exchanged and the answer was lost: the service may have ended the grant of a connection
    /// that was there before. Ask with [`Connections::look_after`].
    pub fn answer_lost(&self) -> bool {
        matches!(self, ConnectionsError::AnswerLost { .. })
    }
}

impl Connections {
    /// The connections that end when a further code of this app is exchanged by their user.
    pub(crate) fn living(&self, service: &Service, client_id: &str) -> Vec<String> {
        self.of_app(service, client_id).unwrap_or_default().into_iter().map(|row| row.id).collect()
    }

    /// A grant that is not let in goes to the first connection of its user, so that none ends by the refusal. Where there is
    /// none, it goes back to the service.
    pub(crate) async fn refuse(
        &self,
        error: ConnectionsError,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> ConnectionsError {
        let Ok(rows) = self.list().map(|rows| of_user(&rows, service, method, &grant, &owner.user_id)) else {
            return error.having(vec![Touched::Unknown]).having(self.decline(grant).await);
        };
        let mut rows = rows.into_iter();
        let Some(first) = rows.next() else {
            return error.having(self.decline(grant).await);
        };
        let lost = match grant.token.scopes.is_empty() {
            true => Vec::new(),
            false => first.scopes.iter().filter(|scope| !grant.token.scopes.contains(scope)).cloned().collect(),
        };
        let method = Method::from_name(&first.method).unwrap_or(method);
        // Its own addresses stay: a sign-in that was refused changes nothing but the token.
        let kept = self
            .service(&first.id)
            .and_then(|own| self.keep(Entry::again(&first, method, &own, &grant, Some(owner.identity)), false));
        let others = rows.map(|row| Touched::Ended { label: row.label, state: State::Replaced });
        let (touched, unkept) = match kept {
            Ok(_) if lost.is_empty() && matches!(error, ConnectionsError::SameAccount { .. }) => (None, None),
            Ok(_) => (Some(Touched::Kept { label: first.label, lost }), None),
            Err(why) => {
                let reason = format!("its user signed in again, and the new grant could not be kept: {why}");
                let state = State::NeedsReconnect;
                // Where this cannot be written either, the next call finds it out.
                let _ = self.core.store.set_connection_state(&first.id, state.as_str(), Some(&reason));
                (Some(Touched::Ended { label: first.label, state }), Some(grant))
            }
        };
        let error = error.having(touched.into_iter().chain(others).collect());
        match unkept {
            Some(grant) => error.having(self.decline(grant).await),
            None => error,
        }
    }

    /// After a sign-in of nobody knows whom: tries each connection of the app with the token it has, which the service
    /// refuses to the one that ended. That one has its state when this returns. Ends at the first that gets no answer.
    /// Empty when the app has no connection; [`Touched::Unknown`] alone when none was found to have ended.
    pub async fn look_after(&self, service: &Service, client_id: &str, whose: &dyn Identify) -> Vec<Touched> {
        let Ok(rows) = self.of_app(service, client_id) else {
            return vec![Touched::Unknown];
        };
        let (all, mut touched) = (rows.len(), Vec::new());
        for row in rows.into_iter().take(MOST_TRIED) {
            let tried = match self.open_connection(Some(&row.id)) {
                Ok(live) => whose.identify(live).await.is_ok(),
                Err(_) => false,
            };
            if tried {
                continue;
            }
            match self.show(&row.id).ok().and_then(|row| State::from_name(&row.state)) {
                // No answer now, or none that says anything.
                Some(State::Active) | None => break,
                Some(state) => touched.push(Touched::Ended { label: row.label, state }),
            }
        }
        // A service may end the grant and leave its present token to run out.
        if touched.is_empty() && all > 0 { vec![Touched::Unknown] } else { touched }
    }
}
