//! What a sign-in that was refused leaves behind.
//!
//! A service that keeps one grant for each user and app ends the earlier one when a code is exchanged, whatever becomes of
//! the new one. So a new grant that is not let in goes to the connection of its user, or else back to the service; and
//! where nobody can say whose it was, the connections of the app are tried.

use std::fmt;
use std::sync::Arc;

use switchboard_egress::Identify;

use crate::connections::Connections;
use crate::grant::commit::{Entry, Rivals, grant_key};
use crate::grant::owner_check::Owner;
use crate::{Connection, ConnectionStep, ConnectionsError, Grant, Method, Service, State};

/// How many connections of one app are tried at most.
const MOST_TRIED: usize = 8;

/// What a sign-in that was refused leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
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
    /// The service may have given access, and its answer could not be read: nobody here can take that back.
    Unread,
    /// The new grant may still hold at the service, which is asked again.
    NotGivenBack {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leftover::Kept { label, lost } => {
                write!(
                    f,
                    "This user is connected already as `{label}`, and `{label}` stays usable: it uses the new grant now"
                )?;
                if lost.is_empty() { Ok(()) } else { write!(f, ", which lacks {}", lost.join(", ")) }
            }
            Leftover::Ended { label, state } => {
                write!(
                    f,
                    "`{label}` has ended ({state}): the service keeps only the newest grant of each user and app"
                )
            }
            Leftover::Unknown => f.write_str(
                "If this user is connected already through the same app, this sign-in may have ended that connection",
            ),
            Leftover::Unread => f.write_str(
                "The service may have given access. Sign in again to replace it, or remove the app's access in the service's own settings",
            ),
            Leftover::GivenBack => f.write_str("The service revoked the grant of this sign-in"),
            Leftover::NotGivenBack { why } => {
                write!(f, "The grant of this sign-in may still hold at the service ({why})")
            }
        }
    }
}

impl Leftover {
    /// What a person does about it.
    pub fn next_step(&self) -> Option<ConnectionStep> {
        match self {
            Leftover::Ended { state, .. } => state.next_step(),
            Leftover::Unknown => Some(ConnectionStep::TestConnection),
            Leftover::NotGivenBack { .. } => Some(ConnectionStep::AwaitRevocation),
            Leftover::Kept { .. } | Leftover::GivenBack | Leftover::Unread => None,
        }
    }
}

impl ConnectionsError {
    /// The same refusal, with what it leaves behind.
    #[must_use]
    pub fn having(self, more: Vec<Leftover>) -> ConnectionsError {
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
        match self {
            ConnectionsError::AnswerLost { .. } => true,
            ConnectionsError::Aftermath { cause, .. } => cause.answer_lost(),
            _ => false,
        }
    }
}

impl Connections {
    /// The connections that end when a further code of this app is exchanged by their user.
    pub(crate) async fn living(&self, service: &Service, client_id: &str) -> Vec<String> {
        let (service, client_id) = (service.clone(), client_id.to_owned());
        let rows = self.run(move |connections| connections.of_app(&service, &client_id)).await;
        rows.unwrap_or_default().into_iter().map(|row| row.id).collect()
    }

    /// Refuses a sign-in, and says what it leaves behind.
    pub(crate) async fn refuse(
        &self,
        error: ConnectionsError,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> ConnectionsError {
        let left = self.give_away(method, service, grant, owner).await;
        match (&error, left.as_slice()) {
            // It says so itself.
            (ConnectionsError::SameAccount { .. }, [Leftover::Kept { lost, .. }]) if lost.is_empty() => error,
            _ => error.having(left),
        }
    }

    /// The connections that a grant of this user ends, oldest first.
    fn of_user(
        &self,
        service: &Service,
        method: Method,
        grant: &Grant,
        user: &str,
    ) -> Result<Vec<Connection>, ConnectionsError> {
        let Some(key) = grant_key(service, method, grant, user) else {
            return Ok(Vec::new());
        };
        self.core.store.connections_of_key(&key)?.into_iter().map(Connection::try_from).collect()
    }

    /// A grant that is not let in goes to the first connection of its user, so that none ends by it. Where there is none, it
    /// goes back to the service.
    pub(crate) async fn give_away(
        &self,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> Vec<Leftover> {
        // What cannot be read or written now waits on disk for a later start.
        let Ok(mut rows) = self.of_user(service, method, &grant, &owner.user_id) else {
            return vec![Leftover::Unknown];
        };
        rows.sort_by_key(|row| row.state != State::Active);
        let Some(first) = rows.into_iter().next() else {
            return self.decline(grant).await;
        };
        let lost = match grant.token.scopes.is_empty() {
            true => Vec::new(),
            false => first.scopes.iter().filter(|scope| !grant.token.scopes.contains(scope)).cloned().collect(),
        };
        let method = first.method;
        // Its own addresses stay: a sign-in that was refused changes nothing but the token.
        let (of, given) = (first.clone(), grant.clone());
        let keep = move |connections: &Connections| {
            let own = connections.service(&of.id)?;
            connections.keep(Entry::again(&of, method, &own, &given, Some(owner.identity)), Rivals::Replace)
        };
        match self.run(keep).await {
            Ok((_, others)) => {
                let replaced = |other: Connection| Leftover::Ended { label: other.label, state: State::Replaced };
                let kept = Leftover::Kept { label: first.label, lost };
                std::iter::once(kept).chain(others.into_iter().map(replaced)).collect()
            }
            // The connection lives by a newer grant, or is gone.
            Err(ConnectionsError::Overtaken { .. } | ConnectionsError::TooLate | ConnectionsError::NotFound { .. }) => {
                self.decline(grant).await
            }
            Err(_) => vec![Leftover::Unknown],
        }
    }

    /// After a sign-in of nobody knows whom: tries each connection of the app with the token it has, which the service
    /// refuses to the one that ended. That one has its state when this returns. Ends at the first that gets no answer.
    /// Empty when the app has no connection; [`Leftover::Unknown`] alone when none was found to have ended.
    pub async fn look_after(&self, service: &Service, client_id: &str, owner_check: &dyn Identify) -> Vec<Leftover> {
        let Ok(rows) = self.of_app(service, client_id) else {
            return vec![Leftover::Unknown];
        };
        let (all, mut touched) = (rows.len(), Vec::new());
        for row in rows.into_iter().take(MOST_TRIED) {
            let tried = match self.open_connection(Some(&row.id)) {
                Ok(live) => owner_check.identify(Arc::new(live)).await.is_ok(),
                Err(_) => false,
            };
            if tried {
                continue;
            }
            match self.show(&row.id).ok().map(|row| row.state) {
                // No answer now, or none that says anything.
                Some(State::Active) | None => break,
                Some(state) => touched.push(Leftover::Ended { label: row.label, state }),
            }
        }
        // A service may end the grant and leave its present token to run out.
        if touched.is_empty() && all > 0 { vec![Leftover::Unknown] } else { touched }
    }
}
