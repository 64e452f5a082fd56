//! Keeping a grant: the row, its sealed secrets and the connections that end by it, as one.

use serde_json::Value;
use switchboard_store::{CommitError, ConnectionRow, FormerSecret, GrantCommit, GrantKey, StoreError};

use crate::connections::{Connections, ID_PREFIX};
use crate::grant::owner_check::AdmissionRules;
use crate::grant::token::Token;
use crate::refresh::rotation::{APP, SERVICE, TOKEN};
use crate::{Connection, ConnectionsError, Grant, Method, RequestedAccess, Service, State, StateReason};

/// Each further try means that a token was refreshed meanwhile, which takes a question to the service.
const MOST_TRIES: u32 = 20;

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
    /// None: as before.
    requested_access: Option<&'a RequestedAccess>,
}

/// What becomes of other connections of the same user and app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rivals {
    /// One of them is a reason to write nothing.
    Refuse,
    /// They become `replaced`.
    Replace,
}

impl From<&AdmissionRules> for Rivals {
    fn from(rules: &AdmissionRules) -> Rivals {
        if rules.replace { Rivals::Replace } else { Rivals::Refuse }
    }
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
        Entry { id, label, method, service, grant, identity, created_at: None, requested_access: None }
    }

    /// One that is there, with a new grant.
    pub fn again(
        connection: &'a Connection,
        method: Method,
        service: &'a Service,
        grant: &'a Grant,
        identity: Option<Value>,
    ) -> Entry<'a> {
        Entry {
            id: connection.id.clone(),
            label: &connection.label,
            method,
            service,
            grant,
            identity,
            created_at: Some(connection.created_at),
            requested_access: None,
        }
    }

    /// With what the connection was asked for; with None it stays as before.
    pub fn with_access(self, requested_access: Option<&'a RequestedAccess>) -> Entry<'a> {
        Entry { requested_access, ..self }
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
            reason: None,
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
    ) -> Result<Connection, ConnectionsError> {
        self.check_label(label)?;
        Ok(self.keep(Entry::new(label, method, service, &grant, identity), Rivals::Replace)?.0)
    }

    /// Puts a new grant in the place of a connection's former one.
    pub fn reconnect(
        &self,
        label_or_id: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        identity: Option<Value>,
    ) -> Result<Connection, ConnectionsError> {
        let connection = self.show(label_or_id)?;
        Ok(self.keep(Entry::again(&connection, method, service, &grant, identity), Rivals::Replace)?.0)
    }

    /// Writes a connection. Of several grants of one app to one user services keep the newest: connections with older ones
    /// become `replaced`, and are returned as they were; where one of them was the default, the new one is. With
    /// [`Rivals::Refuse`] one of them is a reason to write nothing. Nothing is written either when a newer grant was kept meanwhile,
    /// or the connection is gone.
    pub(crate) fn keep(
        &self,
        entry: Entry<'_>,
        rivals: Rivals,
    ) -> Result<(Connection, Vec<Connection>), ConnectionsError> {
        let row = entry.row(self.core.now());
        let connection = Connection::try_from(row.clone())?;
        let key = grant_key(entry.service, entry.method, entry.grant, connection.user_id().unwrap_or_default());
        for _ in 0..MOST_TRIES {
            let commit = self.commit_of(&entry, &row, key.clone(), rivals)?;
            match self.core.store.commit_grant(&commit) {
                Ok(ended) => {
                    if let (Some(app), true) = (&entry.grant.app, entry.method.is_by_person()) {
                        // The grant is kept, whatever becomes of a hint.
                        let _ = self.settle_interrupted(entry.service, &app.client_id, &row.label);
                    }
                    // The grant is saved: a row that cannot be read is no failure of it.
                    let ended = ended.into_iter().filter_map(|row| Connection::try_from(row).ok()).collect();
                    return Ok((connection, ended));
                }
                // A refresh has brought a newer token meanwhile.
                Err(CommitError::Changed) => {}
                Err(CommitError::Gone) => {
                    return Err(ConnectionsError::NotFound { label: row.label, suggestion: None });
                }
                Err(CommitError::Overtaken { label }) => return Err(ConnectionsError::Overtaken { label }),
                Err(CommitError::Conflict(first)) => {
                    let user = connection.email().or(connection.user_id()).unwrap_or_default();
                    return Err(self.taken(&Connection::try_from(*first)?, user)?);
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(_) => break,
            }
        }
        Err(StoreError::Busy.into())
    }

    /// The entry with its secrets sealed, among them those of the grants that it takes the place of: the service may repeat
    /// them.
    fn commit_of(
        &self,
        entry: &Entry<'_>,
        row: &ConnectionRow,
        key: Option<GrantKey>,
        rivals: Rivals,
    ) -> Result<GrantCommit, ConnectionsError> {
        let vault = &self.core.vault;
        let read = self.core.store.former_secrets(&row.id, key.as_ref(), TOKEN)?;
        let mut token = entry.grant.token.clone();
        for FormerSecret { connection, secret } in &read {
            // A new connection has none, and what cannot be read is not known to anybody.
            let former = secret.as_ref().map(|secret| vault.unseal::<Token>(connection, TOKEN, &secret.sealed));
            if let Some(Ok(former)) = former {
                token.history.add_former(&former);
            }
        }
        // The addresses are sealed too: whoever can write the database cannot send the token elsewhere.
        let secrets = vec![
            (TOKEN, vault.seal(&row.id, TOKEN, &token)?),
            (APP, vault.seal(&row.id, APP, &entry.grant.app)?),
            (SERVICE, vault.seal(&row.id, SERVICE, entry.service)?),
        ];
        Ok(GrantCommit {
            row: row.clone(),
            again: entry.created_at.is_some(),
            secrets,
            key,
            replace: rivals == Rivals::Replace,
            ends_from: State::Replaced.reached_from(),
            ended: (State::Replaced.as_str(), StateReason::ReplacedBy { label: row.label.clone() }.to_row()),
            read,
            field: TOKEN,
            waiting: entry.grant.staged.as_ref().map(|staged| staged.pending.id.clone()),
            requested_access: entry.requested_access.map(RequestedAccess::to_value).transpose()?,
        })
    }
}

/// Which connections a grant ends: those of its user through its app, where a person signs in. None for an account's own app,
/// a pasted token and an unknown user.
pub(crate) fn grant_key(service: &Service, method: Method, grant: &Grant, user: &str) -> Option<GrantKey> {
    let app = grant.app.as_ref()?;
    if !method.is_by_person() || user.is_empty() {
        return None;
    }
    let by_person = Method::ALL.into_iter().filter(|method| method.is_by_person());
    Some(GrantKey {
        user_id: user.to_owned(),
        client_id: app.client_id.clone(),
        oauth_base: service.oauth_base.to_string(),
        methods: by_person.map(|method| method.as_str().to_owned()).collect(),
        living: grant.living.clone(),
    })
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
            staged: None,
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
