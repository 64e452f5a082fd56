//! Keeping a grant: the row, its sealed secrets and the connections that end by it, as one.

use serde_json::Value;
use switchboard_store::{ConnectionRow, Replacement, Snapshot};

use crate::connections::{Connections, DEFAULT, ID_PREFIX};
use crate::grant::owner_check::{by_person, email_of, user_of};
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
        let waiting = entry.grant.unkept.as_ref().map(|unkept| unkept.pending.id.as_str());
        let (user, mut ended) = (user_of(&row).unwrap_or_default(), Vec::new());
        let written = core.store.put_connection_with(&row, waiting, DEFAULT, |snapshot| {
            let rows = &snapshot.rows;
            let former = rows.iter().find(|other| other.id == row.id);
            if entry.created_at.is_some() && former.is_none() {
                return Err(ConnectionsError::NotFound { label: row.label.clone(), near: None });
            }
            ended = of_user(rows, entry.service, entry.method, entry.grant, user);
            // A refresh may have brought a newer token until now.
            let token = self.with_former_secrets(&entry, &ended, snapshot);
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
            // The addresses are sealed too: whoever can write the database cannot send the token elsewhere.
            let secrets = vec![
                (TOKEN, core.vault.seal(&row.id, TOKEN, &token)?),
                (APP, core.vault.seal(&row.id, APP, &entry.grant.app)?),
                (SERVICE, core.vault.seal(&row.id, SERVICE, entry.service)?),
            ];
            Ok(Replacement { secrets, ended: ended.iter().map(|row| row.id.clone()).collect() })
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
    fn with_former_secrets(&self, entry: &Entry<'_>, replaced: &[ConnectionRow], snapshot: &Snapshot<'_>) -> Token {
        let mut token = entry.grant.token.clone();
        let ids = replaced.iter().map(|row| row.id.as_str()).filter(|id| *id != entry.id);
        for id in ids.chain([entry.id.as_str()]) {
            // A new connection has none, and what cannot be read is not known to anybody.
            let sealed = snapshot.secret(id, TOKEN).ok().flatten();
            if let Some(Ok(former)) = sealed.map(|sealed| self.core.vault.unseal::<Token>(id, TOKEN, &sealed.sealed)) {
                token.history.add_former(&former);
            }
        }
        token
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use serde_json::json;
    use switchboard_egress::{Egress, KnownSecrets};
    use switchboard_store::Store;

    use super::*;
    use crate::grant::token::tests::token;
    use crate::grant::token::{AppSecret, Token};
    use crate::service::tests::service;
    use crate::{KeySource, Vault};

    fn grant(number: u32) -> Grant {
        let (access, refresh) = (format!("the-access-token-{number}"), format!("the-refresh-token-{number}"));
        Grant {
            token: token(&access, Some(&refresh), 3_600_000),
            app: Some(AppSecret { client_id: "app".into(), client_secret: None, account_id: None }),
            living: Vec::new(),
            others: KnownSecrets::default(),
            unkept: None,
        }
    }

    #[test]
    fn tokens_of_a_refresh_in_between_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let store = Store::open(folder.path()).unwrap();
            let vault = Vault::open(&store, KeySource::File(folder.path().join("key"))).unwrap();
            Connections::open(store, vault, Egress::new().unwrap())
        };
        let (connections, other) = (open(), open());
        let service = service("https://api.example.com/v2", "https://example.com/oauth");
        let ada = || Some(json!({"user_id": "ada"}));
        connections.save("work", Method::Byo, &service, grant(1), ada()).unwrap();
        other.core.store.put_meta("fingerprint", "a").unwrap();
        let (writes, begun) = channel();
        let (go_on, goes_on) = channel::<()>();
        // Another process replaces the token, and is not done yet.
        let refresh = std::thread::spawn(move || {
            let seal = |id: &str, field: &str, sealed: &[u8]| {
                if field != TOKEN {
                    return Ok(sealed.to_vec());
                }
                writes.send(()).unwrap();
                goes_on.recv().unwrap();
                other.core.vault.seal(id, TOKEN, &grant(2).token)
            };
            other.core.store.reseal::<ConnectionsError>("fingerprint", "a", "b", seal).unwrap();
        });
        begun.recv().unwrap();
        let again = connections.clone();
        let sign_in = std::thread::spawn(move || again.reconnect("work", Method::Byo, &service, grant(3), ada()));
        std::thread::sleep(Duration::from_millis(300));
        go_on.send(()).unwrap();
        refresh.join().unwrap();
        let row = sign_in.join().unwrap().unwrap();
        let (token, _) = connections.core.field::<Token>(&row.id, TOKEN).unwrap();
        let secrets: Vec<&str> = token.secrets().map(secrecy::ExposeSecret::expose_secret).collect();
        assert!(secrets.contains(&"the-refresh-token-2"), "{secrets:?}");
    }
}
