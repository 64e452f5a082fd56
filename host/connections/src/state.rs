//! The states of a connection and the ways between them.

use std::fmt;

use crate::{ConnectionStep, Method};

/// What a connection can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It can be used.
    Active,
    /// The service no longer takes its token; its owner has to sign in again. Nothing was erased.
    NeedsReconnect,
    /// The same account was connected again and the service keeps the newest grant only.
    Replaced,
    /// The service says that the grant was taken back, without a connection of ours that took its place.
    Revoked,
    /// An administrator of the account has to allow the app first.
    AwaitingApproval,
    /// The account removed the app: its secrets are erased, and the data copied through it has a date.
    Disconnected,
}

use State::{Active, AwaitingApproval, Disconnected, NeedsReconnect, Replaced, Revoked};

/// From each state to which others. `Active` is reached by signing in alone; what is not here never happens.
const WAYS: [(State, &[State]); 6] = [
    (Active, &[NeedsReconnect, Replaced, Revoked, AwaitingApproval, Disconnected]),
    (NeedsReconnect, &[Active, Replaced, Revoked, AwaitingApproval, Disconnected]),
    (Replaced, &[Active, Disconnected]),
    (Revoked, &[Active, Disconnected]),
    (AwaitingApproval, &[Active, NeedsReconnect, Replaced, Revoked, Disconnected]),
    (Disconnected, &[Active]),
];

impl State {
    /// Every state.
    pub const ALL: [State; 6] = [Active, NeedsReconnect, Replaced, Revoked, AwaitingApproval, Disconnected];

    /// The name in the store and in every list.
    pub fn as_str(self) -> &'static str {
        match self {
            Active => "active",
            NeedsReconnect => "needs-reconnect",
            Replaced => "replaced",
            Revoked => "revoked",
            AwaitingApproval => "awaiting-approval",
            Disconnected => "disconnected",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a connection in this state may come into `next`.
    pub fn may_become(self, next: State) -> bool {
        WAYS.iter().any(|(from, to)| *from == self && to.contains(&next))
    }

    /// The names of the states from which this one is reached.
    pub(crate) fn reached_from(self) -> Vec<&'static str> {
        State::ALL.into_iter().filter(|from| from.may_become(self)).map(State::as_str).collect()
    }

    /// What a person has to do for it to be `active` again. Nothing for a connection that is.
    pub fn next_step(self) -> Option<ConnectionStep> {
        match self {
            Active => None,
            NeedsReconnect | Revoked => Some(ConnectionStep::Reconnect),
            Replaced => Some(ConnectionStep::ReconnectReplacing),
            AwaitingApproval => Some(ConnectionStep::AskAdministrator),
            Disconnected => Some(ConnectionStep::ConnectAgain),
        }
    }
}

impl State {
    /// The same for a connection that was made in this way.
    pub fn next_step_of(self, method: Method) -> Option<ConnectionStep> {
        match (self.next_step()?, method) {
            // There is no page to sign in at.
            (ConnectionStep::Reconnect, Method::Token) => Some(ConnectionStep::PasteNewToken),
            (step, _) => Some(step),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_between_states() {
        let mut table = String::new();
        for from in State::ALL {
            let to: Vec<_> = State::ALL.into_iter().filter(|to| from.may_become(*to)).map(State::as_str).collect();
            table += &format!("{from}: {}\n", to.join(" "));
        }
        assert_eq!(
            table,
            "active: needs-reconnect replaced revoked awaiting-approval disconnected\n\
             needs-reconnect: active replaced revoked awaiting-approval disconnected\n\
             replaced: active disconnected\n\
             revoked: active disconnected\n\
             awaiting-approval: active needs-reconnect replaced revoked disconnected\n\
             disconnected: active\n"
        );
    }

    #[test]
    fn every_state_has_a_name_and_every_one_but_active_a_next_step() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.as_str()), Some(state));
            assert_eq!(state.next_step().is_none(), state == Active, "{state}");
            assert!(!state.may_become(state));
            assert!(state == Active || state.may_become(Active), "{state} is not a dead end");
        }
        assert_eq!(State::from_name("deleted"), None);
    }
}
