//! A connected account, without its secrets.

use switchboard_store::{ConnectionRow, StoreError};

use crate::{ConnectionStep, ConnectionsError, Method, Owner, State, StateReason};

/// One connected account. Holds nothing secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Never changes and is never used again.
    pub id: String,
    /// The user's name for it.
    pub label: String,
    /// The connector it is for.
    pub connector: String,
    /// How it was made.
    pub method: Method,
    /// Where the service's calls go.
    pub api_base: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// The app it was made through.
    pub client_id: Option<String>,
    /// What it can be used for.
    pub state: State,
    /// Why it is in its state, where it is not `active`.
    pub reason: Option<StateReason>,
    /// Whose it is, as reported by the service.
    pub owner: Option<Owner>,
    /// What the account granted.
    pub scopes: Vec<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub last_used_at: Option<i64>,
    /// The place of its grant among all grants of the database: a later one has a greater number. 0 for one without a place.
    pub(crate) granted: i64,
}

impl Connection {
    /// The id of its user at the service, where it is known.
    pub fn user_id(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| owner.user_id.as_str()).filter(|id| !id.is_empty())
    }

    /// The e-mail address of its user, where it is known.
    pub fn email(&self) -> Option<&str> {
        self.owner.as_ref()?.email.as_deref()
    }

    /// What a person does for it to be `active` again.
    pub fn next_step(&self) -> Option<ConnectionStep> {
        self.state.next_step_of(self.method)
    }

    /// Why it cannot be used.
    pub(crate) fn not_active(self) -> ConnectionsError {
        let Connection { label, state, method, reason, .. } = self;
        ConnectionsError::NotActive { label, state, method, reason }
    }
}

impl TryFrom<ConnectionRow> for Connection {
    type Error = ConnectionsError;

    fn try_from(row: ConnectionRow) -> Result<Connection, ConnectionsError> {
        let unknown = |column: &'static str, value: &str| {
            ConnectionsError::Store(StoreError::UnknownValue { column, value: value.to_owned() })
        };
        Ok(Connection {
            method: Method::from_name(&row.method).ok_or_else(|| unknown("method", &row.method))?,
            state: State::from_name(&row.state).ok_or_else(|| unknown("state", &row.state))?,
            id: row.id,
            label: row.label,
            connector: row.connector,
            api_base: row.api_base,
            oauth_base: row.oauth_base,
            client_id: row.client_id,
            reason: row.reason.map(StateReason::from),
            owner: row.identity.map(Owner::of),
            scopes: row.scopes,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            granted: row.granted,
        })
    }
}
