//! Keeping a grant: the row, its sealed secrets and the connections that end by it, as one.

use serde_json::Value;
use switchboard_store::ConnectionRow;

use crate::connections::{Connections, DEFAULT, ID_PREFIX};
use crate::grant::owner_check::{by_person, email_of, user_id, user_of};
use crate::grant::token::Token;
use crate::refresh::rotation::{APP, SERVICE, TOKEN};
use crate::{ConnectionsError, Grant, Method, Service, State};

/// A connection as it is to be written.
pub(crate) struct Entry<'a> {
    id: String,
    label: &'a str,
    method: Method,
    service: &'a Service,
    grant: &'a Grant,
    identity: Option<Value>,
    /// None for one that is not there yet.
    created_at: Option<i64>,
}

impl<'a> Entry<'a> {
    /// A new one.
    pub fn new(
        label: &'a str,
        method: Method,
        service: &'a Service,
        grant: &'a Grant,
        identity: Option<Value>,
    ) -> Entry<'a> {
        let id = format!("{ID_PREFIX}{:016x}", rand::random::<u64>());
        Entry { id, label, method, service, grant, identity, created_at: None }
    }

    /// One that is there, with a new grant.
    pub fn again(
        row: &'a ConnectionRow,
        method: Method,
        service: &'a Service,
        grant: &'a Grant,
        identity: Option<Value>,
    ) -> Entry<'a> {
        Entry {
            id: row.id.clone(),
            label: &row.label,
            method,
            service,
            grant,
            identity,
            created_at: Some(row.created_at),
        }
    }

    fn row(&self, now: i64) -> ConnectionRow {
        ConnectionRow {
            id: self.id.clone(),
            label: self.label.to_owned(),
            connector: self.service.connector.clone(),
            method: self.method.as_str().to_owned(),
            api_base: self.service.api_base.to_string(),
            oauth_base: self.service.oauth_base.to_string(),
            client_id: self.grant.app.as_ref().map(|app| app.client_id.clone()),
            state: State::Active.as_str().to_owned(),
            identity: self.identity.clone(),
            scopes: self.grant.token.scopes.clone(),
            created_at: self.created_at.unwrap_or(now),
            last_used_at: None,
            state_reason: None,
            granted: self.grant.number(),
        }
    }
}

impl Connections {
    /// Keeps a grant under a name. It is on disk when this returns.
    pub fn save(
        &self,
        label: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        identity: Option<Value>,
    ) -> Result<ConnectionRow, ConnectionsError> {
        self.check_label(label)?;
        Ok(self.keep(Entry::new(label, method, service, &grant, identity), false)?.0)
    }

    /// Puts a new grant in the place of a connection's former one.
    pub fn reconnect(
        &self,
        label_or_id: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        identity: Option<Value>,
    ) -> Result<ConnectionRow, ConnectionsError> {
        let row = self.show(label_or_id)?;
        Ok(self.keep(Entry::again(&row, method, service, &grant, identity), false)?.0)
    }

    /// Writes a connection. Of several grants of one app to one user services keep the newest: connections with older ones
    /// become `replaced`, and are returned as they were; where one of them was the default, the new one is. With `alone` one
    /// of them is a reason to write nothing. Nothing is written either when a newer grant was kept meanwhile, or the connection is gone.
    pub(crate) fn keep(
        &self,
        entry: Entry<'_>,
        alone: bool,
    ) -> Result<(ConnectionRow, Vec<ConnectionRow>), ConnectionsError> {
        let (core, row) = (&self.core, entry.row(self.core.now()));
        // The addresses are sealed too: whoever can write the database cannot send the token elsewhere.
        let secrets = [
            (TOKEN, core.vault.seal(&row.id, TOKEN, &self.with_former_secrets(&entry)?)?),
            (APP, core.vault.seal(&row.id, APP, &entry.grant.app)?),
            (SERVICE, core.vault.seal(&row.id, SERVICE, entry.service)?),
        ];
        let waiting = entry.grant.unkept.as_ref().map(|unkept| unkept.pending.id.as_str());
        let (user, mut ended) = (user_of(&row).unwrap_or_default(), Vec::new());
        let written = core.store.put_connection_with(&row, &secrets, waiting, DEFAULT, |rows| {
            let former = rows.iter().find(|other| other.id == row.id);
            if entry.created_at.is_some() && former.is_none() {
                return Err(ConnectionsError::NotFound { label: row.label.clone(), near: None });
            }
            ended = of_user(rows, entry.service, entry.method, entry.grant, user);
            if let Some(newer) =
                former.into_iter().chain(&ended).find(|other| waiting.is_some() && other.granted > row.granted)
            {
                return Err(ConnectionsError::Overtaken { label: newer.label.clone() });
            }
            ended.retain(|other| other.id != row.id);
            if let Some(first) = ended.first().filter(|_| alone) {
                let (label, user) = (first.label.clone(), email_of(&row).unwrap_or(user).to_owned());
                return Err(ConnectionsError::SameAccount { label, user, usage: String::new() });
            }
            ended.retain(|row| State::from_name(&row.state).is_some_and(|state| state.may_become(State::Replaced)));
            Ok(ended.iter().map(|row| row.id.clone()).collect())
        });
        match (written, ended.first()) {
            (Ok(()), _) => {
                if let (Some(app), true) = (&entry.grant.app, by_person(entry.method.as_str())) {
                    // The grant is kept, whatever becomes of a hint.
                    let _ = self.settle_interrupted(entry.service, &app.client_id, &row.label);
                }
                Ok((row, ended))
            }
            // What used it is not to be read while all others wait.
            (Err(ConnectionsError::SameAccount { user, .. }), Some(first)) => Err(self.taken(first, &user)?),
            (Err(error), _) => Err(error),
        }
    }

    /// The new token, with the secrets of the grants that it takes the place of: the service may repeat them.
    fn with_former_secrets(&self, entry: &Entry<'_>) -> Result<Token, ConnectionsError> {
        let mut token = entry.grant.token.clone();
        let (rows, user) = (self.list()?, entry.identity.as_ref().and_then(user_id).unwrap_or_default());
        let replaced = of_user(&rows, entry.service, entry.method, entry.grant, user);
        let ids = replaced.iter().map(|row| row.id.as_str()).filter(|id| *id != entry.id);
        for id in ids.chain([entry.id.as_str()]) {
            // A new connection has none, and what cannot be read is not known to anybody.
            if let Ok((former, _)) = self.core.field::<Token>(id, TOKEN) {
                token.history.add_former(&former);
            }
        }
        Ok(token)
    }
}

/// Those of the connections that are of a grant's user and app and lived when its code was exchanged. Some may have been
/// found ended since, by a call that was under way.
pub(crate) fn of_user(
    rows: &[ConnectionRow],
    service: &Service,
    method: Method,
    grant: &Grant,
    user: &str,
) -> Vec<ConnectionRow> {
    let (Some(app), true, false) = (&grant.app, by_person(method.as_str()), user.is_empty()) else {
        return Vec::new();
    };
    let lived = |row: &ConnectionRow| {
        row.state == State::Active.as_str()
            || row.state != State::Disconnected.as_str() && grant.living.contains(&row.id)
    };
    let of_user = |row: &&ConnectionRow| {
        by_person(&row.method)
            && row.client_id.as_deref() == Some(app.client_id.as_str())
            && row.oauth_base == service.oauth_base.as_str()
            && user_of(row) == Some(user)
            && lived(row)
    };
    rows.iter().filter(of_user).cloned().collect()
}
